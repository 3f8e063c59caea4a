import type { Request } from '../bot/middleware/request.ts';
import {
  approvalsAnswer,
  helpAnswer,
  historyAnswer,
  plainAnswer,
  switchesAnswer,
  symptomsAnswer,
  verbHelpAnswer,
  whoamiAnswer,
} from '../bot/views/answers.view.ts';
import type { Facts } from '../domain/kernel/facts.ts';
import { present } from '../domain/kernel/present.ts';
import type { Rendered } from '../domain/message/rendered.ts';
import type { RunKind, RunSource } from '../domain/run/run.ts';
import type { Decided } from '../services/fix/contract.ts';
import type { Words } from '../text/words.ts';
import { startCollect } from './collect.ts';
import { type HandlerDeps, teamOf } from './deps.ts';
import type { Command, SwitchChange } from './grammar/command.ts';
import { answerMute } from './mute.ts';
import { environmentFor, surfaceOf } from './place.ts';
import { reportFor } from './report.ts';
import { answerTimeline } from './timeline.ts';
import { answerToken } from './token.ts';

/** One command, asked through a slash command, a mention, a direct message or an entry of a menu. */
export interface Asked {
  readonly request: Request;
  readonly source: Extract<RunSource, 'slash' | 'mention' | 'button'>;
  readonly words: Words;
  /** Opens a window for a moment; a mention has none. */
  readonly triggerId?: string;
}

export interface VerbAnswer {
  readonly rendered: Rendered;
  readonly audience: 'private' | 'place';
}

type Kind = Command['kind'];
type Verb<K extends Kind> = (
  deps: HandlerDeps,
  asked: Asked,
  command: Extract<Command, { kind: K }>,
) => Promise<VerbAnswer | undefined>;

/** What each verb of the grammar does: one call of a service, and at most one immediate answer. */
const table: { readonly [K in Kind]: Verb<K> } = {
  help: async ({ door }, { request, words }, { verb }) =>
    privately(
      (verb === undefined ? undefined : verbHelpAnswer(verb, words)) ??
        helpAnswer(await door.readable(request.person, request.delivery.channel), words),
    ),
  symptoms: async ({ door, catalogue }, { request, words }) => {
    await door.enter(request, { right: 'read' });
    return privately(symptomsAnswer(catalogue, words));
  },
  whoami: async (deps, { request, words }) => {
    const { person, delivery } = request;
    const [barred, environments, tiers] = await Promise.all([
      deps.barred(person),
      deps.door.rightsOf(person, delivery.channel),
      deps.tiers(person),
    ]);
    return privately(whoamiAnswer(person, barred, { environments, tiers }, words));
  },
  health: (deps, asked, { environment }) => start(deps, asked, 'health', environment, {}),
  diagnose: (deps, asked, { symptom, environment }) =>
    start(deps, asked, 'diagnose', environment, { symptom }),
  logs: (deps, asked, { part, options, environment }) =>
    start(deps, asked, 'logs', environment, { ...options, part }),
  collect: (deps, { request, source, words }, { since, environment }) =>
    startCollect(deps, request, { source, words, ...present({ since, environment }) }),
  fix: (deps, asked, { remediation, args, environment }) =>
    start(deps, asked, 'propose', environment, { ...args, remediation }),
  report: async (deps, { request }, { kind: _verb, ...which }) =>
    privately(await reportFor(deps, request, which)),
  approvals: async ({ door }, { request, words }) => {
    const { remediations } = await door.enter(request, { right: 'read' });
    const readable = await door.readable(request.person, request.delivery.channel);
    const open = await remediations.list({ open: true, limit: 50 });
    return privately(
      approvalsAnswer(
        open.filter((row) => row.state === 'requested' && readable.includes(row.environment)),
        words,
      ),
    );
  },
  approve: async ({ door }, asked, { id, planHash, reason }) => {
    const { remediations } = door.deciding;
    const shown = planHash === undefined ? undefined : await remediations.get(id);
    const decided = await remediations.approve({
      ...decision(asked.request, id),
      ...present({
        planHash: planHash === undefined ? undefined : wholeHash(planHash, shown?.remediation.planHash),
        reason,
      }),
    });
    return privately(decidedAnswer(decided, asked.words));
  },
  reject: async ({ door }, asked, { id, reason }) => {
    const { remediations } = door.deciding;
    const decided = await remediations.reject({ ...decision(asked.request, id), reason });
    return privately(decidedAnswer(decided, asked.words));
  },
  'break-glass': async ({ door }, asked, { id, reason }) => {
    const { remediations } = door.deciding;
    const decided = await remediations.breakGlass({ ...decision(asked.request, id), reason });
    return privately(decidedAnswer(decided, asked.words));
  },
  resolve: async ({ door }, asked, { id, outcome, reason }) => {
    const { remediations } = door.deciding;
    const input = { ...decision(asked.request, id), reason, to: outcomes[outcome] };
    return privately(decidedAnswer(await remediations.resolve(input), asked.words));
  },
  fixes: (deps, asked, { change }) => switchFixes(deps, asked, change),
  mute: async (deps, asked, command) => privately(await answerMute(deps, asked, command)),
  history: async ({ door, linksTo }, { request, words }, { environment }) => {
    const { runs } = await door.enter(request, { right: 'read', ...present({ environment }) });
    const readable = await door.readable(request.person, request.delivery.channel);
    const shown = await runs.history(environment, environment === undefined ? 50 : 10);
    const mine = shown.filter((run) => readable.includes(run.environment)).slice(0, 10);
    return privately(historyAnswer(mine, words, await linksTo(mine.map(({ id }) => id))));
  },
  timeline: async (deps, asked, { environment }) => privately(await answerTimeline(deps, asked, environment)),
  digest: (deps, asked, command) => digest(deps, asked, command),
  token: async (deps, asked, command) => {
    const rendered = await answerToken(deps, asked, command);
    return rendered === undefined ? undefined : privately(rendered);
  },
};

