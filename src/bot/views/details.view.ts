import type { ProbeOutcome } from '../../domain/probe/probe.ts';
import type { Words } from '../../text/words.ts';
import { factList, partName } from './phrases.ts';

const emoji = { healthy: '✅', unhealthy: '❌', skipped: '➖', inconclusive: '❔' } as const;
const order = ['unhealthy', 'inconclusive', 'healthy', 'skipped'] as const;

/** One line a probe, worst first: what it looked at, what it saw, how long it took. */
export function detailLines(outcomes: readonly ProbeOutcome[], words: Words): string[] {
  return [...outcomes]
    .sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status) || a.key.localeCompare(b.key))
    .flatMap((outcome) => {
      const head = `${emoji[outcome.status]} ${partName(outcome.part, words)} · ${outcome.key} · ${outcome.durationMs} ms`;
      const cause = outcome.cause;
      return [
        head,
        ...(outcome.reason === undefined
          ? []
          : [`   ${words.lookupPlain(`skip.${outcome.reason}`) ?? outcome.reason}`]),
        ...(cause === undefined
          ? []
          : [
              `   ${words.lookupPlain(`cause.${cause.code}`, { ...cause.facts, detail: cause.detail }) ?? `${cause.code}: ${cause.detail}`}`,
            ]),
        ...(Object.keys(outcome.facts).length === 0 ? [] : [`   ${factList(outcome.facts)}`]),
        ...outcome.findings.map(
          (finding) => `   ${finding.code} ${finding.subject}: ${factList(finding.facts)}`,
        ),
      ];
    });
}
