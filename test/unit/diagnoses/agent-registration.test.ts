import { describe, expect, it } from 'vitest';
import { agentRegistration } from '../../../src/diagnoses/agent-registration.diagnosis.ts';
import { judge } from '../../../src/domain/diagnosis/judgement.ts';
import { remediesHere } from '../../../src/domain/diagnosis/place.ts';
import { emitters, outcomesOf, verdictsOf } from '../../support/diagnosis.ts';

const silence = 'NOBODY_PUBLISHES nats.registration-traffic';

/** The verdicts with these findings, each `CODE probe`, where these probes could not check. */
function judged(findings: readonly string[], blind: readonly string[] = []) {
  const seen = findings.map((text) => {
    const [code = '', probe = ''] = text.split(' ');
    return { code, probe };
  });
  return verdictsOf(agentRegistration, outcomesOf(agentRegistration, seen, blind));
}

describe('W4 a collect agent is down', () => {
  it.each([
    'PART_NOT_RUNNING runtime.running',
    'PART_PAUSED runtime.running',
    'SERVICE_EXITS_AT_START runtime.startup',
  ])('when nothing is published and its process was seen: %s', (seen) => {
    expect(judged([silence, seen])['S2.c']).toBe('confirmed');
    expect(judged([seen])['S2.c']).toBe('ruled-out');
  });

  it.each([
    ['PART_PAUSED runtime.running', ['kubernetes.restart-workload', 'start-collect-agent']],
    ['SERVICE_EXITS_AT_START runtime.startup', ['start-collect-agent']],
  ])('is restarted by a button, but not one that ends by itself again and again: %s', (found, remedies) => {
    const seen = [silence, found].map((text) => {
      const [code = '', probe = ''] = text.split(' ');
      return { code, probe };
    });
    const { causes } = judge(agentRegistration, outcomesOf(agentRegistration, seen), emitters);
    const down = causes.find(({ cause }) => cause.id === 'S2.c');
    const place = { kind: 'kubernetes', namespace: 'n', agentNamespace: 'a' } as const;
    const here = down === undefined ? [] : remediesHere(down, place);

    expect(here.map((one) => ('remediation' in one ? one.remediation : one.instruction)).toSorted()).toEqual(
      remedies,
    );
  });

  it('only possibly when nothing is published and its process runs', () => {
    expect(judged([silence, 'AGENTS_SILENT agents.silence'])['S2.c']).toBe('possible');
    expect(judged([silence])['S2.c']).toBe('possible');
  });

  it('never while it publishes where nobody listens: then the subjects are the cause', () => {
    const apart = [
      'AGENT_SUBJECTS_DIFFER nats.registration-traffic',
      'AGENTS_NONE_REGISTERED agents.heartbeats',
    ];

    expect(judged(apart, ['runtime.registration-subjects', 'runtime.auth-token'])).toEqual({
      'S2.a': 'possible',
      'S2.b': 'possible',
      'S2.c': 'ruled-out',
      'S2.d': 'confirmed',
    });
  });
});

describe('a subject that is set otherwise on one side', () => {
  it.each([
    ['does not run', 'ENDPOINT_REFUSED'],
    ['hangs', 'ENDPOINT_HUNG'],
  ])('may be all there is while agent-manager %s, whose settings nobody can read', (_what, code) => {
    const apart = [
      'AGENT_SUBJECTS_DIFFER nats.registration-traffic',
      `${code} http.service-health`,
      'AGENT_REGISTRATION_FAILS runtime.registration-log',
    ];

    expect(judged(apart, ['runtime.registration-subjects'])).toMatchObject({
      'S2.a': 'possible',
      'S2.d': 'possible',
    });
  });

  it('is S2.a alone: it can be set alike, and no program has to change', () => {
    const apart = [
      'AGENT_SUBJECTS_DIFFER nats.registration-traffic',
      'REGISTRATION_SUBJECTS_DIFFER runtime.registration-subjects',
      'AGENTS_NONE_REGISTERED agents.heartbeats',
    ];

    expect(judged(apart)).toMatchObject({ 'S2.a': 'confirmed', 'S2.d': 'ruled-out' });
  });
});

describe('agents that are registered and heard', () => {
  it('have no cause, though neither configuration nor tokens can be read', () => {
    const verdicts = judged([], ['runtime.registration-subjects', 'runtime.auth-token']);

    expect(new Set(Object.values(verdicts))).toEqual(new Set(['ruled-out']));
  });
});

describe('tokens that differ', () => {
  it('are not mended by a restart, and no button says so', () => {
    const remedies = agentRegistration.causes.find(({ id }) => id === 'S2.b')?.remedies ?? [];
    const on = (runtime: string) =>
      remedies.flatMap((one) => ('remediation' in one && one.on === runtime ? [one.remediation] : []));

    expect(on('compose')).toEqual([]);
    expect(on('kubernetes')).toEqual(['kubernetes.copy-registration-token']);
  });
});
