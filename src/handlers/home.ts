import { type HomeData, homeView } from '../bot/views/home.view.ts';
import { present } from '../domain/kernel/present.ts';
import type { HandlerDeps } from './deps.ts';

const recent = 8;

/** What App Home of one person shows now. */
export async function publishHome(deps: HandlerDeps, userId: string): Promise<void> {
  const words = await deps.words(userId);
  await deps.home.publish(userId, homeView(await homeData(deps), words));
}

async function homeData(deps: HandlerDeps): Promise<HomeData> {
  const { services, settings, buttons, clock } = deps;
  const [runs, fixes, open, switches] = await Promise.all([
    services.runs.history(undefined, recent),
    services.remediations.list({ limit: recent }),
    services.remediations.list({ open: true, limit: 50 }),
    services.switches.list(),
  ]);
  const environments = await Promise.all(
    settings.environments.slice(0, 12).map(async (name) => {
      const of = await services.runs.history(name, 10);
      const last = of.find((run) => run.kind === 'health' || run.kind === 'digest');
      const healthButton = await buttons.make({ purpose: 'home-health', environment: name });
      return { name, healthButton, ...present({ last }) };
    }),
  );
  const pending = await Promise.all(
    open
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
  const taken = fixes.filter((row) => row.state !== 'proposed' && row.state !== 'superseded');
  return { environments, pending, switches, runs, fixes: taken, now: clock.now() };
}
