import type { Run } from '../domain/run/run.ts';
import { verdictOf } from '../domain/run/verdict.ts';
import type { Words } from './words.ts';

/** What a run came to, in a few words, not escaped; where it came to nothing, what became of it. */
export function verdictText(run: Pick<Run, 'kind' | 'state' | 'summary'>, words: Words): string {
  const verdict = verdictOf(run);
  if (verdict === undefined) return words.plain(`run.state.${run.state}`);
  const parts = (verdict.roots ?? [])
    .map((part) => words.lookupPlain(`part.${part}`) ?? part)
    .join(words.language === 'zh-CN' ? '、' : ', ');
  return words.lookupPlain(`run.verdict.${verdict.key}`, { ...verdict.facts, parts }) ?? verdict.key;
}
