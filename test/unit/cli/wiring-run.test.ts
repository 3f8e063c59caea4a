/** Whom each command of the program needs, and that a command that needs a person runs nothing without one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DoctorOutput, ErrorOutput, HealthOutput } from '../../../src/cli/output-schemas.ts';
import { allCommands, commandNamed, createProgram, type Run, runProgram } from '../../../src/cli/program.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { aetherius } from '../../support/cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'cli-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/**
 * `own`: the caller's own credentials of what is looked at. `operator`: the credentials of the bot itself, for its
 * maintenance. `person`: what the bot has stored, what is decided, what goes to Slack; the bot does it for the owner of
 * a token. `reader`: likewise, and this shell writes what the bot hands out into a file.
 */
const needs: Readonly<Record<string, readonly ['own' | 'operator' | 'person' | 'reader', string]>> = {
  health: ['own', ''],
  diagnose: ['own', 'D3'],
  logs: ['own', '--file -'],
  collect: ['own', '-o bundle.tar.gz'],
  'case keep': ['person', '00000000'],
  replay: ['own', 'cases'],
  'bundle verify': ['own', 'bundle.tar.gz'],
  'bundle open': ['own', 'bundle.tar.gz'],
  'config check': ['own', ''],
  init: ['own', ''],
  symptoms: ['own', ''],
  completion: ['own', 'bash'],
  'fixes list': ['own', ''],
  doctor: ['operator', ''],
  'audit verify': ['operator', ''],
  'audit export': ['reader', '-o audit.jsonl'],
  fix: ['person', 'redis.set-eviction-policy'],
  'approvals list': ['person', ''],
  'approvals show': ['person', 'r1'],
  'approvals approve': ['person', 'r1'],
  'approvals reject': ['person', 'r1 because'],
  'approvals resolve': ['person', 'r1 worked I looked'],
  'approvals break-glass': ['person', 'r1 because'],
  'approvals explain': ['person', 'redis.set-eviction-policy'],
  'fixes status': ['person', ''],
  'fixes off': ['person', 'because'],
  'fixes on': ['person', 'because'],
  'fixes confirm': ['person', 'because'],
  'fixes close': ['person', 'r1 because'],
  'fixes stop': ['person', 'r1'],
  'mute list': ['person', ''],
  'mute add': ['person', 'redis NO_MEMORY_LIMIT because'],
  'mute known': ['person', 'redis NO_MEMORY_LIMIT because'],
  'mute lift': ['person', 'redis NO_MEMORY_LIMIT'],
  'mute export': ['person', ''],
  history: ['person', ''],
  report: ['person', ''],
  'digest now': ['person', '--channel C0AAA'],
  'digest on': ['person', '--channel C0AAA'],
  'digest off': ['person', '--channel C0AAA'],
  'digest at': ['person', '09:00 --channel C0AAA'],
};
const cases = Object.entries(needs).map(([command, [whom, rest]]) => ({
  command,
  whom,
  argv: `${command} ${rest}`.trim().split(' '),
}));

const run = (seen: string[]): Run => ({
  here: () => Promise.resolve(void seen.push('here')),
  asPerson: () => Promise.resolve(void seen.push('person')),
});
const program = (seen: string[]) =>
  createProgram(wordsIn('en'), '1', run(seen), { out: () => undefined, err: () => undefined });

/** Whatever a shell may hold, but for a token and an address. */
const everything = {
  DATABASE_URL: 'postgres://bot:pass@127.0.0.1:1/bot',
  REDIS_URL: 'redis://127.0.0.1:1',
  AUDIT_KEY: 'k'.repeat(32),
  SLACK_BOT_TOKEN: 'xoxb-1',
};

describe('each command', () => {
  it('has a rule here', () => {
    const tree = program([]);
    const pathOf = (command: (typeof tree.commands)[number]): string =>
      command.parent === null || command.parent === tree
        ? command.name()
        : `${pathOf(command.parent)} ${command.name()}`;
    const leaves = allCommands(tree).filter(({ commands }) => commands.length === 0);

    expect(leaves.map(pathOf).toSorted()).toEqual(Object.keys(needs).toSorted());
  });

  it.each(cases)('$command runs for whom it says: $whom', async ({ command, whom, argv }) => {
    const seen: string[] = [];

    expect(await runProgram(program(seen), argv)).toBeUndefined();

    expect(seen).toEqual([whom === 'person' ? 'person' : 'here']);
    expect(commandNamed(['--output', 'json', ...argv])).toBe(command);
  });

  it('shows a plan without a person', async () => {
    const seen: string[] = [];

    await runProgram(program(seen), ['fix', 'redis.set-eviction-policy', '--dry-run']);

    expect(seen).toEqual(['here']);
    expect(await runProgram(program(seen), ['fix', 'x', '--dry-run', '--yes'])).toBe(64);
  });

  it.each(cases.filter(({ whom }) => whom === 'person' || whom === 'reader'))(
    '$command does nothing without a token, whatever else the shell has',
    async ({ argv }) => {
      const nothing = await aetherius(argv, everything);
      const noToken = await aetherius(argv, { ...everything, AETHERIUS_URL: 'http://127.0.0.1:1' });

      expect(nothing).toMatchObject({ exit: 64, out: '', err: expect.stringContaining('AETHERIUS_URL') });
      expect(noToken).toMatchObject({ exit: 64, out: '', err: expect.stringContaining('/aetherius token') });
    },
  );
});

