import { countsOf } from '../../src/text/format.ts';

/**
 * A sentence of the catalogue as a page shows it: what is filled in stands in braces, without its format; words
 * that go with a number stand in the plural. `values` are those that are known already.
 */
export function sentence(template: string, values: Readonly<Record<string, string>> = {}): string {
  const plural = countsOf(template).reduce(
    (text, { name, forms }) =>
      text.replace(`{${name}|${forms.join('|')}}`, (forms.at(-1) ?? '#').replaceAll('#', `{${name}}`)),
    template,
  );
  return plural.replace(/\{(\w+)(?::\w+)?\}/g, (_whole, name: string) => values[name] ?? `{${name}}`);
}
