import { plainAnswer } from '../bot/views/answers.view.ts';
import { changedAnswer, sinceAnswer, whyAnswer, whyNotAnswer } from '../bot/views/follow-up.view.ts';
import { isHealthReport } from '../domain/health/health.ts';
import { present } from '../domain/kernel/present.ts';
import type { RunWithOutcomes } from '../domain/run/run.ts';
import { decidingButton } from './button.ts';
import type { HandlerDeps } from './deps.ts';
import type { Command } from './grammar/command.ts';
import type { FollowUp } from './grammar/follow-up.ts';
import type { Thread } from './place.ts';
import { type Asked, answerCommand, decidedAnswer, decision, type VerbAnswer } from './verbs.ts';

/**
 * What somebody asks about the last answer of a thread; it is started as if it had been typed. `typed`: a command that is
 * read first, because its words are the person's own.
 */
export async function answerFollowUp(
  deps: HandlerDeps,
  asked: Asked,
  thread: Thread,
  follow: FollowUp,
): Promise<VerbAnswer | { readonly typed: string } | undefined> {
  const { request, words } = asked;
  if (follow.kind === 'fix-it') return fixIt(deps, asked, thread);
  const { runs } = await deps.door.enter(request, { right: 'read' });
  const run = await runs.lastIn(thread);
  if (run === undefined) return told(asked, words.say('follow.none'));
  const { environment } = run;
  if (follow.kind === 'again') return answerOrSay(deps, asked, commandOfRun(run));
  if (follow.kind === 'elsewhere')
    return answerOrSay(deps, asked, commandOfRun({ ...run, environment: follow.environment }));
  if (follow.kind === 'why-not') {
    const about = deps.catalogue.means(follow.text, environment);
    const known = about && whyNotAnswer(run, about, words);
    // What the run did not judge is looked at now.
    if (known === undefined) return { typed: `diagnose ${follow.text} env=${environment}` };
    await deps.door.enter(request, { right: 'read', environment, shownIn: thread.channel });
    return { audience: 'place', rendered: known };
  }
  const ill = illIn(run);
  if (follow.kind === 'why' && ill !== undefined)
    return answerOrSay(deps, asked, { kind: 'diagnose', symptom: ill, environment });
  // What was seen of an environment is shown where that may be.
  await deps.door.enter(request, { right: 'read', environment, shownIn: thread.channel });
  const answers = { why: whyAnswer, since: sinceAnswer, changed: changedAnswer };
  return { audience: 'place', rendered: answers[follow.kind](run, words) };
}

const told = ({ words }: Pick<Asked, 'words'>, text: string): VerbAnswer => ({
  audience: 'private',
  rendered: plainAnswer(text, words),
});

async function answerOrSay(
  deps: HandlerDeps,
  asked: Asked,
  command: Command | undefined,
): Promise<VerbAnswer | undefined> {
  return command === undefined
    ? told(asked, asked.words.say('follow.no-repeat'))
    : answerCommand(deps, asked, command);
}

/** The first part that a health check found ill: the question "why" means that one. */
function illIn({ summary }: RunWithOutcomes): string | undefined {
  if (!isHealthReport(summary)) return undefined;
  return summary.roots[0] ?? summary.rows.find(({ state }) => state === 'down' || state === 'degraded')?.part;
}

/** What was asked for, as it would be typed; undefined for a run that is not typed. */
function commandOfRun({ kind, params, environment }: RunWithOutcomes): Command | undefined {
  const typed = Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
  const { symptom, part, since, ...options } = typed;
  if (kind === 'health' || kind === 'digest') return { kind: 'health', environment };
  if (kind === 'diagnose' && symptom !== undefined) return { kind, symptom, environment };
  if (kind === 'collect') return { kind, environment, ...present({ since }) };
  if (kind === 'logs' && part !== undefined)
    return { kind, part, environment, options: { ...options, ...present({ since }) } };
  return undefined;
}

/** It equals pressing the button of the one fix that is offered there (R-A10): the same button, in the same card. */
async function fixIt(deps: HandlerDeps, asked: Asked, thread: Thread): Promise<VerbAnswer | undefined> {
  const { request, words } = asked;
  await deps.door.enter(request, { right: 'read' });
  const offered = await deps.buttons.offeredIn(thread);
  const [only, ...others] = offered;
  if (only === undefined) return told(asked, words.say('follow.fix.none'));
  if (others.length > 0) return told(asked, words.say('follow.fix.several', { count: offered.length }));
  const { channel } = thread;
  const place = { channel, ts: only.ts };
  const button = await decidingButton(deps.buttons, only.id, 'request', request, place);
  const decided = await deps.door.deciding.remediations.request({
    ...decision(request, button.remediationId),
    ...present({ planHash: button.planHash }),
  });
  return decided.moved ? undefined : { audience: 'private', rendered: decidedAnswer(decided, words) };
}
