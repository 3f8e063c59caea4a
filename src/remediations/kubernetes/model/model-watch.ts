import type { LongWork } from '../../../domain/fix/remediation.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { stale } from '../../shared/stale.ts';
import { found } from '../object/made-objects.ts';
import type { ModelContext } from './model-claim.ts';
import { type Failure, hopeless, jobEnd, type PodSeen, podSeen, progressOf } from './model-job.ts';
import type { Ending } from './model-script.ts';

/** Milliseconds from one look at the Job to the next. */
const pauseMs = 500;
/** Looks without a Pod, with one that cannot start, and with one that has not started, before it is given up. */
const patience = { none: 60, hopeless: 40, waiting: 600 } as const;

/** What people read of each ending that changed nothing. */
const words: Readonly<Record<Exclude<Ending, 'done' | 'changed'>, string>> = {
  stopped: 'model-job-gone',
  checksum: 'model-other-checksum',
  redirected: 'model-redirected',
  'not-found': 'model-not-found',
  'not-given': 'model-not-given',
  'no-size': 'model-no-size',
  'other-size': 'model-other-size',
  'too-large': 'model-too-large',
  silent: 'model-silent',
  unreachable: 'model-job-unreachable',
  certificate: 'model-job-certificate',
  'no-room': 'model-no-room',
  'not-plain': 'model-not-plain',
  'no-former': 'model-no-former',
  unwritten: 'model-job-unwritten',
};
const failures: Readonly<Record<Failure, string>> = {
  'no-python': 'model-job-no-python',
  'out-of-memory': 'model-job-memory',
  failed: 'model-job-failed',
};

const gaveUp = (why: string) =>
  new TargetError('protocol', `the Job of the fix ended: ${why}`, { facts: { gaveUp: why } });

interface Watched {
  readonly name: string;
  /** Bytes that were approved; 0: not known. */
  readonly bytes: number;
  /** Whether the model is there by now, where that can be seen. */
  readonly isThere: () => Promise<boolean | undefined>;
}

/**
 * Watches the Job of a fix to its end, which is one of a few words of its Pod. Where people stop it, it is deleted, and
 * what it had done by then is what counts.
 */
export async function watchJob(
  job: KubeObject,
  { name, bytes, isThere }: Watched,
  context: ModelContext & { readonly work?: LongWork | undefined },
): Promise<Facts> {
  const { deps, signal, work } = context;
  const { kubernetes } = deps;
  let done = 0;
  let total = Math.max(1, bytes);
  for (let looks = { none: 0, hopeless: 0, waiting: 0 }; ; ) {
    const now = await found('jobs', name, context);
    const pods = await kubernetes.jobPods(kubernetes.namespace, name, { signal });
    const seen = podSeen(pods);
    const ended = endOf(seen);
    if (ended !== undefined) return ended;
    if (now === undefined || now.metadata.uid !== job.metadata.uid) return goneBy(isThere);
    const end = jobEnd(now);
    // Its Pod is gone, and it did what it was made for.
    if (end === 'complete') return { job: name };
    if (end !== undefined) throw gaveUp(end === 'too-slow' ? 'model-too-slow' : 'model-job-failed');
    const hopelessly = hopelessIn(seen, looks);
    if (hopelessly !== undefined) {
      const at = endOf(podSeen(await endJob(now, context)));
      if (at !== undefined) return at;
      throw gaveUp(hopelessly);
    }
    looks = counted(looks, seen);
    if (seen.is === 'running') {
      const progress = progressOf(await logOf(seen.pod, context));
      if (progress !== undefined) ({ done, total } = progress);
    }
    if (work === undefined) throw new AppError('BUG', 'a Job that nobody waits for');
    try {
      await work.next(
        { done, total, unit: 'bytes', whole: true, ...(seen.is === 'running' ? {} : { waits: 'pod' }) },
        pauseMs,
      );
    } catch (error) {
      if (!work.stopped()) throw error;
      const last = podSeen(await endJob(now, context));
      // It had done its work before it could be told.
      if (last.is === 'ended' && last.how === 'done') return doneBy(last);
      if (!(last.is === 'ended') && (await isThere()) === true) return { job: name };
      throw error;
    }
  }
}

/** Deletes it with its Pod, and what is half fetched is removed by that. */
const endJob = ({ metadata: { name, uid } }: KubeObject, { deps: { kubernetes }, signal }: ModelContext) =>
  kubernetes.endJob(kubernetes.namespace, name, { uid }, { signal });

function doneBy({ state, kept }: Extract<PodSeen, { is: 'ended' }>): Facts {
  return { ...(state === undefined ? {} : { state }), ...(kept === undefined ? {} : { kept }) };
}

/** Undefined: it is under way. Throws where nothing came of it. */
function endOf(seen: PodSeen): Facts | undefined {
  if (seen.is === 'failed') throw gaveUp(failures[seen.how]);
  if (seen.is !== 'ended') return undefined;
  if (seen.how === 'done') return doneBy(seen);
  if (seen.how === 'changed') throw stale({ file: 'as approved' }, { file: 'changed' });
  throw gaveUp(words[seen.how]);
}

/** Somebody has deleted it: what it had done by then only the file tells. */
async function goneBy(isThere: Watched['isThere']): Promise<Facts> {
  const there = await isThere();
  if (there === true) return { already: true };
  if (there === false) throw gaveUp('model-job-gone');
  throw new TargetError('closed', 'the Job of the fix is gone, and nothing shows what it has done');
}

type Looks = Readonly<Record<keyof typeof patience, number>>;
const kindOf = (seen: PodSeen): keyof typeof patience | undefined =>
  seen.is === 'none'
    ? 'none'
    : seen.is === 'waiting'
      ? hopeless.has(seen.why)
        ? 'hopeless'
        : 'waiting'
      : undefined;
const counted = (looks: Looks, seen: PodSeen): Looks => {
  const kind = kindOf(seen);
  return kind === undefined ? looks : { ...looks, [kind]: looks[kind] + 1 };
};

/** Why it will not start, as far as can be waited for. */
function hopelessIn(seen: PodSeen, looks: Looks): string | undefined {
  const kind = kindOf(seen);
  if (kind === undefined || looks[kind] < patience[kind]) return undefined;
  if (seen.is !== 'waiting') return 'model-job-no-pod';
  if (kind === 'hopeless') return seen.why.includes('Image') ? 'model-job-image' : 'model-job-refused';
  return seen.why === 'Unschedulable' ? 'model-job-unscheduled' : 'model-job-unstarted';
}

/** Where it may not be read, only how far it is stays unknown. */
const logOf = (pod: string, { deps: { kubernetes }, signal }: ModelContext) =>
  kubernetes
    .logs(kubernetes.namespace, pod, 'model', { tailLines: 2, limitBytes: 2_000, signal, timeoutMs: 5_000 })
    .catch((error: unknown) => {
      signal.throwIfAborted();
      if (error instanceof AppError || error instanceof TargetError) return '';
      throw error;
    });
