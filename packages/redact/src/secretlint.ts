import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import type { Finder } from './redactor.ts';

/** What a rule of secretlint asks of its surroundings, as far as the rules that are used here need it. */
interface RuleContext {
  createTranslator(messages: unknown): (id: string, data?: unknown) => unknown;
  report(descriptor: { readonly range: readonly [start: number, end: number] }): void;
  ignore(descriptor: unknown): void;
  readonly sharedOptions: object;
}

interface Rule {
  readonly meta: { readonly id: string };
  create(
    context: RuleContext,
    options: object,
  ): {
    file?(source: {
      readonly content: string;
      readonly contentType: 'text';
      readonly filePath: string;
      readonly ext: string;
    }): unknown;
  };
}

/** Rules that would hide more than the secret (a whole address), look into files, or only read comments. */
const leftOut = /-(?:basicauth|database-connection-string|privatekey|filter-comments)$/;

/**
 * The formats of issuers that secretlint maintains. Its rules run at once on text, as they do on a file; one that
 * throws makes the redactor withhold the text.
 */
export function maintainedRules(): Finder {
  const found: { start: number; end: number; kind: string }[] = [];
  let kind = '';
  const context: RuleContext = {
    createTranslator: () => () => ({}),
    report: ({ range }) => void found.push({ start: range[0], end: range[1], kind }),
    ignore: () => undefined,
    sharedOptions: {},
  };
  const used = (rules as unknown as readonly Rule[]).filter((rule) => !leftOut.test(rule.meta.id));
  const ready = used.map((rule) => ({
    kind: rule.meta.id.replace(/^.*secretlint-rule-/, ''),
    handle: rule.create(context, {}),
  }));
  return (content) => {
    found.length = 0;
    for (const rule of ready) {
      kind = rule.kind;
      const done = rule.handle.file?.({ content, contentType: 'text', filePath: 'text', ext: '.txt' });
      if (done instanceof Promise) throw new TypeError(`rule ${kind} does not answer at once`);
    }
    return [...found];
  };
}
