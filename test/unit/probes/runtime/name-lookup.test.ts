import { describe, expect, it } from 'vitest';
import { noConnection } from '../../../../src/diagnoses/no-connection.diagnosis.ts';
import { TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeNameLookup } from '../../../../src/probes/runtime/name-lookup.probe.ts';
import { outcomesOf, verdictsOf } from '../../../support/diagnosis.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.name-lookup', () => {
  it('cannot look where the container has no tool', async () => {
    const bare = on({ 'agent-manager': [{ commands: {} }] });

    await expect(runtimeNameLookup.run({ part: 'agent-manager' }, bare)).rejects.toThrow();
  });

  it('finds a name in what busybox answers, though it fails for the rest of the search list', async () => {
    const nxdomain = ['svc.cluster.local', 'cluster.local'].map(
      (domain) => `** server can't find postgres.${domain}: NXDOMAIN\n\n`,
    );
    const server = 'Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n';
    const address = 'Name:\tpostgres.aetherius.svc.cluster.local\nAddress: 10.96.0.5\n\n';
    const lookup = (stdout: string) =>
      runtimeNameLookup.run(
        { part: 'agent-manager' },
        on({
          'agent-manager': [
            {
              commands: {
                'nslookup postgres': { code: 1, stdout },
                'nslookup kubernetes.default.svc.cluster.local': { code: 1, stdout: nxdomain.join('') },
              },
            },
          ],
        }),
      );

    expect(await lookup([server, address, ...nxdomain].join(''))).toMatchObject({ status: 'healthy' });
    expect(await lookup([server, ...nxdomain].join(''))).toMatchObject({
      findings: [{ code: 'NAME_LOOKUP_FAILS' }],
    });
  });

  it('has nothing to say of a service that does not run', async () => {
    const stopped = on({ 'agent-manager': [{ phase: 'terminated' }] });

    expect(await runtimeNameLookup.run({ part: 'agent-manager' }, stopped)).toMatchObject({
      status: 'skipped',
    });
  });
});

describe('a policy under which a service may ask no name server', () => {
  const fails = { code: 'NAME_LOOKUP_FAILS', probe: 'runtime.name-lookup' };
  const blocks = { code: 'POLICY_BLOCKS_DNS', probe: 'kubernetes.network-policies' };
  /** The policy is about agent-manager; the lookups fail in this service alone. */
  const judgedFor = (part: PartId, ...made: readonly (typeof fails)[]) =>
    verdictsOf(
      noConnection,
      outcomesOf(noConnection, made).map((outcome) =>
        outcome.probe === fails.probe && outcome.part !== part
          ? { ...outcome, status: 'healthy' as const, findings: [] }
          : outcome,
      ),
    );

  it('is why its lookups fail, and whether a name server fails besides is open', () => {
    expect(judgedFor('agent-manager', fails, blocks)).toMatchObject({
      'N1.b': 'possible',
      'N1.c': 'confirmed',
    });
  });

  it('is nothing as long as that service finds names', () => {
    expect(judgedFor('agent-manager', blocks)).toMatchObject({ 'N1.b': 'ruled-out', 'N1.c': 'ruled-out' });
    expect(judgedFor('orchestrator-service', fails, blocks)).toMatchObject({
      'N1.b': 'confirmed',
      'N1.c': 'ruled-out',
    });
  });
});

