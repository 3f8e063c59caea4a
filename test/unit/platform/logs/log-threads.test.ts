import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { reportOf } from '../../../../src/domain/logs/analysis.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { LogThread } from '../../../../src/domain/ports/log-files.ts';
import { logThreads } from '../../../../src/platform/logs/log-threads.ts';

const now = Date.parse('2026-11-28T09:00:00Z');
const threads: LogThread[] = [];
const start = (mostBytes = 1_000_000, signal = new AbortController().signal): LogThread => {
  const thread = logThreads.start(
    { query: { level: 'warning' }, now, platform: asInGuide },
    { mostBytes },
    signal,
  );
  threads.push(thread);
  return thread;
};
afterEach(async () => {
  for (const thread of threads.splice(0)) await thread.stop();
});

const line = (at: number) =>
  `2026-11-28T08:00:${String(at % 60).padStart(2, '0')}Z ERROR dial tcp 10.0.0.${at % 250}:6379: connect: connection refused`;
const log = (lines: number) => `${Array.from({ length: lines }, (_, at) => line(at)).join('\n')}\n`;

async function reportFrom(thread: LogThread) {
  return reportOf(await thread.tally(), { platform: asInGuide, redact: (text) => text });
}

async function pushAll(
  source: ReturnType<LogThread['source']>,
  bytes: Uint8Array,
  piece = 1_000,
): Promise<boolean> {
  for (let at = 0; at < bytes.length; at += piece)
    if (!(await source.push(bytes.subarray(at, at + piece)))) return false;
  return true;
}

describe('a thread that counts logs', () => {
  it('counts several sources one after the other, packed and not, in pieces of any size', async () => {
    const thread = start();
    const plain = thread.source('a.log');
    await pushAll(plain, Buffer.from(log(300)), 777);
    plain.end();
    const packed = thread.source('b.log.gz');
    await pushAll(packed, gzipSync(log(200)), 13);
    packed.end();
    const { groups, sources } = await reportFrom(thread);

    expect(groups.map(({ count, known }) => [count, known?.id])).toEqual([[500, 'redis-unreachable']]);
    expect(sources.map(({ name, lines, failed }) => [name, lines, failed])).toEqual([
      ['a.log', 300, undefined],
      ['b.log.gz', 200, undefined],
    ]);
  });

  it('reads no further than it may, and says so, also where few bytes unpack to many', async () => {
    const thread = start(50_000);
    const bomb = thread.source('bomb.gz');
    await pushAll(bomb, gzipSync(log(40_000)), 1_000);
    // More than is ever on its way: whoever sends it hears that nobody wants it.
    const wanted = await pushAll(bomb, new Uint8Array(3_000_000), 100_000);
    bomb.end();
    const after = thread.source('more.log');
    await pushAll(after, Buffer.from(log(3)));
    after.end();
    const { sources, bytes } = await reportFrom(thread);

    expect(wanted).toBe(false);
    expect(bytes).toBe(50_000);
    expect(sources.map(({ failed, facts }) => [failed, facts])).toEqual([
      ['cause.log-file-cut', { most: 50_000 }],
      ['cause.log-file-cut', { most: 50_000 }],
    ]);
  });

  it('tells what is no text, and what is damaged, and goes on with the next', async () => {
    const thread = start();
    const picture = thread.source('picture.png');
    await pushAll(picture, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 1, ...Array(20_000).fill(7)]));
    picture.end();
    const damaged = thread.source('damaged.gz');
    await pushAll(damaged, gzipSync(log(2_000)).subarray(0, 300), 100);
    damaged.end();
    const good = thread.source('good.log');
    await pushAll(good, Buffer.from(log(5)));
    good.end();
    const { sources, groups } = await reportFrom(thread);

    expect(sources.map(({ name, failed }) => [name, failed])).toEqual([
      ['picture.png', 'cause.log-file-no-text'],
      ['damaged.gz', 'logs.why.no-gzip'],
      ['good.log', undefined],
    ]);
    expect(groups[0]?.sources).toContain('good.log');
  });

  it('reads text of two bytes a character, with the mark of byte order and without', async () => {
    const thread = start();
    const be = Buffer.from(log(40), 'utf16le').swap16();
    const files = {
      'le.log': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(log(30), 'utf16le')]),
      'be.log': Buffer.concat([Buffer.from([0xfe, 0xff]), be]),
      'bare.log': Buffer.from(`${log(50)}2026-11-28T08:00:01Z ERROR 数据库\n`, 'utf16le'),
      'short.log': Buffer.from('ERROR x\n', 'utf16le'),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const source = thread.source(name);
      await pushAll(source, bytes, 777);
      source.end();
    }
    const { sources, byLevel, groups } = await reportFrom(thread);

    expect(sources.map(({ name, lines, failed }) => [name, lines, failed])).toEqual([
      ['le.log', 30, undefined],
      ['be.log', 40, undefined],
      ['bare.log', 51, undefined],
      ['short.log', 1, undefined],
    ]);
    expect(byLevel.error).toBe(122);
    expect(groups.map(({ text }) => text)).toContain('数据库');
  });

  it.each([
    [
      'of zstd',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...Buffer.from('not a zero in it, and no other sign of it')]),
    ],
    [
      'of an executable',
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 62, 0]),
    ],
    ['of zeros', Buffer.alloc(9_000)],
    ['of numbers of four bytes', Buffer.from(Uint32Array.from({ length: 2_000 }, (_, at) => at * 65).buffer)],
    ['without a zero', Buffer.from(Array.from({ length: 600 }, (_, at) => ((at * 37) % 255) + 1))],
  ])('says of a file %s that it is no text', async (_, bytes) => {
    const thread = start();
    const source = thread.source('x');
    await pushAll(source, bytes);
    source.end();
    const { sources, lines } = await reportFrom(thread);

    expect([lines, sources[0]?.failed]).toEqual([0, 'cause.log-file-no-text']);
  });

  it('keeps why a source broke off', async () => {
    const thread = start();
    const broken = thread.source('broken.log');
    await pushAll(broken, Buffer.from(log(5)));
    broken.end({ failed: 'cause.log-file-unread', facts: { status: 500 } });
    const { sources } = await reportFrom(thread);

    expect(sources).toEqual([
      expect.objectContaining({ lines: 5, failed: 'cause.log-file-unread', facts: { status: 500 } }),
    ]);
  });

  it('ends with its signal, and whoever waits learns of it', async () => {
    const stop = new AbortController();
    const thread = start(1_000_000_000, stop.signal);
    const source = thread.source('endless.log');
    const pushing = (async () => {
      const bytes = Buffer.from(log(1_000));
      for (;;) if (!(await source.push(bytes))) return 'ended';
    })();
    stop.abort();

    expect(await pushing).toBe('ended');
    await expect(thread.tally()).rejects.toThrow('has ended');
  });
});
