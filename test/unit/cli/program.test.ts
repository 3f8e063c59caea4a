import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type CliContext, exitCodes } from '../../../src/cli/context.ts';
import { doctorOutput } from '../../../src/cli/doctor.command.ts';
import { chooseEnvironment } from '../../../src/cli/environment.ts';
import { explainFault, UsageFault } from '../../../src/cli/faults.ts';
import { readArguments } from '../../../src/cli/fix.command.ts';
import { healthCommand } from '../../../src/cli/health.command.ts';
import { configurationText } from '../../../src/cli/init.command.ts';
import { DoctorOutput, HealthOutput } from '../../../src/cli/output-schemas.ts';
import { allCommands, createProgram, type Run, runProgram } from '../../../src/cli/program.ts';
import { unmarked } from '../../../src/cli/screen.ts';
import { table } from '../../../src/cli/table.ts';
import type { HealthReport } from '../../../src/domain/health/health.ts';
import { AppError, errorCodes } from '../../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { FindingCode } from '../../../src/domain/probe/findings.ts';
import { parseConfig } from '../../../src/platform/settings/config.ts';
import { wordsIn } from '../../../src/text/words.ts';

const words = wordsIn('en');
const config = (yaml: string) =>
  parseConfig(yaml, { role: 'command-line', where: 'a.yaml', folder: '/', env: {} });
const two = config(
  '{ environments: { prod: { runtime: { kind: none } }, stage: { runtime: { kind: none } } } }',
);
const one = config('{ environments: { prod: { runtime: { kind: none } } } }');

/** Whoever a command needs. */
const always = (run: () => Promise<void>): Run => ({ here: run, asPerson: run });

function quiet(program: ReturnType<typeof createProgram>) {
  for (const command of [program, ...allCommands(program)])
    command.configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  return program;
}

describe('the program', () => {
  it.each([
    [80, 'en'],
    [40, 'en'],
    [80, 'zh-CN'],
    [40, 'zh-CN'],
  ] as const)('explains each command within %i columns: %s', (columns, locale) => {
    const program = createProgram(
      wordsIn(locale),
      '1',
      always(() => Promise.resolve()),
    );
    for (const command of [program, ...allCommands(program)]) {
      command.configureOutput({ getOutHelpWidth: () => columns });
      const lines = command.helpInformation().split('\n');
      // A name without a blank in it is never cut.
      const long = lines.filter((line) => stringWidth(line) > columns && line.trim().includes(' '));
      expect(long).toEqual([]);
    }
  });

  it.each([
    [['--help'], exitCodes.ok],
    [['--version'], exitCodes.ok],
    [['approvals', '--help'], exitCodes.ok],
    [['nope'], exitCodes.usage],
    [['health', '--nope'], exitCodes.usage],
    [['--output', 'xml', 'health'], exitCodes.usage],
    [['history', '--limit', '0'], exitCodes.usage],
    [['approvals', 'reject', 'F1'], exitCodes.usage],
    [['digest', 'now'], exitCodes.usage],
  ])('answers %j with exit code %i and runs nothing', async (argv, exit) => {
    let ran = false;
    const program = createProgram(
      words,
      '1',
      always(() => {
        ran = true;
        return Promise.resolve();
      }),
    );

    expect(await runProgram(quiet(program), argv)).toBe(exit);
    expect(ran).toBe(false);
  });

  it.each([
    ['nope', "error: unknown command 'nope'", 'aetherius'],
    ['helth', "error: unknown command 'helth' (Did you mean health?)", 'aetherius'],
    ['health --nope', "error: unknown option '--nope'", 'aetherius health'],
    ['--output xml health', "error: option '-o, --output <format>' argument 'xml' is invalid.", 'aetherius'],
    ['approvals reject F1', "error: missing required argument 'reason'", 'aetherius approvals reject'],
    ['digest now', "error: required option '--channel <id>' not specified", 'aetherius digest now'],
  ])('says in two lines what is wrong with %s, and where help is', async (line, what, command) => {
    const said: string[] = [];
    const err = (text: string): void => void said.push(text);
    const program = createProgram(
      words,
      '1',
      always(() => Promise.resolve()),
      { out: err, err },
    );

    await runProgram(program, line.split(' '));

    const [first = '', ...rest] = said.join('').trimEnd().split('\n');
    expect(first.startsWith(what)).toBe(true);
    expect(rest).toEqual([`See: ${command} --help`]);
  });

  it.each([
    ['health prod', { env: 'prod' }],
    ['health --env prod', { env: 'prod' }],
    ['history stage', { env: 'stage' }],
    ['collect stage -o a.tar.gz', { env: 'stage', out: 'a.tar.gz' }],
    ['doctor prod', { env: 'prod' }],
  ])('takes the environment as a word or as an option: %s', async (line, wanted) => {
    let ran = 0;
    const program = createProgram(
      words,
      '1',
      always(() => Promise.resolve(void (ran += 1))),
    );

    expect(await runProgram(quiet(program), line.split(' '))).toBeUndefined();

    const command = allCommands(program).find((one) => one.name() === line.split(' ')[0]);
    expect(ran).toBe(1);
    expect({ env: command?.args[0], ...command?.opts() }).toMatchObject(wanted);
  });

  it('passes on a command’s own error', async () => {
    const program = createProgram(
      words,
      '1',
      always(() => Promise.reject(new AppError('TIMED_OUT', 'late'))),
    );

    await expect(runProgram(quiet(program), ['health'])).rejects.toMatchObject({ code: 'TIMED_OUT' });
  });

  it('speaks both languages in its help', () => {
    const help = (language: 'en' | 'zh-CN') =>
      createProgram(
        wordsIn(language),
        '1',
        always(() => Promise.resolve()),
      ).helpInformation();

    expect(help('en')).toContain('check every part');
    expect(help('zh-CN')).toContain('检查环境的每个部分');
  });
});

