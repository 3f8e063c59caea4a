/** What a guide tells its reader to do, one after the other. */
export type Step =
  | { readonly kind: 'run'; readonly command: string }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | {
      readonly kind: 'insert';
      readonly path: string;
      readonly where: 'above' | 'below';
      readonly anchor: string;
      readonly text: string;
    };

/** Throws for a block that says no place: a guide must be literal. */
export function stepsOf(markdown: string): readonly Step[] {
  const blocks = markdown.matchAll(/^([^\n]*)\n+```(\w+)\n(.*?)^```$/gms);
  return [...blocks].flatMap(([, head = '', language, text = '']): readonly Step[] => {
    if (language === 'sh')
      return text
        .trim()
        .split('\n')
        .map((command) => ({ kind: 'run', command }));
    const whole = /^Write `([^`]+)`:$/.exec(head);
    if (whole?.[1] !== undefined) return [{ kind: 'write', path: whole[1], text }];
    const [, path, where, anchor] = /^In `([^`]+)`, (above|below) `([^`]+)`:$/.exec(head) ?? [];
    if (path === undefined || anchor === undefined) throw new Error(`a block without a place: ${head}`);
    return [{ kind: 'insert', path, where: where === 'above' ? 'above' : 'below', anchor, text }];
  });
}

/** The text with the lines above or below the first line that has the anchor. */
export function inserted(before: string, step: Extract<Step, { readonly kind: 'insert' }>): string {
  const lines = before.split('\n');
  const at = lines.findIndex((line) => line.includes(step.anchor));
  if (at === -1) throw new Error(`${step.path} has no line with ${step.anchor}`);
  lines.splice(step.where === 'above' ? at : at + 1, 0, step.text.replace(/\n$/, ''));
  return lines.join('\n');
}
