import { describe, expect, it } from 'vitest';
import { diagnoses } from '../../../../../src/diagnoses/index.ts';
import { codesOf, type Diagnosis } from '../../../../../src/domain/diagnosis/diagnosis.ts';
import { remediesFor } from '../../../../../src/domain/fix/remedies.ts';
import type { PartId } from '../../../../../src/domain/platform/part.ts';
import type { Finding } from '../../../../../src/domain/probe/finding.ts';
import type { FindingCode } from '../../../../../src/domain/probe/findings.ts';
import { remediations } from '../../../../../src/remediations/index.ts';
import { fixesFor } from '../../../../../src/services/fix/propose/fixes.ts';

const finding = (code: FindingCode, part: PartId, facts: Finding['facts'] = {}): Finding => ({
  code,
  severity: 'warning',
  part,
  subject: part,
  facts,
});
const calls = (fixes: ReturnType<typeof fixesFor>) => fixes.map(({ call }) => call);

describe('fixes', () => {
  /** The real mapping, and what each cause of the real diagnoses asks for. */
  const runtimes = ['kubernetes', 'compose'] as const;
  const all: readonly Diagnosis[] = diagnoses;
  const helpOn = (runtime: (typeof runtimes)[number]) => (of: Finding) =>
    remediesFor(of, remediations, { [runtime]: {} as never });
  const cases = runtimes.flatMap((runtime) =>
    all.flatMap((diagnosis) =>
      diagnosis.causes.flatMap((cause) => {
        const wanted = cause.remedies.flatMap((remedy) =>
          'remediation' in remedy && (remedy.on === undefined || remedy.on === runtime) ? [remedy] : [],
        );
        return codesOf(cause.when).flatMap(({ code, part = cause.part }) => {
          const facts = {
            databaseId: 'orchestrator',
            thresholdSeconds: 240,
            kind: 'StatefulSet',
            name: 'own-name',
          };
          const found = finding(code, part, { ...facts, service: 'own-service' });
          const known = helpOn(runtime)(found);
          const both = wanted.filter((one) => known.some((call) => call.remediation === one.remediation));
          return both.map((one) => ({
            title: `${cause.id} ${code} on ${runtime}`,
            found,
            known,
            one,
            runtime,
          }));
        });
      }),
    ),
  );

  it('that health checks and diagnoses both know are found', () => {
    expect(new Set(cases.map(({ one }) => one.remediation)).size).toBeGreaterThanOrEqual(3);
  });

  it.each(cases)(
    'of $title are the same in a diagnosis as in a health check',
    ({ found, known, one, runtime }) => {
      const helps = helpOn(runtime);

      expect(calls(fixesFor([found], helps, [one]))).toEqual(
        known.filter(({ remediation }) => remediation === one.remediation),
      );
    },
  );

  const restart = (part: string) => ({ remediation: 'restart', with: { part } });

  it('of several findings come in their order, each once, and say what they are for', () => {
    const [one, two] = [finding('ENDPOINT_HUNG', 'redis'), finding('CONTAINER_PAUSED', 'redis')];
    const helps = ({ code }: Finding) =>
      code === 'ENDPOINT_HUNG' ? [restart('redis')] : [restart('redis'), restart('nats')];

    expect(fixesFor([one, two], helps)).toEqual([
      { call: restart('redis'), finding: one },
      { call: restart('nats'), finding: two },
    ]);
    expect(fixesFor([], helps)).toEqual([]);
  });

  it('that no finding says are those that the diagnosis has written, with what it takes from the first finding', () => {
    const found = finding('PG_SESSIONS_LEAKED', 'agent-manager', { database: 'main' });
    const wanted = {
      remediation: 'end',
      with: { database: { fact: 'database' }, part: { field: 'part' }, seconds: 30 },
    } as const;

    expect(fixesFor([found], () => [], [wanted])).toEqual([
      {
        call: { remediation: 'end', with: { database: 'main', part: 'agent-manager', seconds: 30 } },
        finding: found,
      },
    ]);
    expect(fixesFor([finding('PG_SESSIONS_LEAKED', 'redis')], () => [], [wanted])).toEqual([]);
    expect(fixesFor([], () => [], [restart('redis')])).toEqual([
      { call: restart('redis'), finding: undefined },
    ]);
  });

  it('for one part are not those of a finding at another', () => {
    const helps = ({ part }: Finding) => [{ remediation: 'restart', with: { part, workload: 'w' } }];

    expect(calls(fixesFor([finding('ENDPOINT_HUNG', 'nats')], helps, [restart('redis')]))).toEqual([
      restart('redis'),
    ]);
    expect(
      calls(
        fixesFor([finding('ENDPOINT_HUNG', 'nats'), finding('ENDPOINT_HUNG', 'redis')], helps, [
          restart('redis'),
        ]),
      ),
    ).toEqual([{ remediation: 'restart', with: { part: 'redis', workload: 'w' } }]);
  });

  it('that a cause does not ask for are not offered by it', () => {
    const helps = () => [restart('redis')];

    expect(fixesFor([finding('ENDPOINT_HUNG', 'redis')], helps, [])).toEqual([]);
  });
});
