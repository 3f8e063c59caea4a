import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import { runtimePorts } from '../../../../src/probes/runtime/ports.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

const cat = 'cat /proc/net/tcp /proc/net/tcp6';
/** Docker writes its own complaint where the answer would stand. */
const withoutCat =
  'OCI runtime exec failed: exec failed: exec: "cat": executable file not found in $PATH: unknown\r\n';
/** Sockets as the kernel tells them, listening on these ports of any address. */
const listening = (...ports: readonly number[]) => ({
  [cat]: {
    code: 0,
    stdout: ['  sl  local_address rem_address   st', ...ports.map(line)].join('\n'),
  },
});
const line = (port: number, at: number) =>
  `   ${at}: 00000000:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A 00000000:00000000`;
const declares = [
  { port: 8081, by: 'ports' },
  { port: 8081, by: 'healthcheck' },
];
/** What it says of orchestrator-service, five minutes after that started. */
const look = (...replicas: readonly FakePart[]) =>
  runtimePorts.run(
    { openAfterSeconds: 60 },
    probeContext({ runtime: fakeRuntime({ 'orchestrator-service': replicas }) }),
  );

describe('runtime.ports', () => {
  it('names who declares a port on which nothing listens, and what is open (F15)', async () => {
    const env = { SERVER_PORT: '8081', DB_PORT: '5432', WORKERS: '8081' };

    expect(await look({ declares, env, commands: listening(9090, 22) })).toMatchObject({
      findings: [
        {
          ...{
            code: 'PORT_NOT_LISTENED',
            part: 'orchestrator-service',
            subject: 'orchestrator-service:8081',
          },
          facts: { port: 8081, declaredBy: 'ports, healthcheck, SERVER_PORT', open: '22, 9090' },
        },
      ],
    });
  });

  it('is content where it is open, and where nothing is declared', async () => {
    expect(await look({ declares, commands: listening(8081) })).toEqual({
      status: 'healthy',
      facts: { ports: 1 },
    });
    expect(await look({ env: { SERVER_PORT: '8081' } })).toEqual({ status: 'healthy', facts: { ports: 0 } });
  });

  it('R-X15: says what would allow it to look, where commands are not allowed', async () => {
    const facts = { verb: 'create', resource: 'pods/exec', allowedBy: 'features.exec' };
    const runtime = fakeRuntime({ 'orchestrator-service': [{ declares }] });
    const exec = () => Promise.reject(new TargetError('forbidden', 'no', { facts }));
    const seen = await runtimePorts.run(
      { openAfterSeconds: 60 },
      probeContext({ runtime: { ...runtime, exec } }),
    );

    expect(seen).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'sockets-unread', allowedBy: 'features.exec' } },
    });
    expect(wordsIn('en').lookup('cause.sockets-unread', { instances: 'a', allowedBy: 'features.exec' })).toBe(
      'the open ports of a cannot be read; features.exec of the Helm chart allows it',
    );
    expect(wordsIn('en').lookup('cause.sockets-unread', { instances: 'a' })).not.toContain('Helm');
  });

  it('believes the kubelet, whose readiness probe was answered there', async () => {
    const asked = [{ port: 8081, by: 'readinessProbe' }];

    expect(await look({ declares: asked })).toMatchObject({ status: 'healthy' });
    expect(await look({ declares: asked, ready: false, commands: listening() })).toMatchObject({
      findings: [{ facts: { declaredBy: 'readinessProbe', open: '–' } }],
    });
    // Of a liveness probe nothing is known as long as the container lives.
    expect(
      await look({ declares: [{ port: 8081, by: 'livenessProbe' }], commands: listening() }),
    ).toMatchObject({ status: 'unhealthy' });
  });

  it('finds a port open however young the container is', async () => {
    const young = { startedAt: '2026-03-01T10:04:59Z' };

    expect(await look({ declares, commands: listening(8081), ...young })).toMatchObject({
      status: 'healthy',
    });
  });

  it.each([
    ['has just started', { startedAt: '2026-03-01T10:04:30Z' }],
    ['cannot be asked', { commands: {} }],
    ['says nothing', { commands: { [cat]: { code: 0, stdout: '' } } }],
    ['has no program that reads it', { commands: { [cat]: { code: 126, stdout: withoutCat } } }],
    [
      'was ended by itself, again and again',
      { startedAt: '2026-03-01T10:04:30Z', restarts: 5, last: { exitCode: 1, reason: 'Error' } },
    ],
    [
      'was ended for memory',
      { startedAt: '2026-03-01T10:04:30Z', restarts: 5, last: { exitCode: 137, reason: 'OOMKilled' } },
    ],
  ])('could not check one that %s', async (_why, more) => {
    expect(await look({ declares, commands: listening(), ...more })).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'sockets-unread', instances: 'orchestrator-service-0' } },
    });
  });

  it('needs half a minute where the runtime ended it in each life before', async () => {
    const ended = { restarts: 2, last: { exitCode: 143, reason: 'Error' } };

    expect(
      await look({ declares, commands: listening(), startedAt: '2026-03-01T10:04:30Z', ...ended }),
    ).toMatchObject({ status: 'unhealthy' });
    expect(
      await look({ declares, commands: listening(), startedAt: '2026-03-01T10:04:31Z', ...ended }),
    ).toMatchObject({ status: 'inconclusive' });
  });

  it('asks one that runs, and the one that runs longest', async () => {
    const young = { declares, startedAt: '2026-03-01T10:01:00Z', commands: listening() };

    expect(await look(young, { declares, commands: listening(8081) })).toMatchObject({ status: 'healthy' });
    expect(await look({ declares, phase: 'waiting' })).toMatchObject({
      status: 'healthy',
      facts: { ports: 0 },
    });
  });
});
