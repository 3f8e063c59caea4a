import { describe, expect, it } from 'vitest';
import { createSocketWatch } from '../../../../src/bot/receive/socket-watch.ts';
import type { Clock } from '../../../../src/domain/kernel/clock.ts';
import type { SocketCount } from '../../../../src/domain/ports/slack-sockets.ts';
import { silentLogger } from '../../../support/logger.ts';

/** A watch over two sockets of ours whose every wait ends when the test says so. */
function watched() {
  const waits: (() => void)[] = [];
  const clock: Clock = {
    now: () => new Date(0),
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        waits.push(resolve);
        signal?.addEventListener('abort', () => reject(new Error('stopped')));
      }),
  };
  const compared: SocketCount[] = [];
  const strangers: SocketCount[] = [];
  const watch = createSocketWatch({
    process: 'bot',
    counts: {
      report: () => Promise.resolve(),
      ours: () => Promise.resolve(2),
      compared: ({ slack, ours }) => {
        const before = compared.at(-1)?.inARow ?? 0;
        const count = { slack, ours, inARow: slack > ours ? before + 1 : 0 };
        compared.push(count);
        return Promise.resolve(count);
      },
      last: () => Promise.resolve(compared.at(-1)),
    },
    open: () => 2,
    recount: () => undefined,
    onStranger: (count) => void strangers.push(count),
    clock,
    logger: silentLogger,
  });
  /** Lets so many waits begin, then ends them. */
  const passed = async (expected: number) => {
    await expect.poll(() => waits.length).toBe(expected);
    for (const wait of waits.splice(0)) wait();
  };
  return { watch, compared, strangers, passed };
}

describe('what Slack counts with a hello', () => {
  it('is compared once for two sockets that open together, and the later one counts', async () => {
    const { watch, compared, strangers, passed } = watched();
    watch.hello(3);
    watch.hello(4);
    await passed(2);
    await expect.poll(() => compared).toEqual([{ slack: 4, ours: 2, inARow: 1 }]);
    expect(strangers).toEqual([]);
    await watch.stop();
  });

  it('is proof of a stranger when it says so twice', async () => {
    const { watch, strangers, passed } = watched();
    watch.hello(3);
    await passed(1);
    watch.hello(3);
    // The wait until the second look, and that of the new hello.
    await passed(2);
    await expect.poll(() => strangers).toEqual([{ slack: 3, ours: 2, inARow: 2 }]);
    expect(watch.strangers()).toBe(1);
    await watch.stop();
  });
});