/** Carries out a command that the grammar has read. */
export async function answerCommand(
  deps: HandlerDeps,
  asked: Asked,
  command: Command,
): Promise<VerbAnswer | undefined> {
  const verb = table[command.kind] as Verb<Kind>;
  return verb(deps, asked, command);
}

export async function say(
  deps: HandlerDeps,
  request: Request,
  answer: VerbAnswer | undefined,
): Promise<void> {
  if (answer === undefined) return;
  if (answer.audience === 'place') await deps.answers.inPlace(request.delivery, answer.rendered);
  else await deps.answers.privately(request.delivery, answer.rendered);
}

/** What a person who looked may say, and where the fix goes with it: what worked is checked once more. */
export const outcomes = { worked: 'verifying', failed: 'failed' } as const;

/** Input of a decision: the person by the payload, the plan by what the button or the word said. */
export function decision(request: Request, id: string) {
  const { channel } = request.delivery;
  return {
    id,
    by: request.person,
    requestId: request.requestId,
    payloadDigest: request.payloadDigest,
    ...present({ channel }),
  };
}

/** Lines of open follow-ups in one answer. */
const shownFollowUps = 20;

function followUpClosedAnswer({ remediation, moved, note }: Decided, words: Words): Rendered {
  const { handle } = remediation;
  const key = moved ? 'follow-up.closed' : `decision.${note}`;
  return plainAnswer(words.lookup(key, { handle }) ?? words.say('decision.recorded'), words);
}

export function decidedAnswer({ remediation, note }: Decided, words: Words): Rendered {
  const facts = { handle: remediation.handle, state: words.plain(`fix.state.${remediation.state}`) };
  return plainAnswer(words.lookup(`decision.${note}`, facts) ?? words.say('decision.fallback', facts), words);
}

/** People type the eight digits that they see; what is compared is the whole hash. */
function wholeHash(typed: string, stored: string | undefined): string {
  return stored?.startsWith(typed) === true ? stored : typed;
}

