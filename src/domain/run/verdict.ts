import type { Facts } from '../kernel/facts.ts';
import type { Run } from './run.ts';

/** What a finished run came to, for lists: `run.verdict.<key>` with its facts. */
export interface RunVerdict {
  readonly key:
    | 'healthy'
    | 'broken'
    | 'findings'
    | 'unknown'
    | 'causes'
    | 'no-cause'
    | 'groups'
    | 'files'
    | 'offered'
    | 'refused';
  readonly facts: Facts;
  /** Broken parts that are no consequence of another, where it is `broken`. */
  readonly roots?: readonly string[];
}

/** Undefined for a run that is not over, that failed, and for a summary that an older version left in another shape. */
export function verdictOf({
  kind,
  state,
  summary,
}: Pick<Run, 'kind' | 'state' | 'summary'>): RunVerdict | undefined {
  if (state !== 'complete') return undefined;
  const own = record(summary);
  const count = (name: string) => (typeof own[name] === 'number' ? own[name] : undefined);
  switch (kind) {
    case 'health':
    case 'digest':
      return ofReport(record(own.report ?? own));
    case 'diagnose':
      return ofDiagnosis(own);
    case 'logs':
      return count('groups') === undefined
        ? undefined
        : { key: 'groups', facts: { groups: Number(own.groups) } };
    case 'collect':
      return count('files') === undefined ? undefined : { key: 'files', facts: { files: Number(own.files) } };
    case 'propose':
      if (own.offer !== undefined) return { key: 'offered', facts: {} };
      return own.refused === undefined ? undefined : { key: 'refused', facts: {} };
    case 'report':
      return undefined;
  }
}

function ofReport({ overall, roots }: Readonly<Record<string, unknown>>): RunVerdict | undefined {
  if (overall === 'healthy' || overall === 'unknown') return { key: overall, facts: {} };
  if (overall !== 'findings') return undefined;
  const broken = Array.isArray(roots) ? roots.map(String) : [];
  return broken.length === 0 ? { key: 'findings', facts: {} } : { key: 'broken', facts: {}, roots: broken };
}

function ofDiagnosis({ overall, causes }: Readonly<Record<string, unknown>>): RunVerdict | undefined {
  if (overall === 'no-cause' || overall === 'unknown') return { key: overall, facts: {} };
  if (overall !== 'cause-found' || !Array.isArray(causes)) return undefined;
  const confirmed = causes.map(record).filter(({ verdict }) => verdict === 'confirmed');
  return { key: 'causes', facts: { causes: confirmed.map(({ id }) => String(id)).join(', ') } };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