describe('the environment that is meant', () => {
  it('is the one named, the default, or the only one', () => {
    const withDefault = { ...two, slack: { ...two.slack, defaultEnvironment: 'stage' } };

    expect(chooseEnvironment(two, 'stage')).toBe('stage');
    expect(chooseEnvironment(withDefault, undefined)).toBe('stage');
    expect(chooseEnvironment(one, undefined)).toBe('prod');
  });

  it('is a usage fault when it is unknown or not said', () => {
    expect(() => chooseEnvironment(two, 'x')).toThrow(UsageFault);
    expect(() => chooseEnvironment(two, undefined)).toThrow(UsageFault);
  });
});

describe('a fault', () => {
  it.each([
    ['INVALID_INPUT', 64],
    ['NOT_ALLOWED', 1],
    ['NOT_FOUND', 1],
    ['CONFLICT', 1],
    ['DEPENDENCY_UNAVAILABLE', 2],
    ['TIMED_OUT', 2],
    ['BUG', 2],
  ] as const)('with code %s ends with exit code %i', (code, exit) => {
    expect(explainFault(new AppError(code, 'x'), words).exit).toBe(exit);
    expect(errorCodes).toContain(code);
  });

  it('tells no secret', () => {
    const fault = explainFault(new Error('connect postgres://u:hunter2@db'), words);

    expect(fault).toEqual({
      ...{ text: expect.not.stringContaining('hunter2') as string, exit: 2, code: 'BUG' },
    });
  });
});

it('arguments of a fix are names with values, which may hold anything', () => {
  expect(readArguments(['workload=deployment/a', 'text=a=b c'])).toEqual({
    workload: 'deployment/a',
    text: 'a=b c',
  });
  expect(() => readArguments(['nope'])).toThrow(UsageFault);
});

describe('a table', () => {
  /** Columns of a terminal, told by where the second column of a table begins. */
  const width = (text: string) => {
    const [, second = ''] = table([
      ['x'.repeat(20), '|'],
      [text, '|'],
    ]).split('\n');
    return 20 - (second.length - `${text}  |`.length);
  };

  it.each([
    ['redis', 5],
    ['无法查看', 8],
    ['가', 2],
    // Beyond the first plane of Unicode, where names of people and places have letters.
    ['\u{20000}', 2],
    ['🔴', 2],
    ['✅ ok', 5],
    // One flag, one person at a computer, one warning: several code points, one picture.
    ['🇨🇳', 2],
    ['👩‍💻', 2],
    ['⚠️', 2],
    // An accent of its own takes no column.
    ['e\u0301', 1],
    ['│ → …', 5],
  ])('gives %s its columns', (text, columns) => {
    expect(width(text)).toBe(columns);
  });

  it('counts East Asian characters twice', () => {
    expect(
      table([
        ['无法', 'a'],
        ['x', 'b'],
      ]),
    ).toBe('无法  a\nx     b');
  });
});

