/** Whom each command of the program needs, and that a command that needs a person runs nothing without one. */
import { describe, expect, it } from 'vitest';
import { allCommands, commandNamed, createProgram, type Run, runProgram } from '../../../src/cli/program.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { aetherius } from '../../support/cli.ts';

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
  'bundle verify': ['own', 'bundle.tar.gz'],
  'bundle open': ['own', 'bundle.tar.gz'],
  init: ['own', ''],
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
