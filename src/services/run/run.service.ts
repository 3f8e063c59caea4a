import type { DiagnosisRenderer } from '../../domain/diagnosis/render-diagnosis.ts';
import type { Clock, Ids } from '../../domain/kernel/clock.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { CollectRenderer } from '../../domain/message/collect-view.ts';
import type { LogsRenderer } from '../../domain/message/logs-view.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Renderer } from '../../domain/message/renderer.ts';
import { holdBackMs } from '../../domain/message/sending.ts';
import type { Courier } from '../../domain/ports/courier.ts';
import type { NewRun } from '../../domain/ports/runs.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import { queueOfRun } from '../../domain/run/jobs.ts';
import type { Language, Run } from '../../domain/run/run.ts';
import type { RunService, StartRun } from './contract.ts';

export interface RunServiceOptions {
  readonly store: StoreOf<'messages' | 'runs'>;
  readonly courier: Courier;
  readonly renderer: Renderer;
  /** Words of a diagnosis; without them a run of that kind says nothing before it is done. */
  readonly diagnosis?: DiagnosisRenderer;
  /** Words of a log; likewise. */
  readonly logs?: LogsRenderer;
  /** Words of a bundle; likewise. */
  readonly collect?: CollectRenderer;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Names of the configured environments. */
  readonly environments: readonly string[];
}

/** What it takes to begin a run in somebody's transaction. */
type BeginOptions = Omit<RunServiceOptions, 'store' | 'courier' | 'environments'>;

/** Purpose of a run's first message: everything else of the run stands under it. */
export const rootPurpose = 'root';
/** Purpose of the line that says, where it was asked, that the answer goes to the person. */
const elsewherePurpose = 'elsewhere';

/** Kinds that people ask about afterwards. */
const asked: readonly NewRun['kind'][] = ['health', 'digest', 'diagnose', 'logs', 'collect'];

/** R-S1: persisted within the time in which Slack still waits. */
const persistMs = 1500;

export function createRunService(options: RunServiceOptions): RunService {
  const { store, courier } = options;
  return {
    async start(input) {
      if (!options.environments.includes(input.environment)) {
        throw new AppError('NOT_FOUND', 'unknown environment', {
          facts: { reason: 'unknown-environment', environment: input.environment },
        });
      }
      const run = toRun(options, input);
      const existing = await store.tx((tx) => insertRun(tx, run, input, options), {
        statementTimeoutMs: persistMs,
      });
      if (existing !== undefined) return { runId: existing.id, duplicate: true, courier: 'ok' };
      return { runId: run.id, duplicate: false, courier: await hint(options, run) };
    },
    get: (runId) => store.tx((tx) => tx.runs.get(runId)),
    lastIn: (thread) =>
      store.tx(async (tx) => {
        const last = await tx.runs.latest({ ...thread, kinds: asked, unseen: true });
        return last === undefined ? undefined : tx.runs.get(last.id);
      }),
    history: (environment, limit) => store.tx((tx) => tx.runs.list({ limit, ...present({ environment }) })),
  };

  async function hint({ store: own }: RunServiceOptions, run: NewRun): Promise<'ok' | 'down'> {
    const { id, environment, kind } = run;
    const taken = await courier.run({ environment, kind, runId: id, attempt: 1 });
    if (taken === 'ok') return taken;
    // A worker looks by itself a little later anyway: what fails here costs seconds, not the run.
    await own
      .tx((tx) => tx.notify('runs', runHint({ environment, kind: queueOfRun(kind), runId: id })))
      .catch(() => undefined);
    return taken;
  }
}

/** A run of its own with its first message, in somebody else's transaction; whoever calls hints the courier afterwards. */
export async function beginRun(
  tx: TxOf<'messages' | 'runs'>,
  input: StartRun,
  options: BeginOptions,
): Promise<{ readonly run: NewRun; readonly messageId: string }> {
  const run = toRun(options, input);
  if ((await insertRun(tx, run, input, options)) !== undefined)
    throw new AppError('CONFLICT', 'a run of this key is there');
  const [root] = await tx.messages.find({ runId: run.id, purpose: rootPurpose });
  if (root === undefined) throw new AppError('BUG', 'a run of this kind has no first message');
  return { run, messageId: root.id };
}

