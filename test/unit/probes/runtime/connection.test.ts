import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { platformOf } from '../../../../src/domain/platform/platform.ts';
import { runtimeConnection } from '../../../../src/probes/runtime/connection.probe.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.connection', () => {
  it('cannot look where the container has no tool', async () => {
    const bare = on({ 'agent-manager': [{ commands: {} }] });

    await expect(
      runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, bare),
    ).rejects.toThrow();
  });

  const get = 'wget -q -O - -T 4 http://orchestrator-service:8081/health/live';
  /** A container whose requests end in turn as these say; on Compose when told so. */
  const asking = (kind: 'kubernetes' | 'compose', ...errors: readonly string[]) => {
    const runtime = fakeRuntime({ 'agent-manager': [{ commands: { [get]: { code: 0 } } }] });
    const left = [...errors];
    const exec: typeof runtime.exec = (instance, command, options) => {
      const stderr = left.shift();
      return stderr === undefined
        ? runtime.exec(instance, command, options)
        : Promise.resolve({ code: 1, stdout: '', stderr });
    };
    return probeContext({ runtime: { ...runtime, kind, exec }, services: fakeServices({}) });
  };
  const connect = (...of: Parameters<typeof asking>) =>
    runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, asking(...of));
  const refused = 'dial tcp 10.96.0.9:8081: connect: connection refused';

  it('takes one refusal for no failure: rules of a Service take a moment to reach a node', async () => {
    expect(await connect('kubernetes', refused)).toMatchObject({ status: 'healthy' });
  });

  it('does not blame the network where nothing shows that the other one listens', async () => {
    const services = { ...fakeServices({}), find: () => undefined };
    const go = (parts: Parts) => {
      const { deps, ...context } = asking('compose', refused, refused);
      const { instances } = fakeRuntime({ 'agent-manager': [{}], ...parts });
      return runtimeConnection.run(
        { from: 'agent-manager', to: 'orchestrator-service' },
        { ...context, deps: { ...deps, services, runtime: { ...deps.runtime, instances } } },
      );
    };

    await expect(go({ 'orchestrator-service': [{}] })).rejects.toMatchObject({
      facts: { reason: 'listener-unknown' },
    });
    // Nobody knows of one.
    expect(await go({})).toEqual({ status: 'skipped', reason: 'not-applicable' });
    const platform = platformOf({ parts: { 'orchestrator-service': { port: 8081 } } });
    const again = asking('compose', refused, refused);
    expect(
      await runtimeConnection.run(
        { from: 'agent-manager', to: 'orchestrator-service' },
        { ...again, deps: { ...again.deps, services, platform } },
      ),
    ).toMatchObject({ findings: [{ code: 'CONNECTION_FAILS' }] });
  });

  it('tells a refusal from silence on Kubernetes, where no policy refuses', async () => {
    expect(await connect('kubernetes', refused, refused)).toMatchObject({
      findings: [{ code: 'CONNECTION_REFUSED' }],
    });
    expect(await connect('kubernetes', 'download timed out')).toMatchObject({
      findings: [{ code: 'CONNECTION_FAILS' }],
    });
    expect(await connect('compose', refused, refused)).toMatchObject({
      findings: [{ code: 'CONNECTION_FAILS' }],
    });
  });

  it('takes what a container engine or a signal says for no answer of the other service', async () => {
    const ends = (code: number, stderr: string) =>
      runtimeConnection.run(
        { from: 'agent-manager', to: 'orchestrator-service' },
        on({ 'agent-manager': [{ commands: { [get]: { code, stderr } } }] }),
      );

    await expect(
      ends(
        126,
        'failed to start exec "d98f0986c404e647": OCI runtime exec failed: exec: "wget": executable file not found',
      ),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(ends(139, '')).rejects.toMatchObject({ stage: 'closed' });
    expect(await ends(1, 'read tcp 10.244.1.5:50412->10.97.82.4:8081: i/o timeout')).toMatchObject({
      findings: [{ code: 'CONNECTION_FAILS' }],
    });
  });

  it.each([
    [1, 'wget: server returned error: HTTP/1.1 503 Service Unavailable'],
    [1, 'wget: server returned error: HTTP/1.1 404 Not Found'],
    [8, ''],
  ])('takes an error that the other service answers (%i %s) for a connection', async (code, stderr) => {
    expect(
      await runtimeConnection.run(
        { from: 'agent-manager', to: 'orchestrator-service' },
        on({ 'agent-manager': [{ commands: { [get]: { code, stderr } } }] }),
      ),
    ).toMatchObject({ status: 'healthy' });
  });

  it('has nothing to say of a service that does not run', async () => {
    const stopped = on({ 'agent-manager': [{ phase: 'terminated' }] });

    expect(
      await runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, stopped),
    ).toMatchObject({ status: 'skipped' });
  });

  const ends = (
    answer: object,
    to: 'agent-manager' | 'orchestrator-service' | 'reasoning-service' = 'orchestrator-service',
  ) => {
    const asked: unknown[] = [];
    const runtime = fakeRuntime({ 'agent-manager': [{}], 'orchestrator-service': [{}] });
    const exec: typeof runtime.exec = (_instance, command, options) => {
      asked.push([command.at(-1), options?.timeoutMs]);
      return Promise.resolve({ code: 1, stdout: '', stderr: '', ...answer });
    };
    const context = probeContext({ runtime: { ...runtime, exec }, services: fakeServices({}) });
    const start = context.now().getTime();
    const from = to === 'agent-manager' ? 'orchestrator-service' : 'agent-manager';
    const outcome = runtimeConnection.run({ from, to }, context);
    return { asked, outcome, waited: () => context.now().getTime() - start };
  };

  it.each([
    ['agent-manager', 8080],
    ['orchestrator-service', 8081],
    ['reasoning-service', 8082],
  ] as const)('asks %s at its port %i', async (to, port) => {
    const { asked, outcome } = ends({ code: 0 }, to);

    expect(await outcome).toMatchObject({ status: 'healthy' });
    expect(asked).toEqual([[`http://${to}:${port}/health/live`, 9_000]]);
  });

  it('waits a second and a half before it believes a refusal, unless it was repeated already', async () => {
    const twice = ends({ stderr: refused });
    await twice.outcome;
    expect([twice.asked.length, twice.waited()]).toEqual([2, 1_500]);
    const once = ends({ stderr: refused, repeated: true });
    await once.outcome;
    expect([once.asked.length, once.waited()]).toEqual([1, 0]);
  });

  it.each([
    [125, 'unhealthy'],
    [126, 'NOT_FOUND'],
    [127, 'NOT_FOUND'],
    [128, 'unhealthy'],
    [129, 'closed'],
    [130, 'closed'],
    [7, 'unhealthy'],
    [8, 'healthy'],
    [9, 'unhealthy'],
  ])('takes the code %i for what it is', async (code, expected) => {
    const outcome = await ends({ code, stderr: 'failed' }).outcome.catch(
      (error: { readonly stage?: string; readonly code?: string }) => ({ status: error.stage ?? error.code }),
    );

    expect(outcome.status).toBe(expected);
  });

  it('says by which way it asked, and 160 letters of the first line', async () => {
    const stderr = `${'x'.repeat(200)}\nmore`;

    expect(await ends({ stderr, via: 'debug container' }).outcome).toMatchObject({
      findings: [
        {
          ...{ code: 'CONNECTION_FAILS', subject: 'agent-manager→orchestrator-service' },
          facts: { error: `${'x'.repeat(159)}…`, via: 'debug container', container: 'agent-manager-0' },
        },
      ],
    });
    expect(JSON.stringify(await ends({ stderr }).outcome)).not.toContain('via');
  });

  it.each([
    'bad address',
    'could not resolve',
    'Name or service not known',
    'no such host',
    'unable to resolve',
  ])('tells a name that is not known: %s', async (stderr) => {
    expect(await ends({ stderr }).outcome).toMatchObject({ findings: [{ code: 'CONNECTION_NAME_UNKNOWN' }] });
  });
});
