import type { Platform } from '../../domain/platform/platform.ts';

/**
 * Whether a subject with wildcards takes in everything of the wanted one (NATS, "Subject-Based Messaging": `*` is one
 * token, `>` at the end one or more).
 */
export function covers(own: string, wanted: string): boolean {
  const [mine, theirs] = [own.split('.'), wanted.split('.')];
  for (const [index, token] of mine.entries()) {
    const other = theirs[index];
    if (token === '>') return other !== undefined;
    if (other === undefined || (token !== '*' && token !== other) || (token === '*' && other === '>'))
      return false;
  }
  return mine.length === theirs.length;
}

/** `{x}`, `{{ .x }}`, `${X}`, `$(X)` and `<x>`: what a program or the cluster puts a value in place of. */
const placeholder = /\$?\{+[^{}]*\}+|\$\([^()]*\)|<[^<>]*>/g;

/** A subject with `*` for every token that has a placeholder in it. */
export function withoutPlaceholders(subject: string): string {
  return subject
    .trim()
    .replace(placeholder, '*')
    .split('.')
    .map((token) => (token.includes('*') ? '*' : token))
    .join('.');
}

/** Whether `own` may take in the wanted subject, once every `*` of that is put in: it depends on what. */
export function mayCover(own: string, wanted: string): boolean {
  const mine = own.split('.');
  const filled = wanted.split('.').map((token, index) => (token === '*' ? (mine[index] ?? token) : token));
  return covers(own, filled.join('.'));
}

/** Whether a subject is one of the platform's; undefined for a wildcard that takes in those of others as well. */
export function ofPlatform(subject: string, { subjects }: Platform): boolean | undefined {
  const [first = ''] = subject.split('.', 1);
  if (Object.values(subjects).some((own) => own.split('.', 1)[0] === first)) return true;
  return first === '>' || first === '*' ? undefined : false;
}
