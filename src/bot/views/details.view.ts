import { type PartId, partIds } from '../../domain/platform/part.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';
import { causePlain } from '../../text/cause.ts';
import { lookWords, unseenLine } from '../../text/unseen.ts';
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
              `   ${words.lookupPlain(`cause.${cause.code}`, { detail: cause.detail, ...cause.facts }) ?? `${cause.code}: ${cause.detail}`}`,
            ]),
        ...(Object.keys(outcome.facts).length === 0 ? [] : [`   ${factList(outcome.facts)}`]),
        ...outcome.findings.map(
          (finding) => `   ${finding.code} ${finding.subject}: ${factList(finding.facts)}`,
        ),
      ];
    });
}

const verdicts = ['confirmed', 'possible', 'ruled-out'] as const;
type Verdict = (typeof verdicts)[number];
const verdictEmoji: Readonly<Record<Verdict, string>> = {
  confirmed: '❗',
  possible: '❔',
  'ruled-out': '➖',
};

interface StoredCause {
  readonly id: string;
  readonly part?: PartId;
  readonly verdict: Verdict;
  readonly missing?: readonly string[];
  readonly for?: readonly string[];
  readonly turns?: { readonly key: string; readonly alone: boolean };
}

/** Which causes are asked about: of a part, of a diagnosis, or one by its id (`D3.b`). */
export interface AskedCauses {
  readonly ids: readonly string[];
  readonly part?: PartId;
}

/**
 * Of a diagnosis, one line a cause with its verdict; under one that stays open what would settle it, and under one that is
 * ruled out the one look whose other reading would change that. `asked`: only these; default: all.
 */
export function causeLines(
  summary: unknown,
  outcomes: readonly ProbeOutcome[],
  words: Words,
  asked?: AskedCauses,
): string[] {
  const causes = causesIn(summary).filter((cause) => asked === undefined || isAsked(cause, asked));
  return verdicts.flatMap((verdict) =>
    causes
      .filter((cause) => cause.verdict === verdict)
      .flatMap((cause) => [
        `${verdictEmoji[verdict]} ${cause.id} · ${words.plain(`diagnose.verdict.${verdict}`)} · ${causePlain(cause, words)}`,
        ...outcomes
          .filter(({ key }) => cause.missing?.includes(key) === true)
          .map((outcome) => `   ${unseenLine(outcome, words)}`),
        ...outcomes
          .filter(({ key }) => verdict === 'ruled-out' && key === cause.turns?.key)
          .map((outcome) => {
            const key = cause.turns?.alone === true ? 'diagnose.turns' : 'diagnose.turns-with-more';
            return `   ${words.plain(key, { what: lookWords(outcome, words) })}`;
          }),
      ]),
  );
}

/** A cause that is named is that one; of a part, every cause about it; else those of the diagnoses. */
function isAsked({ id, part }: StoredCause, asked: AskedCauses): boolean {
  if (asked.ids.includes(id)) return true;
  if (asked.part !== undefined) return part === asked.part;
  return asked.ids.some((one) => id.startsWith(`${one}.`));
}

/** Keys of the findings that speak for what is confirmed. */
export function confirmedIn(summary: unknown): readonly string[] {
  return causesIn(summary).flatMap(({ verdict, for: keys }) => (verdict === 'confirmed' ? (keys ?? []) : []));
}

function causesIn(summary: unknown): readonly StoredCause[] {
  if (typeof summary !== 'object' || summary === null || !('causes' in summary)) return [];
  return Array.isArray(summary.causes) ? summary.causes.filter(isStoredCause) : [];
}

function isStoredCause(value: unknown): value is StoredCause {
  if (typeof value !== 'object' || value === null || !('id' in value) || !('verdict' in value)) return false;
  const isPart = !('part' in value) || partIds.some((id) => id === value.part);
  return isPart && typeof value.id === 'string' && verdicts.some((verdict) => verdict === value.verdict);
}
