import { describe, expect, it } from 'vitest';
import type { PartId } from '../../../../src/domain/platform/part.ts';
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
    return probeContext({ runtime: { ...runtime, kind, exec } });
  };
  const connect = (...of: Parameters<typeof asking>) =>
    runtimeConnection.run({ from: 'agent-manager', to: 'orchestrator-service' }, asking(...of));
  const refused = 'dial tcp 10.96.0.9:8081: connect: connection refused';

  it('takes one refusal for no failure: rules of a Service take a moment to reach a node', async () => {
    expect(await connect('kubernetes', refused)).toMatchObject({ status: 'healthy' });
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
});