describe('runtime.name-lookup', () => {
  const usual = 'kubernetes.default.svc.cluster.local';
  const asking = (commands: NonNullable<FakePart['commands']>) =>
    runtimeNameLookup.run(
      { part: 'agent-manager' },
      probeContext({ runtime: fakeRuntime({ 'agent-manager': [{ commands }] }) }),
    );
  const look = (stderr: string, code = 1) =>
    asking({
      'nslookup postgres': { code, stderr },
      [`nslookup ${usual}`]: { code: 1, stderr: `** server can't find ${usual}: NXDOMAIN` },
    });

  it('does not blame the resolver for a database that lives elsewhere', async () => {
    const unknown = { code: 1, stderr: "** server can't find postgres: NXDOMAIN" };

    expect(await asking({ 'nslookup postgres': unknown, [`nslookup ${usual}`]: { code: 0 } })).toMatchObject({
      status: 'healthy',
      facts: { name: usual, unknown: 'postgres' },
    });
  });

  describe('on Compose, for a database that lives elsewhere', () => {
    const unknown = (name: string) => ({ code: 1, stderr: `** server can't find ${name}: NXDOMAIN` });
    const judged = async (parts: Parts) => {
      const runtime = { ...fakeRuntime(parts), kind: 'compose' as const };
      return runtimeNameLookup.run({ part: 'agent-manager' }, probeContext({ runtime }));
    };
    const lookups = {
      'nslookup postgres': unknown('postgres'),
      'nslookup orchestrator-service': unknown('orchestrator-service'),
    };

    it.each([
      ['is not there', []],
      ['is stopped', [{ phase: 'terminated' as const }]],
    ])('asks for its own name where the other service %s', async (_, others) => {
      const own = { ...lookups, 'nslookup agent-manager-0': { code: 0 } };

      expect(
        await judged({ 'agent-manager': [{ commands: own }], 'orchestrator-service': others }),
      ).toMatchObject({ status: 'healthy', facts: { unknown: 'postgres', name: 'agent-manager-0' } });
    });

    it('finds that not even its own name is known', async () => {
      const own = { ...lookups, 'nslookup agent-manager-0': unknown('agent-manager-0') };

      expect(await judged({ 'agent-manager': [{ commands: own }] })).toMatchObject({
        findings: [{ code: 'NAME_LOOKUP_FAILS', subject: 'postgres' }],
      });
    });

    it('asks for the other service where that runs', async () => {
      expect(
        await judged({ 'agent-manager': [{ commands: lookups }], 'orchestrator-service': [{}] }),
      ).toMatchObject({ findings: [{ code: 'NAME_LOOKUP_FAILS', subject: 'postgres' }] });
    });
  });

  it.each([124, 143])(
    'finds a lookup that hangs, when a bounded one in the same container ends (%i)',
    async (code) => {
      const runtime = fakeRuntime({
        'agent-manager': [{ commands: { 'timeout 4 nslookup postgres': { code } } }],
      });
      const hangs: typeof runtime.exec = (instance, command, options) =>
        command[0] === 'nslookup'
          ? Promise.reject(new TargetError('no-answer', 'connected, then silence'))
          : runtime.exec(instance, command, options);

      expect(
        await runtimeNameLookup.run(
          { part: 'agent-manager' },
          probeContext({ runtime: { ...runtime, exec: hangs } }),
        ),
      ).toMatchObject({ findings: [{ code: 'NAME_LOOKUP_FAILS', subject: 'postgres' }] });
    },
  );

  it('could not check when nothing in the container answers', async () => {
    const runtime = fakeRuntime({ 'agent-manager': [{}] });
    const silent = () => Promise.reject(new TargetError('no-answer', 'connected, then silence'));

    await expect(
      runtimeNameLookup.run(
        { part: 'agent-manager' },
        probeContext({ runtime: { ...runtime, exec: silent } }),
      ),
    ).rejects.toMatchObject({ stage: 'no-answer' });
  });

  it('asks in the domain that the search list names', async () => {
    const stderr = ['aetherius.svc', 'svc', '']
      .map((at) => `** server can't find postgres.${at === '' ? '' : `${at}.`}corp.example: NXDOMAIN`)
      .join('\n\n');

    expect(
      await asking({
        'nslookup postgres': { code: 1, stderr },
        'nslookup kubernetes.default.svc.corp.example': { code: 0 },
      }),
    ).toMatchObject({ status: 'healthy' });
  });

  it.each([
    ';; connection timed out; no servers could be reached',
    "** server can't find postgres: SERVFAIL",
  ])(
    'takes a name that is passed on to nobody for unknown, as long as others are known: %s',
    async (stderr) => {
      const silent = { code: 1, stderr };

      expect(await asking({ 'nslookup postgres': silent, [`nslookup ${usual}`]: { code: 0 } })).toMatchObject(
        { status: 'healthy' },
      );
      expect(await asking({ 'nslookup postgres': silent, [`nslookup ${usual}`]: silent })).toMatchObject({
        findings: [{ code: 'NAME_LOOKUP_FAILS', subject: 'postgres' }],
      });
    },
  );

  it.each([
    "nslookup: can't resolve 'postgres'",
    "** server can't find postgres: NXDOMAIN",
    ';; connection timed out; no servers could be reached',
    'nslookup: lookup postgres on 10.96.0.10:53: no such host',
    'nslookup: lookup postgres: i/o timeout',
    'lookup postgres: Temporary failure in name resolution',
    'nslookup: lookup postgres on 127.0.0.11:53: server misbehaving',
  ])('finds a name that is not known, in the words of the resolver: %s', async (error) => {
    expect(await look(error)).toMatchObject({ findings: [{ code: 'NAME_LOOKUP_FAILS', facts: { error } }] });
  });

  it.each([
    [127, "nslookup: can't resolve 'postgres'"],
    [126, "nslookup: can't resolve 'postgres'"],
    [1, 'OCI runtime exec failed: exec: "nslookup": executable file not found in $PATH'],
  ])('could not check without the tool, whatever is said: %i %s', async (code, error) => {
    await expect(look(error, code)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is a tool that answered when a name is not found, though the words are like those of none', async () => {
    expect(await look("nslookup: can't resolve 'postgres': host not found", 1)).toMatchObject({
      findings: [{ code: 'NAME_LOOKUP_FAILS' }],
    });
    expect(await look("nslookup: can't resolve 'postgres'", 128)).toMatchObject({
      findings: [{ code: 'NAME_LOOKUP_FAILS' }],
    });
  });

  it('could not check when the container ended under it', async () => {
    await expect(look('', 137)).rejects.toMatchObject({ stage: 'closed' });
  });
});
