import { describe, expect, it } from 'vitest';
import { agentManagerStartup } from '../../../../src/diagnoses/agent-manager-startup.diagnosis.ts';
import { agentRegistration } from '../../../../src/diagnoses/agent-registration.diagnosis.ts';
import { podNotStarting } from '../../../../src/diagnoses/pod-not-starting.diagnosis.ts';
import { unreachable } from '../../../../src/diagnoses/unreachable.diagnosis.ts';
import type { Diagnosis } from '../../../../src/domain/diagnosis/diagnosis.ts';
import { type DiagnosisJudgement, judge } from '../../../../src/domain/diagnosis/judgement.ts';
import { rootsFirst } from '../../../../src/domain/diagnosis/roots-first.ts';
import { emitters, outcomesOf, type Seen } from '../../../support/diagnosis.ts';

const judged = (diagnosis: Diagnosis, ...found: readonly Seen[]): DiagnosisJudgement =>
  judge(diagnosis, outcomesOf(diagnosis, found), emitters);
const told = (...walked: readonly DiagnosisJudgement[]) =>
  rootsFirst(walked).map(({ diagnosis }) => diagnosis.id);

const exits = { code: 'SERVICE_EXITS_AT_START', probe: 'runtime.startup' };
const subjects = judged(
  agentRegistration,
  { code: 'REGISTRATION_SUBJECTS_DIFFER', probe: 'runtime.registration-subjects' },
  { code: 'AGENT_REGISTRATION_FAILS', probe: 'runtime.registration-log' },
);
const manager = judged(unreachable('agent-manager'), exits, {
  code: 'PART_NOT_RUNNING',
  probe: 'runtime.running',
});
const password = judged(agentManagerStartup, exits, {
  code: 'STARTUP_DATABASE_CREDENTIALS',
  probe: 'runtime.startup-log',
});
const crash = judged(podNotStarting, { code: 'POD_CRASH_LOOPING', probe: 'kubernetes.pods' });

describe('the order in which causes are told', () => {
  it('begins with the part that the others stand on, whatever was asked for (R-PLAT28)', () => {
    expect(told(subjects, manager)).toEqual(['H2', 'S2']);
    expect(told(subjects, manager, password)).toEqual(['S1', 'H2', 'S2']);
  });

  it('is that of the walk where nothing is known to stand on the other', () => {
    // What carries everything is judged apart: a crash says what the answer to "is it there" leaves open.
    expect(told(manager, crash)).toEqual(['H2', 'K1']);
    expect(told(crash, manager)).toEqual(['K1', 'H2']);
  });

  it('keeps what found nothing where it was', () => {
    const nothing = judged(agentManagerStartup);

    expect(told(subjects, nothing)).toEqual(['S2', 'S1']);
    expect(told(nothing, subjects, manager)).toEqual(['S1', 'H2', 'S2']);
  });
});
