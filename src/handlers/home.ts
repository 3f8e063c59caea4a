import type { HomeView } from '@slack/types';
import { closedHomeView, type HomeData, homeView } from '../bot/views/home.view.ts';
import { type HealthReport, isHealthReport } from '../domain/health/health.ts';
import type { Person } from '../domain/kernel/person.ts';
import { present } from '../domain/kernel/present.ts';
import type { Run } from '../domain/run/run.ts';
import { environmentNow } from '../domain/watch/now.ts';
import type { Services } from '../services/contract.ts';
import type { HandlerDeps } from './deps.ts';
import { acceptedIn, listed } from './mute.ts';

const recent = 8;
/** Kinds of runs that look at every part. */
const looks: ReadonlySet<Run['kind']> = new Set<Run['kind']>(['health', 'digest']);

/** What a run of these has seen; undefined where it ended without an answer. */
function reportOf({ state, summary }: Run): HealthReport | undefined {
  return state === 'complete' && isHealthReport(summary) ? summary : undefined;
}

/** What App Home of one person shows now. */
export async function publishHome(
  deps: HandlerDeps,
  person: Person | { readonly userId: string },
): Promise<void> {
  await deps.home.publish(person.userId, await homeOf(deps, person));
}

export async function homeOf(
  deps: HandlerDeps,
  person: Person | { readonly userId: string },
): Promise<HomeView> {
  const words = await deps.words(person.userId);
  const home = await deps.door.home(person);
  return home === undefined ? closedHomeView(words) : homeView(await homeData(deps, home), words);
}

async function homeData(
  { buttons, clock, linksTo, settings }: HandlerDeps,
  { services, readable }: { readonly services: Services; readonly readable: readonly string[] },
): Promise<HomeData> {
  const now = clock.now();
  const of = <T extends { readonly environment: string }>(rows: readonly T[]) =>
    rows.filter(({ environment }) => readable.includes(environment));
  const [runs, fixes, open, switches, record, followUps, mutes] = await Promise.all([
    services.runs.history(undefined, 50),
    services.remediations.list({ limit: 50 }),
    services.remediations.list({ open: true, limit: 50 }),
    services.switches.list(),
    services.switches.record(),
    services.remediations.followUps(recent),
    services.mutes.list(),
  ]);
  const environments = await Promise.all(
    readable.slice(0, 12).map(async (name) => {
      const of = await services.runs.history(name, 10);
      const last = of.find((run) => looks.has(run.kind));
      const healthButton = await buttons.make({ purpose: 'home-health', environment: name });
      const inventory = await services.inventories.news(name);
      const answered = of.find((run) => looks.has(run.kind) && reportOf(run) !== undefined);
      const report = answered && reportOf(answered);
      const watched = await services.watched.last(name);
      const reported = report &&
        answered && {
          ...{ report, at: answered.finishedAt ?? answered.createdAt },
          ...present({ mendedAt: answered.mendedAt }),
        };
      const current = environmentNow(present({ reported, watched }), {
        now,
        ...present({ everyMs: settings.watchedEvery(name) }),
      });
      return { name, healthButton, ...present({ last, inventory, current }) };
    }),
  );
  const pending = await Promise.all(
    of(open)
      .filter((row) => row.state === 'requested')
      .slice(0, 5)
      .map(async (remediation) => {
        const of = { remediationId: remediation.id, planHash: remediation.planHash };
        const approve = await buttons.make({ purpose: 'approve', ...of });
        return {
          remediation,
          buttons: { approve, reject: await buttons.make({ purpose: 'reject', ...of }) },
        };
      }),
  );
  // Offers that were never requested are not fixes.
  const taken = of(fixes)
    .filter((row) => row.state !== 'proposed' && row.state !== 'superseded')
    .slice(0, recent);
  const shown = of(runs).slice(0, recent);
  return {
    environments,
    pending,
    switches,
    record,
    followUps: of(followUps),
    mutes: await listed({ buttons }, of(mutes)),
    accepted: acceptedIn(settings, readable),
    runs: shown,
    links: await linksTo(shown.map(({ id }) => id)),
    fixes: taken,
    now,
  };
}
