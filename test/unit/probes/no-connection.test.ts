import { describe, expect, it } from 'vitest';
import { noConnection } from '../../../src/diagnoses/no-connection.diagnosis.ts';
import { callKey } from '../../../src/domain/probe.ts';
import { runtimeNameLookup } from '../../../src/probes/runtime/name-lookup.probe.ts';
import { outcomesOf, verdictsOf } from '../../support/diagnosis.ts';
import { fakeRuntime } from '../../support/fake-runtime.ts';
import { probeContext } from '../../support/probe-context.ts';

const empty = { code: 'SERVICE_WITHOUT_ENDPOINTS', probe: 'kubernetes.services-endpoints' };

/** N1 where a Service of agent-manager has no endpoints, and the program behind it is as told. */
const judged = (exits: boolean) => {
  const startup = callKey({ probe: 'runtime.startup', with: { part: 'agent-manager' } });
  const outcomes = outcomesOf(noConnection, [
    empty,
    ...(exits ? [{ code: 'SERVICE_EXITS_AT_START', probe: 'runtime.startup' }] : []),
  ]).map((outcome) =>
    outcome.probe === 'runtime.startup' && outcome.key !== startup
      ? { ...outcome, status: 'healthy' as const, findings: [] }
      : outcome,
  );
  return verdictsOf(noConnection, outcomes);
};

describe('a Service without endpoints', () => {
  it('is the cause when the program behind it is well', () => {
    expect(judged(false)).toMatchObject({ 'N1.a': 'confirmed', 'N1.c': 'ruled-out' });
  });

  it('is the consequence when that program exits at start', () => {
    expect(judged(true)).toMatchObject({ 'N1.a': 'ruled-out', 'N1.c': 'ruled-out' });
  });
});

describe('runtime.name-lookup', () => {
  const look = (stderr: string, code = 1) =>
    runtimeNameLookup.run(
      { part: 'agent-manager' },
      probeContext({
        runtime: fakeRuntime({ 'agent-manager': [{ commands: { 'nslookup postgres': { code, stderr } } }] }),
      }),
    );

  it('finds a name that is not known, in the words of the resolver', async () => {
    expect(await look("nslookup: can't resolve 'postgres'")).toMatchObject({
      findings: [{ code: 'NAME_LOOKUP_FAILS', facts: { error: "nslookup: can't resolve 'postgres'" } }],
    });
  });

  it('could not look when the container ended under it', async () => {
    await expect(look('', 137)).rejects.toMatchObject({ stage: 'closed' });
  });
});
