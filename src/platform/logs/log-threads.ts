import { Worker } from 'node:worker_threads';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { LogThread, LogThreads } from '../../domain/ports/log-files.ts';
import type { FromThread, ToThread } from './messages.ts';

/** Bytes that are on their way to the thread when it has no room for more. */
const ON_THE_WAY = 1024 * 1024;
/** What one log may take of memory before its thread is ended, in MiB; groups take some ten. */
const MOST_HEAP = 192;

const isSource = import.meta.url.endsWith('.ts');
const entry = new URL(`./counting.thread.${isSource ? 'ts' : 'js'}`, import.meta.url);
/** A thread does not take over the loader of sources that run as they are (development, tests): it registers its own. */
const boot = `import('tsx/esm/api').then(({ register }) => { register(); return import(${JSON.stringify(entry.href)}); });`;

/** Threads that count logs: a hostile line or a large file does not hold up other questions. */
export const logThreads: LogThreads = {
  start(options, limits, signal) {
    const worker = new Worker(isSource ? boot : entry, {
      eval: isSource,
      workerData: { options, limits },
      // It needs no variable of the process, where tokens are.
      env: {},
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP, maxYoungGenerationSizeMb: 8 },
    });
    return talkingTo(worker, signal);
  },
};

type Answer = Exclude<FromThread, { readonly kind: 'taken' }>;

function talkingTo(worker: Worker, signal: AbortSignal): LogThread {
  const say = (message: ToThread, transfer: readonly ArrayBuffer[] = []): void =>
    worker.postMessage(message, transfer);
  const room: ((more: boolean) => void)[] = [];
  /** Sizes of the pieces that it has not taken yet, in their order. */
  const onTheWay: number[] = [];
  let bytesOnTheWay = 0;
  let wanted = true;
  let over: Error | undefined;
  let told: ((answer: Answer) => void) | undefined;
  let failed: ((error: Error) => void) | undefined;

  const endWith = (error: Error): void => {
    over ??= error;
    for (const free of room.splice(0)) free(false);
    failed?.(over);
  };
  worker.on('message', (message: FromThread) => {
    if (message.kind !== 'taken') return told?.(message);
    bytesOnTheWay -= onTheWay.shift() ?? 0;
    wanted &&= message.more;
    if (bytesOnTheWay < ON_THE_WAY) for (const free of room.splice(0)) free(wanted);
  });
  worker.on('error', () =>
    endWith(
      new AppError('DEPENDENCY_UNAVAILABLE', 'the thread that reads a log died', {
        facts: { reason: 'log-unreadable' },
      }),
    ),
  );
  worker.on('exit', () => endWith(new Error('the thread that reads a log has ended')));
  const stop = async (): Promise<void> => {
    signal.removeEventListener('abort', onAbort);
    await worker.terminate();
  };
  const onAbort = (): void => void stop();
  signal.addEventListener('abort', onAbort, { once: true });

  const ask = (kind: Answer['kind']): Promise<Answer> =>
    new Promise((resolve, reject) => {
      if (over !== undefined) return reject(over);
      [told, failed] = [resolve, reject];
      say({ kind });
    });

  return {
    source(name, part) {
      wanted = true;
      say({ kind: 'source', name, ...present({ part }) });
      return {
        async push(bytes) {
          if (over !== undefined || !wanted) return false;
          // A copy of its own: what it is a view of may be shared, and what is sent is gone here.
          const own = new Uint8Array(bytes);
          say({ kind: 'bytes', bytes: own }, [own.buffer]);
          onTheWay.push(bytes.length);
          bytesOnTheWay += bytes.length;
          if (bytesOnTheWay < ON_THE_WAY) return wanted;
          return new Promise<boolean>((resolve) => room.push(resolve));
        },
        end: (outcome = {}) => say({ kind: 'end', outcome }),
      };
    },
    piece: (name, piece) => say({ kind: 'piece', name, piece }),
    tally: async () => {
      const answer = await ask('tally');
      if (answer.kind !== 'tally') throw new Error('another answer than was asked for');
      return answer.tally;
    },
    state: async () => {
      const answer = await ask('state');
      if (answer.kind !== 'state') throw new Error('another answer than was asked for');
      return answer.state;
    },
    stop,
  };
}
