import { parse } from 'yaml';

/** The scalars of a file in YAML or JSON, without their keys; empty for a text that is neither. */
export function scalarsOf(text: string): readonly string[] {
  try {
    return scalars(parse(text));
  } catch {
    return [];
  }
}

function scalars(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  if (typeof value === 'object') return Object.values(value).flatMap(scalars);
  return [String(value)];
}

/** Of a file in YAML or JSON with a list of steps, which makes it the definition of a workflow: that, and else nothing. */
export function stepsIn(text: string): { readonly steps?: true } {
  try {
    const value: unknown = parse(text);
    const isObject = value !== null && typeof value === 'object' && 'steps' in value;
    return isObject && Array.isArray(value.steps) ? { steps: true } : {};
  } catch {
    return {};
  }
}

/** Path of the first URL in the words of a health check. */
export function pathInCheck(words: readonly string[]): string | undefined {
  const url = words
    .flatMap((word) => word.split(/\s+/))
    .find((word) => /^['"]?https?:\/\//.test(word))
    ?.replaceAll(/['"]/g, '');
  return url !== undefined && URL.canParse(url) ? new URL(url).pathname : undefined;
}
