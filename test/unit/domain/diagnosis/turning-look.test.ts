import { describe, expect, it } from 'vitest';
import { all, type DiagnosisCause, found, not } from '../../../../src/domain/diagnosis/diagnosis.ts';
import { judge } from '../../../../src/domain/diagnosis/judgement.ts';
import { turningLook } from '../../../../src/domain/diagnosis/turning-look.ts';
import { diagnoses } from '../../../../src/main/registries.ts';
import { emitters, outcomesOf, type Seen } from '../../../support/diagnosis.ts';

const d3 = diagnoses.find(({ id }) => id === 'D3') as (typeof diagnoses)[number];

function turning(cause: Partial<DiagnosisCause>, seen: readonly Seen[], blind: readonly string[] = []) {
  const [first] = d3.causes;
  const diagnosis = { ...d3, causes: [{ ...(first as DiagnosisCause), ...cause }] };
  const outcomes = outcomesOf(diagnosis, seen, blind);
  const [judged] = judge(diagnosis, outcomes, emitters).causes;
  const look = judged && turningLook(diagnosis, judged, outcomes, emitters);
  return [judged?.verdict, look?.look.probe, look?.alone];
}
const full: Seen = { code: 'REDIS_MEMORY_AT_LIMIT', probe: 'redis.memory' };
const policy: Seen = { code: 'REDIS_POLICY_NOEVICTION', probe: 'redis.eviction-policy' };

describe('the one look that would change a verdict', () => {
  const both = { when: found('REDIS_POLICY_NOEVICTION'), symptom: found('REDIS_MEMORY_AT_LIMIT') };

  it('is the one that speaks against it alone', () => {
    expect(turning(both, [full])).toEqual(['ruled-out', 'redis.eviction-policy', true]);
    expect(turning(both, [policy])).toEqual(['ruled-out', 'redis.memory', true]);
  });

  it('is the one about the cause itself where the complaint is not seen either', () => {
    expect(turning(both, [])).toEqual(['ruled-out', 'redis.eviction-policy', false]);
  });

  it('is one that found what must not be there', () => {
    const when = all(found('REDIS_MEMORY_AT_LIMIT'), not(found('REDIS_POLICY_NOEVICTION')));

    expect(turning({ when, symptom: found('REDIS_MEMORY_AT_LIMIT') }, [full, policy])).toEqual([
      ...['ruled-out', 'redis.eviction-policy', true],
    ]);
  });

  it('is what could not be seen of a cause that is open, and none of one that is confirmed', () => {
    expect(turning(both, [full], ['redis.eviction-policy'])).toEqual([
      ...['possible', 'redis.eviction-policy', true],
    ]);
    expect(turning(both, [full, policy])).toEqual(['confirmed', undefined, undefined]);
  });

  it.each(diagnoses.map((diagnosis) => [diagnosis.id, diagnosis] as const))(
    'is named for every cause of %s that a well platform rules out',
    (_id, diagnosis) => {
      const outcomes = outcomesOf(diagnosis, []);
      const { causes } = judge(diagnosis, outcomes, emitters);
      const ruledOut = causes.filter(({ verdict }) => verdict === 'ruled-out');
      const without = ruledOut.filter(
        (cause) => turningLook(diagnosis, cause, outcomes, emitters) === undefined,
      );

      expect(without.map(({ cause }) => cause.id)).toEqual([]);
    },
  );
});
