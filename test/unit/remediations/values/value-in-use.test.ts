/** A healthy platform as it was recorded: NATS_URL over a file that holds a developer's default. */
import { describe, expect, it } from 'vitest';
import { configNotApplied } from '../../../../src/diagnoses/config-not-applied.diagnosis.ts';
import type { Diagnosis, Remedy } from '../../../../src/domain/diagnosis/diagnosis.ts';
import { judge } from '../../../../src/domain/diagnosis/judgement.ts';
import { findingOf, remediesHere } from '../../../../src/domain/diagnosis/place.ts';
import { remediesOfCause } from '../../../../src/domain/fix/remedies.ts';
import type { Finding } from '../../../../src/domain/probe/finding.ts';
import type { RuntimeTarget } from '../../../../src/domain/probe/targets/runtime.ts';
import type { With } from '../../../../src/domain/probe/targets/targets.ts';
import { runtimeConfigOverrides } from '../../../../src/probes/runtime/config-overrides.probe.ts';
import { removeOverride } from '../../../../src/remediations/kubernetes/config/remove-override.remediation.ts';
import { mustNotWork } from '../../../../src/remediations/values/value-in-use.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { emitters, outcomesOf } from '../../../support/diagnosis.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';
import { registered, simulatedOverride } from '../../../support/remediation-fixtures.ts';

const file = '/etc/aetherius/config.yaml';
const part = 'agent-manager';
const natsHost = '10.0.0.7';
const command = 'cat /proc/net/tcp /proc/net/tcp6';
/** `10.0.0.7:4222` as the kernel writes it. */
const hex = (address: string, port: number) =>
  `${address
    .split('.')
    .toReversed()
    .map((byte) => Number(byte).toString(16).padStart(2, '0').toUpperCase())
    .join('')}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
const connectedTo = (...ends: readonly (readonly [string, number])[]) => ({
  [command]: {
    code: 0,
    stdout: [
      '  sl  local_address rem_address   st',
      ...ends.map(
        ([address, port], at) => `   ${at}: 080014AC:9C4${at} ${hex(address, port)} 01 00000000:00000000`,
      ),
    ].join('\n'),
  },
});
const written = 'nats:\n  url: nats://localhost:4222\nevent:\n  workers: 20\nlogging:\n  level: info\n';

/** As it ran: the program is connected to NATS by its variable, and its file has what a developer runs at home. */
const healthy: FakePart = {
  files: { [file]: written },
  env: { NATS_URL: 'nats://nats:4222' },
  commands: connectedTo([natsHost, 4222]),
};
const runtimeOf = (manager: FakePart, agent?: FakePart): RuntimeTarget => ({
  ...fakeRuntime({ [part]: [manager], ...(agent === undefined ? {} : { 'collect-agent': [agent] }) }),
  resolve: (name) => Promise.resolve({ nats: natsHost, 'nats-old': '10.0.0.66' }[name]),
});
const probe = (runtime: RuntimeTarget) =>
  runtimeConfigOverrides.run({ part }, probeContext({ runtime, services: fakeServices({}) }));
async function findingsOf(runtime: RuntimeTarget): Promise<readonly Finding[]> {
  const result = await probe(runtime);
  return result.status === 'unhealthy' ? result.findings : [];
}
const ask = (
  runtime: RuntimeTarget | undefined,
  key: string,
  value: string,
  below: string,
  name = 'NATS_URL',
) =>
  mustNotWork({ part, key, name }, { value }, below, {
    deps: { platform: probeContext({}).deps.platform, ...(runtime === undefined ? {} : { runtime }) },
    signal: new AbortController().signal,
  });
const natsKey = 'nats.url';
const url = (host: string) => `nats://${host}:4222`;