describe('health', () => {
  const row = { witnesses: [], findings: [], pending: 0 } as const;
  const report = (overall: HealthReport['overall']): HealthReport => ({
    environment: 'prod',
    overall,
    roots: overall === 'findings' ? ['postgres'] : [],
    complete: true,
    ...(overall === 'unknown'
      ? {
          unseen: [
            {
              ...{ key: 'postgres.lock-waits', probe: 'postgres.lock-waits', part: 'postgres' as const },
              cause: { code: 'timed-out', detail: 'x', facts: {} },
            },
          ],
        }
      : {}),
    rows: [
      {
        ...row,
        part: 'postgres',
        state: overall === 'findings' ? 'down' : 'up',
        latencyMs: 3,
        fact: { key: 'x', facts: { host: 'db' } },
        findings:
          overall === 'findings'
            ? [
                {
                  code: 'PART_DOWN' as FindingCode,
                  severity: 'critical',
                  part: 'postgres',
                  subject: 'db\u001b[2J',
                  facts: { a: 1 },
                },
              ]
            : [],
      },
      {
        ...row,
        part: 'agent-manager',
        state: 'degraded',
        consequenceOf: 'postgres',
        fact: { key: 'x', facts: {} },
      },
    ],
  });

  async function run(overall: HealthReport['overall'], output: 'text' | 'json') {
    const printed: string[] = [];
    let at = 0;
    const context = {
      words,
      output,
      signal: new AbortController().signal,
      out: (text: string) => void printed.push(text),
      now: () => new Date(Date.UTC(2026, 0, 1) + (at += 1000)),
      config: () => Promise.resolve(one),
      recorded: () => Promise.resolve(undefined),
      checks: () =>
        Promise.resolve({
          rules: { calls: () => [], judge: () => report(overall), doubts: () => [] },
          again: () => Promise.resolve([]),
          runner: { run: () => Promise.resolve([]) },
          targets: {
            forRun: (environment: string) => Promise.resolve({ environment, platform: asInGuide }),
            close: () => Promise.resolve(),
          },
          logs: { read: () => Promise.reject(new Error('not asked')) },
          following: { follow: () => Promise.reject(new Error('not asked')) },
          collect: { collect: () => Promise.reject(new Error('not asked')) },
          plans: { plan: () => Promise.reject(new Error('not asked')) },
          diagnosis: { run: () => Promise.reject(new Error('nothing is diagnosed here')) },
          environments: {},
          instructionLines: () => [],
          fixesOf: () => [],
        }),
    } satisfies Partial<CliContext>;
    const exit = await healthCommand(context as unknown as CliContext, {});
    return { exit, text: unmarked(printed.join('\n')) };
  }

  it.each([
    ['healthy', 0],
    ['findings', 1],
    ['unknown', 2],
  ] as const)('that is %s ends with exit code %i, and its JSON fits its schema', async (overall, exit) => {
    const answer = await run(overall, 'json');

    expect(answer.exit).toBe(exit);
    expect(HealthOutput.strict().parse(JSON.parse(answer.text))).toMatchObject({ overall, tookMs: 1000 });
  });

  it('that is unknown names each check that could not be made, and why, as text and as JSON', async () => {
    const text = await run('unknown', 'text');
    const json = HealthOutput.parse(JSON.parse((await run('unknown', 'json')).text));

    const line = words.plain('diagnose.unseen-why', {
      what: words.plain('probe.postgres.lock-waits'),
      why: words.plain('cause.timed-out'),
    });
    expect(text.text.split('\n').slice(-2)).toEqual(['Could not check', `  ${line}`]);
    expect(json.unseen).toEqual([{ probe: 'postgres.lock-waits', part: 'postgres', text: line }]);
  });

  it('as text names the root, what stands behind it, and each finding, without escape sequences', async () => {
    const { text } = await run('findings', 'text');

    expect(text).toContain('down      PostgreSQL     3 ms');
    expect(text).toContain('because PostgreSQL is down');
    expect(text).toContain('PART_DOWN');
    expect(text).not.toContain('\u001b');
  });
});

it('what doctor says fits its schema, worst first for the shell', () => {
  const output = doctorOutput(
    [
      { area: 'redis', key: 'redis.policy', state: 'failed', facts: { policy: 'allkeys-lru' }, remedy: 'x' },
      { area: 'clock', key: 'clock.postgres', state: 'ok', facts: { offsetMs: 3 } },
    ],
    words,
  );

  expect(z.strictObject(DoctorOutput.shape).parse(output).state).toBe('failed');
  expect(output.checks[0]?.text).toContain('allkeys-lru');
});

it('what init writes can be loaded once its variables are set, and has no secret in it', () => {
  const text = configurationText(
    'prod',
    {
      parts: ['redis'],
      found: [{ part: 'redis', names: ['redis'], address: 'redis:6379' }],
      yaml: {
        runtime: { kind: 'compose', project: 'aetherius' },
        redis: { url: { env: 'AETHERIUS_REDIS_URL' } },
      },
      variables: [{ name: 'AETHERIUS_REDIS_URL', meaning: 'redis://:PASSWORD@redis:6379' }],
    },
    words,
  );

  const loaded = parseConfig(text, {
    role: 'worker',
    where: 'a.yaml',
    folder: '/',
    env: { AETHERIUS_REDIS_URL: 'redis://r' },
  });

  expect(loaded.slack.defaultEnvironment).toBe('prod');
  expect(text).toContain('# AETHERIUS_REDIS_URL: redis://:PASSWORD@redis:6379');
});