async function start(
  deps: HandlerDeps,
  { request, source, words }: Asked,
  kind: RunKind,
  named: string | undefined,
  params: Facts,
): Promise<VerbAnswer | undefined> {
  const environment = environmentFor(deps.settings, named, request.delivery.channel);
  const surface = await surfaceOf(deps, request);
  const { runs } = await deps.door.enter(request, { right: 'start', environment, shownIn: surface.channel });
  const started = await runs.start({
    kind,
    environment,
    params,
    source,
    requestedBy: request.person,
    surface,
    dedupeKey: request.requestId,
  });
  const reference = started.runId.slice(-8);
  if (started.courier === 'down')
    return { audience: 'place', rendered: plainAnswer(words.say('run.courier-down', { reference }), words) };
  if (kind !== 'propose' || started.duplicate) return undefined;
  const remediation = String(params.remediation);
  return privately(plainAnswer(words.say('fix.proposing', { remediation, environment }), words));
}

async function digest(
  deps: HandlerDeps,
  { request, words }: Asked,
  { change, environment: named }: Extract<Command, { kind: 'digest' }>,
): Promise<VerbAnswer> {
  const surface = await surfaceOf(deps, request);
  if (change.what === 'now') {
    const environment = environmentFor(deps.settings, named, request.delivery.channel);
    const { digests } = await deps.door.enter(request, {
      right: 'start',
      environment,
      shownIn: surface.channel,
    });
    await digests.now({ surface, environment, by: request.person, dedupeKey: request.requestId });
    return privately(plainAnswer(words.say('digest.set.now', { environment }), words));
  }
  // The digest is of the channel's own environment; only who may read it may see or change when it comes.
  const ofChannel = environmentFor(deps.settings, undefined, request.delivery.channel);
  const { digests } = await deps.door.enter(request, {
    right: change.what === 'show' ? 'read' : 'configure',
    environment: ofChannel,
    ...(change.what === 'on' || change.what === 'at' ? { shownIn: surface.channel } : {}),
  });
  const settings = await digests.configure({
    channel: surface.channel,
    teamId: teamOf(request.delivery),
    by: request.person,
    requestId: request.requestId,
    payloadDigest: request.payloadDigest,
    ...(change.what === 'on' || change.what === 'at' ? { enabled: true } : {}),
    ...(change.what === 'off' ? { enabled: false } : {}),
    ...(change.what === 'at' ? { at: change.at } : {}),
  });
  const facts = { at: settings.at, timezone: settings.timezone };
  if (change.what === 'show')
    return privately(
      plainAnswer(
        settings.enabled ? words.say('digest.set.show-on', facts) : words.say('digest.set.show-off', facts),
        words,
      ),
    );
  return privately(
    plainAnswer(settings.enabled ? words.say('digest.set.on', facts) : words.say('digest.set.off'), words),
  );
}

async function switchFixes(
  { door, catalogue }: HandlerDeps,
  { request, words }: Asked,
  change: SwitchChange,
): Promise<VerbAnswer> {
  if (change.what === 'close') {
    const { id, reason } = change;
    const closed = await door.deciding.remediations.closeFollowUp({ ...decision(request, id), reason });
    return privately(followUpClosedAnswer(closed, words));
  }
  if (change.what === 'stop') {
    const { id, reason } = change;
    const stopped = await door.deciding.remediations.stop({
      ...decision(request, id),
      ...present({ reason }),
    });
    return privately(decidedAnswer(stopped, words));
  }
  const { switches, remediations } =
    change.what === 'show' ? await door.enter(request, { right: 'read' }) : door.deciding;
  const { id: _none, ...by } = decision(request, '');
  if (change.what === 'confirm') {
    const { ended } = await switches.confirmRecord({ ...by, reason: change.reason });
    return privately(plainAnswer(words.say('record.confirmed', { ended }), words));
  }
  if (change.what !== 'show') {
    const { scope, reason, forMs } = change;
    const input = { ...by, scope, reason, ...present({ forMs }) };
    await (change.what === 'off' ? switches.stop(input) : switches.release(input));
  }
  const readable = await door.readable(request.person, request.delivery.channel);
  const followUps = (await remediations.followUps(shownFollowUps)).filter(({ environment }) =>
    readable.includes(environment),
  );
  const underWay = (await switches.underWay()).filter(({ environment }) => readable.includes(environment));
  const offered = change.what === 'show' ? catalogue : undefined;
  return privately(
    switchesAnswer(await switches.list(), await switches.record(), words, followUps, underWay, offered),
  );
}

function privately(rendered: Rendered): VerbAnswer {
  return { rendered, audience: 'private' };
}