describe('R-P10: C1.b on a healthy platform', () => {
  it('finds that the variable is what works, and not that the file lost something', async () => {
    expect(await findingsOf(runtimeOf(healthy))).toMatchObject([
      {
        ...{ code: 'CONFIG_OVERRIDE_IN_USE', severity: 'info', subject: natsKey },
        facts: { name: 'NATS_URL', fileRuns: false },
      },
    ]);
  });

  it.each(['kubernetes', 'compose'] as const)('offers no button on %s, and says to leave it', async (on) => {
    const found = await findingsOf(runtimeOf(healthy));
    const outcomes = outcomesOf(configNotApplied, []).map((outcome) =>
      outcome.probe === 'runtime.config-overrides' && outcome.key.includes(part)
        ? { ...outcome, status: 'unhealthy' as const, findings: found }
        : outcome,
    );
    const cause = judge(configNotApplied as Diagnosis, outcomes, emitters).causes.find(
      (one) => one.cause.id === 'C1.b',
    );
    if (cause === undefined) throw new Error('no cause');
    const place =
      on === 'compose'
        ? ({ kind: on, project: 'p' } as const)
        : ({ kind: on, namespace: 'a', agentNamespace: 'b' } as const);
    const remedies: readonly Remedy[] = remediesHere(cause, place);
    const wanted = remedies.flatMap((one) => ('remediation' in one ? [one] : []));

    expect(cause.verdict).toBe('confirmed');
    expect(remediesOfCause(cause.for, wanted, registered, { [on]: {} as never })).toEqual([]);
    expect(remedies).toMatchObject([{ instruction: 'keep-override' }]);
    const [keep] = remedies;
    if (keep === undefined) throw new Error('no remedy');
    for (const [language, said] of [
      ['en', 'Leave NATS_URL as it is: the program is connected by its value'],
      ['zh-CN', '保留 NATS_URL：程序正是用它的值建立了连接'],
    ] as const)
      expect(
        wordsIn(language).lookupPlain('remedy.keep-override', findingOf(keep, cause)?.facts ?? {}),
      ).toContain(said);
  });

  it('is refused by the plan as well, whoever asks for it', async () => {
    const fixture = simulatedOverride(
      { env: [{ name: 'NATS_URL', value: url('nats') }] },
      { map: { data: { 'config.yaml': written } } },
    );
    const deps = { ...fixture.targets, runtime: runtimeOf(healthy) } as With<'kubernetes'>;
    const context = { deps, signal: new AbortController().signal, now: () => new Date(0) };

    await expect(
      removeOverride.plan({ part, key: natsKey, name: 'NATS_URL' }, context),
    ).rejects.toMatchObject({
      facts: { reason: 'override-works', value: url('nats'), fileValue: url('localhost') },
    });
    expect(fixture.changes()).toBe(0);
  });
});

describe('which of two values may be taken away', () => {
  const away = { ...healthy, commands: connectedTo(['10.0.0.5', 5432]) };
  const agent = (...ends: readonly (readonly [string, number])[]): FakePart => ({
    commands: connectedTo(...ends),
  });

  it('is the variable’s where the program is not connected by it, and another part is by the file’s', async () => {
    const runtime = runtimeOf(away, agent([natsHost, 4222]));

    await expect(ask(runtime, natsKey, url('nats-old'), url('nats'))).resolves.toBeUndefined();
  });

  it.each<readonly [string, RuntimeTarget | undefined, string, string, string]>([
    ['it is in use', runtimeOf(healthy), url('nats'), url('nats-old'), 'override-works'],
    [
      'no socket can be seen',
      runtimeOf({ ...away, commands: { [command]: { code: 1 } } }, agent([natsHost, 4222])),
      url('nats-old'),
      url('nats'),
      'override-unproved',
    ],
    [
      'nobody is connected by the file’s',
      runtimeOf(away, agent(['10.0.0.5', 5432])),
      url('nats-old'),
      url('nats'),
      'override-unproved',
    ],
    [
      'others are connected by both',
      runtimeOf(away, agent([natsHost, 4222], ['10.0.0.66', 4222])),
      url('nats-old'),
      url('nats'),
      'override-unproved',
    ],
    [
      'the file’s is the loopback of each',
      runtimeOf(away, agent(['127.0.0.1', 4222])),
      url('nats-old'),
      url('localhost'),
      'override-unproved',
    ],
    [
      'the program does not run',
      runtimeOf({ ...healthy, phase: 'waiting' }),
      url('nats'),
      url('nats-old'),
      'override-unproved',
    ],
    ['nothing runs the parts that can be seen', undefined, url('nats'), url('nats-old'), 'override-unproved'],
  ])('is neither where %s', async (_why, runtime, value, below, reason) => {
    await expect(ask(runtime, natsKey, value, below)).rejects.toMatchObject({ facts: { reason } });
  });

  it('is a number of the guide’s within its bounds, and no other setting’s', async () => {
    await expect(ask(undefined, 'event.workers', '5', '20')).resolves.toBeUndefined();
    for (const [key, below] of [
      ['event.workers', '5000'],
      ['event.workers', '0'],
      ['event.workers', 'many'],
      ['logging.level', 'info'],
      ['database.user', 'dev'],
    ] as const)
      await expect(ask(undefined, key, '5', below)).rejects.toMatchObject({
        facts: { reason: 'override-unproved' },
      });
  });

  it('is said by the finding that makes the button, by the same decision', async () => {
    const found = async (manager: FakePart, other?: FakePart) =>
      (
        await findingsOf(
          runtimeOf({ ...manager, files: { [file]: written.replace('localhost', 'nats') } }, other),
        )
      ).map(({ code, facts: { key, fileRuns } }) => [code, key, fileRuns]);
    const env = {
      AETHERIUS_NATS_URL: url('nats-old'),
      AETHERIUS_EVENT_WORKERS: '5',
      AETHERIUS_LOGGING_LEVEL: 'debug',
    };

    expect(await found({ ...away, env }, agent([natsHost, 4222]))).toEqual([
      ['CONFIG_OVERRIDDEN', natsKey, true],
      ['CONFIG_OVERRIDDEN', 'event.workers', true],
      ['CONFIG_OVERRIDDEN', 'logging.level', false],
    ]);
    expect(await found({ ...away, env: { AETHERIUS_NATS_URL: url('nats-old') } })).toEqual([
      ['CONFIG_OVERRIDDEN', natsKey, false],
    ]);
  });
});