describe('what is wrong with a call', () => {
  const nowhere = ['--config', '/nowhere/a.yaml'];

  it('is that there is no configuration, with the command that makes one', async () => {
    expect(await aetherius(['health'], { AETHERIUS_CONFIG: '/nowhere/b.yaml' })).toMatchObject({
      ...{ exit: 64, out: '' },
      err: 'No /nowhere/b.yaml here. Make one: aetherius init --file /nowhere/b.yaml\n',
    });
  });

  it.each([
    ['health', 'no-configuration'],
    ['--nope', 'usage'],
    ['history', 'needs-person'],
  ])('is JSON on standard error, and nothing else, where JSON is asked for: %s', async (command, code) => {
    const answer = await aetherius([...nowhere, '-o', 'json', command]);
    const json: unknown = JSON.parse(answer.err);

    expect(answer).toMatchObject({ exit: 64, out: '' });
    expect(ErrorOutput.parse(json)).toEqual(json);
    expect(json).toMatchObject({ error: { code, exit: 64 } });
  });

  it('has each fault of a configuration with its place, as JSON', async () => {
    const file = join(folder, 'wrong.yaml');
    writeFileSync(file, 'environments: { prod: { runtime: { kind: none } } }\nslak: {}\n');
    const answer = await aetherius(['--config', file, 'config', 'check', '--output', 'json']);

    expect(answer.exit).toBe(64);
    expect(ErrorOutput.parse(JSON.parse(answer.err)).error.faults).toMatchObject([{ path: 'slak', line: 2 }]);
  });
});

describe('a variable that is not set', () => {
  const file = join(folder, 'unset.yaml');
  const url = { env: 'AETHERIUS_REDIS_URL' };
  const runtime = { kind: 'none' };
  const services = { 'reasoning-service': { url: 'http://127.0.0.1:1' } };
  const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    writeFileSync(file, JSON.stringify({ environments: { prod: { runtime, services, redis: { url } } } }));
    return aetherius(['--config', file, ...args], env);
  };

  it('is a part that could not be checked, and nothing else: health', async () => {
    const { exit, out, err } = await run(['health', '-o', 'json']);
    const { parts } = HealthOutput.parse(JSON.parse(out));

    expect([exit, err]).toEqual([2, '']);
    expect(parts.find(({ part }) => part === 'redis')).toMatchObject({
      state: 'unknown',
      fact: { text: 'could not check: variable AETHERIUS_REDIS_URL is not set' },
    });
    expect(parts.map(({ part }) => part)).toContain('reasoning-service');
  });

  it('is said by diagnose and by doctor, which go on', async () => {
    const diagnosis = await run(['diagnose', 'D3']);
    const doctor = await run(['doctor', 'prod', '-o', 'json']);

    expect(diagnosis.exit).toBe(2);
    expect(diagnosis.out).toContain('variable AETHERIUS_REDIS_URL is not set');
    expect(doctor.exit).toBe(2);
    expect(DoctorOutput.parse(JSON.parse(doctor.out)).checks).toContainEqual(
      expect.objectContaining({ state: 'unknown', facts: expect.objectContaining({ part: 'redis' }) }),
    );
  });

  it('is named by config check with its setting, and by nothing once it is set', async () => {
    const without = await run(['config', 'check']);
    const given = await run(['config', 'check'], { AETHERIUS_REDIS_URL: 'redis://r' });

    expect(without.exit).toBe(2);
    expect(without.out).toContain('environments.prod.redis.url: variable AETHERIUS_REDIS_URL is not set');
    expect(given).toMatchObject({ exit: 0, err: '' });
    expect(given.out.trim().split('\n')).toHaveLength(1);
  });

  it('changes no exit code that --quiet leaves alone', async () => {
    expect(await run(['health', '--quiet'])).toEqual({ exit: 2, out: '', err: '' });
  });
});
