/** `aetherius logs` over files and standard input, as a shell runs it. */
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { LogsOutput } from '../../../src/cli/output-schemas.ts';
import { aetherius, running } from '../../support/cli.ts';
import { corpus, logForms } from '../../support/logs/corpus.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-logs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const to = Date.parse('2026-11-28T09:00:00Z');
const entries = [...corpus({ seed: 31, entries: 3_000, forms: logForms, from: to - 7_200_000, to })];
const text = `${entries.flatMap(({ lines }) => lines).join('\n')}\n`;
const written = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const plain = written('mixed.log', text);
const packed = written('mixed.log.gz', gzipSync(text));

const asJson = async (...args: readonly string[]) => {
  const ended = await aetherius(['--output', 'json', 'logs', ...args]);
  return { ...ended, answer: LogsOutput.parse(JSON.parse(ended.out)) };
};

describe('aetherius logs', () => {
  it('says the same of a file, of the same packed, and of standard input', async () => {
    const [of, ofPacked] = [await asJson('--file', plain), await asJson('--file', packed)];
    const stdin = (async function* () {
      yield readFileSync(plain);
    })();
    const piped = await aetherius(['--output', 'json', 'logs', '--file', '-'], {}, undefined, stdin);
    const groups = (answer: LogsOutput) => answer.groups.map(({ sources: _from, ...group }) => group);

    expect(of.exit).toBe(1);
    expect(of.answer.read.byLevel.error).toBeGreaterThan(1_000);
    expect(groups(ofPacked.answer)).toEqual(groups(of.answer));
    expect(groups(LogsOutput.parse(JSON.parse(piped.out)))).toEqual(groups(of.answer));
  });

  it('begins with what is wrong, in both languages', async () => {
    const file = written(
      'one.log',
      '2026-11-28 08:59:58.123 UTC [7] FATAL:  sorry, too many clients already\n'.repeat(3),
    );
    const english = await aetherius(['logs', '--file', file]);
    const chinese = await aetherius(['--lang', 'zh-CN', 'logs', '--file', file]);

    expect(english.out.split('\n')[0]).toBe(
      'PostgreSQL has no free connection (3 times, last at 2026-11-28 08:59:58 UTC)',
    );
    expect(english.out).toContain('Find the cause: aetherius diagnose D1');
    expect(chinese.out.split('\n')[0]).toBe(
      'PostgreSQL 没有空闲连接（3 次，最后一次 2026-11-28 08:59:58 UTC）',
    );
  });

  it('says that it could not read, and not that all is well', async () => {
    const missing = await aetherius(['logs', '--file', join(folder, 'nowhere.log')]);
    const damaged = await aetherius([
      'logs',
      '--file',
      written('cut.log.gz', gzipSync('{"level":"info","msg":"fine"}\n'.repeat(5_000)).subarray(0, 60)),
    ]);

    expect(missing).toMatchObject({ exit: 2 });
    expect(missing.out).toMatch(/^The log could not be read, so nothing is known\./);
    expect(damaged).toMatchObject({ exit: 2 });
    expect(damaged.out).toContain('its compressed data is damaged or cut off');
  });

  it.each([
    [['--file', plain, '--since', 'yesterday'], 'yesterday is no time'],
    [['--file', plain, '--level', 'loud'], 'loud is no level'],
    [[], 'Name a part'],
  ])('refuses %j', async (args, words) => {
    const ended = await aetherius(['logs', ...args]);

    expect(ended.exit).toBe(64);
    expect(ended.err).toContain(words);
  });

  it('shows no secret', async () => {
    const file = written('secret.log', 'ERROR:app:cannot use postgres://bot:Zeppelin-77-x@db/agents\n');
    const { out } = await aetherius(['--output', 'json', 'logs', '--file', file]);

    expect(out).not.toContain('Zeppelin');
  });
});

describe('aetherius logs --follow', () => {
  const refused = (at: number) => `2026-11-28T09:00:0${at}Z ERROR dial tcp: redis refused connection\n`;
  const printed = (out: readonly string[]) => ({ timeout: 15_000, interval: 50, out: () => out.join('') });

  it('prints what is new in a file that grows and is replaced, and the whole answer when it is interrupted', async () => {
    const file = written('grows.log', refused(1));
    const { out, ended, interrupt } = running(['logs', '--file', file, '--follow']);
    const { out: said, ...patient } = printed(out);
    await expect.poll(said, patient).toContain('09:00:01Z ERROR dial tcp');

    appendFileSync(file, '2026-11-28T09:00:02Z FATAL no space left on device\n');
    await expect.poll(said, patient).toContain('A disk is full');
    renameSync(file, `${file}.1`);
    writeFileSync(file, '2026-11-28T09:00:04Z ERROR wholly new words here\n');
    await expect.poll(said, patient).toContain('wholly new words');
    const before = out.length;
    interrupt();

    expect(await ended).toBe(1);
    const last = out.slice(before).join('');
    expect(last).toMatch(/^A disk is full\. \(once|^A disk is full \(once/);
    expect(last).toContain('dial tcp');
    expect(last).toContain('wholly new words');
    expect(last).toContain('3 lines');
  });

  it('ends with standard input, and says of a file that is not there that it could not be read', async () => {
    const stdin = (async function* () {
      yield Buffer.from(refused(1).slice(0, 30));
      yield Buffer.from(`${refused(1).slice(30)}${refused(2)}`);
    })();
    const piped = await aetherius(['logs', '--file', '-', '-f', '--output', 'json'], {}, undefined, stdin);
    const absent = await aetherius(['logs', '--file', join(folder, 'absent.log'), '-f']);

    expect(LogsOutput.parse(JSON.parse(piped.out)).groups).toMatchObject([{ count: 2 }]);
    expect(absent.exit).toBe(2);
    expect(absent.out).toContain('the file cannot be read');
  });
});
