import type { Clock, Logger } from '../../domain/kernel/clock.ts';
import { every, type Periodic } from '../../domain/kernel/every.ts';
import type { SlackSockets, SocketCount } from '../../domain/ports/slack-sockets.ts';

export interface SocketWatchOptions {
  readonly process: string;
  /** Each call is a transaction of its own. */
  readonly counts: SlackSockets;
  /** Sockets that this process has open, those included that Slack is about to end. */
  readonly open: () => number;
  /** Opens a socket in the place of another one: Slack counts only with its hello. */
  readonly recount: () => void;
  /** A stranger's socket is there, or is gone again. */
  readonly onStranger: (count: SocketCount) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const reportMs = 10_000;
/** Other processes report what they have just opened by then. */
const settleMs = 12_000;
const recountMs = 10 * 60_000;
const secondLookMs = 60_000;
/** Slack may count a socket of a process that died a moment ago: once is no proof. */
const provenBy = 2;

export interface SocketWatch {
  /** What Slack says with a hello: all sockets of the app. */
  hello(connections: number): void;
  /** Sockets of somebody else, as far as it is proved. */
  strangers(): number;
  start(): void;
  stop(): Promise<void>;
}

/**
 * Every holder of the app-level token can open a socket, and Slack then sends it a share of the commands and clicks.
 * Slack's own count is compared with ours; one more, twice in a row, is somebody else's.
 */
export function createSocketWatch(options: SocketWatchOptions): SocketWatch {
  const { counts, clock, logger } = options;
  const stopping = new AbortController();
  const judging = new Set<Promise<void>>();
  let strangers = 0;
  let newest = 0;
  let reporting: Periodic | undefined;
  let recounting: Periodic | undefined;

  const report = () => counts.report(options.process, options.open());
  /** `mine`: as it was with the hello; a socket that was replaced may have gone since. */
  const judge = async (slack: number, mine: number): Promise<void> => {
    const hello = ++newest;
    await counts.report(options.process, mine);
    const before = await counts.ours();
    await clock.sleep(settleMs, stopping.signal);
    // Two sockets that open together are one look of Slack's, and what an earlier one was told may be over.
    if (hello !== newest) return;
    const ours = Math.max(before, await counts.ours());
    const count = await counts.compared({ slack, ours });
    const found = count.inARow >= provenBy ? slack - ours : 0;
    if (found > 0) logger.error({ ...count }, 'Slack counts sockets of this app that are not ours');
    if (found > 0 !== strangers > 0) options.onStranger(count);
    strangers = found;
    if (count.inARow === 0) return;
    // Looked at again soon, until Slack counts as many as we have.
    await clock.sleep(secondLookMs, stopping.signal);
    options.recount();
  };

  return {
    hello(connections) {
      const work = judge(connections, options.open()).catch((err: unknown) => {
        if (!stopping.signal.aborted) logger.warn({ err }, 'the sockets of this app could not be counted');
      });
      judging.add(work);
      void work.then(() => judging.delete(work));
    },
    strangers: () => strangers,
    start() {
      const onError = (err: unknown) =>
        logger.warn({ err }, 'the sockets of this process could not be reported');
      reporting = every(reportMs, report, { clock, onError });
      recounting = every(
        recountMs,
        () => {
          options.recount();
          return Promise.resolve();
        },
        { clock, onError, firstMs: recountMs },
      );
    },
    async stop() {
      stopping.abort(new Error('stopping'));
      await Promise.all([reporting?.stop(), recounting?.stop(), ...judging]);
      await counts.report(options.process, 0).catch(() => undefined);
    },
  };
}
