import { describe, expect, it } from 'vitest';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';
import { createServicesTarget } from '../../../../src/platform/targets/http/services.ts';
import { composeContainers } from '../../../../src/probes/compose/containers.probe.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { probeContext } from '../../../support/probe-context.ts';

describe('compose.containers', () => {
  it('says which images a part runs, each once', async () => {
    const containers = [
      container('redis', { image: 'redis:7' }),
      container('redis', { image: 'redis:7', name: 'aetherius-redis-2' }),
      container('nats'),
    ];

    const seen = await composeContainers.run(
      { part: 'redis' },
      probeContext({ compose: compose(containers) }),
    );

    expect(seen).toMatchObject({ status: 'healthy', facts: { running: 2, images: 'redis:7' } });
  });

  const look = (
    part: Parameters<typeof composeContainers.run>[0]['part'],
    ...of: Parameters<typeof compose>[0]
  ) => composeContainers.run({ part }, probeContext({ compose: compose(of) }));

  it.each([
    [{ state: 'paused' }, 'CONTAINER_PAUSED'],
    [{ state: 'restarting' }, 'CONTAINER_RESTARTING'],
    [{ state: 'restarting', oomKilled: true }, 'CONTAINER_OOM_KILLED'],
    [{ state: 'running', health: 'unhealthy' }, 'CONTAINER_UNHEALTHY'],
    [{ state: 'running', health: 'starting' }, undefined],
    [{ state: 'running', oomKilled: true }, undefined],
    [{ state: 'created' }, 'CONTAINER_EXITED'],
    [{ state: 'removing' }, 'CONTAINER_EXITED'],
    [{ state: 'exited' }, 'CONTAINER_EXITED'],
    [{ state: 'dead' }, 'CONTAINER_EXITED'],
    [{ state: 'exited', oomKilled: true }, 'CONTAINER_OOM_KILLED'],
  ] as const)('tells %o apart', async (more, code) => {
    const outcome = await look('redis', container('redis', more));

    expect(outcome.status === 'unhealthy' ? outcome.findings[0]?.code : undefined).toBe(code);
  });

  it('names the image that was seen to run before, where one was', async () => {
    const failing = container('agent-manager', { state: 'restarting', imageBefore: 'm:1' });

    expect(await look('agent-manager', failing)).toMatchObject({
      findings: [{ code: 'CONTAINER_RESTARTING', facts: { imageBefore: 'm:1' } }],
    });
  });

  it.each([
    'wget: server returned error: HTTP/1.1 404 Not Found',
    "ModuleNotFoundError: No module named 'requests'",
    'OCI runtime exec failed: exec: "curl": executable file not found in $PATH',
  ])('W8 calls no part unwell by a check that cannot pass: %s', async (checkOutput) => {
    const unhealthy = container('agent-manager', { health: 'unhealthy', checkOutput });

    expect(await look('agent-manager', unhealthy)).toMatchObject({
      status: 'healthy',
      facts: { checkCannotPass: 'aetherius-agent-manager' },
    });
  });

  it('W8 takes a refused check for a fault where the service has HTTP, and for none where it has not', async () => {
    const checkOutput = 'dial tcp 127.0.0.1:8081: connect: connection refused';
    const one = compose([container('orchestrator-service', { health: 'unhealthy', checkOutput })]);
    const services = createServicesTarget(
      { 'orchestrator-service': { url: 'http://o:8081', healthPaths: ['/health'] } },
      asInGuide.paths,
    );
    const ask = (more: object) =>
      composeContainers.run({ part: 'orchestrator-service' }, probeContext({ compose: one, ...more }));

    expect(await ask({ services })).toMatchObject({ findings: [{ code: 'CONTAINER_UNHEALTHY' }] });
    expect(await ask({})).toMatchObject({ status: 'healthy' });
  });

  it('says since when one that ended is down, with what the engine says of it', async () => {
    const finishedAt = '2026-03-01T10:01:00Z';
    const error = 'x'.repeat(300);

    expect(
      await look('redis', container('redis', { state: 'exited', finishedAt, error, exitCode: 3 })),
    ).toMatchObject({
      findings: [
        { severity: 'critical', since: finishedAt, facts: { exitCode: 3, error: `${'x'.repeat(199)}…` } },
      ],
      facts: { desired: 1, running: 0, ready: 0 },
    });
    const runs = await look(
      'redis',
      container('redis', { state: 'running', health: 'unhealthy', finishedAt }),
    );
    expect(JSON.stringify(runs)).not.toContain(finishedAt);
    expect(JSON.stringify(runs)).not.toContain('error');
  });

  it('knows an agent under another name by its image', async () => {
    const fleet = container('fleet', { service: 'fleet', image: 'registry.example/collect-agent:2' });

    expect(await look('collect-agent', fleet)).toMatchObject({
      ...{ status: 'healthy', facts: { running: 1, elsewhere: 'aetherius-fleet' } },
    });
    expect((await look('collect-agent', container('collect-agent'))).facts).not.toHaveProperty('elsewhere');
  });

  it('misses only what the platform itself runs', async () => {
    for (const part of ['agent-manager', 'collect-agent'] as const)
      expect(await look(part, container('nats'))).toMatchObject({
        findings: [{ code: 'CONTAINER_MISSING', subject: part, facts: { project: 'aetherius' } }],
      });
    for (const part of ['redis', 'postgres'] as const)
      expect(await look(part)).toMatchObject({ status: 'skipped', reason: 'not-applicable' });
  });

  it('does not call a part missing that may run under another name', async () => {
    expect(await look('agent-manager', container('registry', { service: 'registry' }))).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'part-not-recognised', strangers: 'registry' } },
    });
    const platform = platformOf({ parts: { 'agent-manager': { composeService: 'manager' } } });
    const one = compose([container('registry', { service: 'registry' })]);
    expect(
      await composeContainers.run({ part: 'agent-manager' }, probeContext({ compose: one, platform })),
    ).toMatchObject({ findings: [{ code: 'CONTAINER_MISSING' }] });
  });

  it('takes the engine for well when it answers', async () => {
    expect(await look('runtime', container('nats', { state: 'dead' }))).toMatchObject({
      status: 'healthy',
      facts: { containers: 1 },
    });
  });

  it('names beside the engine what it has restarted often', async () => {
    const often = await look('runtime', container('nats', { restartCount: 15 }));
    const once = await look('runtime', container('nats', { restartCount: 2 }));

    expect([often.facts?.restarted, once.facts?.restarted]).toEqual(['nats (15)', undefined]);
  });

  it('knows a container without a service by its name', async () => {
    expect(await look('redis', container('redis', { service: '' }))).toMatchObject({ facts: { running: 1 } });
  });
});
