/** Words of the language that stand where a metric may stand (Prometheus, "Querying"). */
const words: ReadonlySet<string> = new Set([
  ...['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right'],
  ...['bool', 'offset', 'inf', 'nan', 'atan2', 'start', 'end'],
]);

/**
 * Names of the metrics that an expression of PromQL asks for, each once. Undefined where that cannot be told: it has a
 * variable of a template, or asks by a pattern of names.
 */
export function metricsOf(expression: string): readonly string[] | undefined {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '""')
    .replace(/#[^\n]*/g, '');
  if (/\$|\{\{|__name__/.test(bare)) return undefined;
  const plain = bare
    .replace(/\{[^{}]*\}/g, ' ')
    .replace(/\[[^[\]]*\]/g, ' ')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)/gi, ' ');
  const names = [...plain.matchAll(/(?<![\w.:])[a-z_:][\w:]*(?![\w:]|\s*\()/gi)].map(([name]) => name);
  return [...new Set(names.filter((name) => !words.has(name.toLowerCase())))];
}