/** Payload of `NOTIFY runs` for a run that Redis did not take. */
export function runHint({ runId, kind, environment }: RunHint): string {
  return `${kind === 'collect' ? 'collect:' : ''}${runId} ${environment}`;
}

export function readRunHint(payload: string): RunHint | undefined {
  const [, queue, runId, environment] = /^(collect:)?(\S+) (.+)$/s.exec(payload) ?? [];
  if (runId === undefined || environment === undefined) return undefined;
  return { runId, environment, kind: queue === undefined ? 'run' : 'collect' };
}

interface RunHint {
  readonly environment: string;
  readonly runId: string;
  readonly kind: 'run' | 'collect';
}

function toRun({ ids }: Pick<RunServiceOptions, 'ids'>, input: StartRun): NewRun {
  const { kind, environment, source, requestedBy, surface, dedupeKey } = input;
  return {
    id: ids.uuid(),
    kind,
    environment,
    params: input.params ?? {},
    source,
    ...present({ requestedBy, surface, dedupeKey }),
  };
}

/** Kinds that answer in one message which fills in; the others post when they have something to show. */
const fillsIn: ReadonlySet<NewRun['kind']> = new Set(['health', 'digest', 'diagnose', 'logs', 'collect']);

/** The run and its first message; the run that was there before when the key is known. */
async function insertRun(
  tx: TxOf<'messages' | 'runs'>,
  run: NewRun,
  input: StartRun,
  options: BeginOptions,
): Promise<Run | undefined> {
  const { clock, ids } = options;
  if (!(await tx.runs.insert(run))) {
    const existing = await tx.runs.byDedupeKey(input.dedupeKey ?? '');
    if (existing === undefined) throw new AppError('CONFLICT', 'a run of this key was there a moment ago');
    return existing;
  }
  const { surface } = run;
  if (surface === undefined || !fillsIn.has(run.kind) || run.source === 'digest') return undefined;
  const now = clock.now();
  const queued: Run = { ...run, state: 'queued', attempt: 0, createdAt: now };
  const rendered = firstWords(options, queued, surface.language, now);
  if (rendered === undefined) return undefined;
  const { elsewhere } = input;
  const told =
    elsewhere && options.collect?.elsewhere({ run: queued, why: elsewhere.why }, elsewhere.at.language);
  if (elsewhere !== undefined && told !== undefined)
    await tx.messages.post({
      id: ids.uuid(),
      ...{ purpose: elsewherePurpose, channel: elsewhere.at.channel, runId: run.id },
      ...{ rendered: told, urgency: 'answer' },
      ...present({ threadTs: elsewhere.at.threadTs }),
    });
  await tx.messages.post({
    id: ids.uuid(),
    purpose: rootPurpose,
    channel: surface.channel,
    runId: run.id,
    rendered,
    urgency: 'progress',
    holdMs: input.holdMs ?? holdBackMs,
    ...present({ threadTs: surface.threadTs }),
  });
  return undefined;
}

/** What stands in the channel before any probe has answered. */
function firstWords(
  { renderer, diagnosis, logs, collect }: BeginOptions,
  run: Run,
  language: Language,
  now: Date,
): Rendered | undefined {
  if (run.kind === 'collect') return collect?.collect({ run, gaps: [] }, language);
  if (run.kind === 'logs') return logs?.logs({ run, now, named: String(run.params.part ?? '') }, language);
  if (run.kind === 'diagnose') {
    const nothing = { judgements: [], instructions: [], outcomes: [], seen: 0, asked: 0 };
    return diagnosis?.diagnosis({ run, ...nothing, complete: false, now }, language);
  }
  const report = {
    environment: run.environment,
    rows: [],
    overall: 'unknown',
    roots: [],
    complete: false,
  } as const;
  return renderer.health({ run, report, repaired: [], now }, language);
}
