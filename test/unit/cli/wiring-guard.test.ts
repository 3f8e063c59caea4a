import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { createGuard } from '../../../src/cli/wiring-guard.ts';
import { wordsIn } from '../../../src/text/words.ts';

const secret = 'Zeppelin-Orchard';

function guarded(language: 'en' | 'zh-CN' = 'en') {
  const printed: string[] = [];
  const print = (text: string): void => void printed.push(text);
  const shell = { out: print, err: print, signal: new AbortController().signal, version: '1', locale: 'en' };
  return { guard: createGuard(shell, wordsIn(language)), printed };
}

describe('what the command line prints', () => {
  it('loses its secrets on both streams, the known ones as soon as they are', () => {
    const { guard, printed } = guarded();
    guard.shell.out(`password=hunter2x ${secret}`);
    guard.use(createRedactor({ known: [secret] }));
    guard.shell.err(`password=hunter2x ${secret}`);

    expect(printed).toEqual([`password=[secret] ${secret}`, 'password=[secret] [secret]']);
  });

  it('stays one JSON document, whatever is in it', () => {
    const { guard } = guarded();
    guard.use(createRedactor({ known: [secret] }));
    const given = {
      token: 'missing',
      port: 5432,
      text: `"${secret}" and password="hunter2 x9"`,
      lines: ['x'],
    };

    expect(JSON.parse(guard.answer(JSON.stringify(given, null, 2), 'json'))).toEqual({
      ...given,
      text: '"[secret]" and password="[secret]"',
    });
  });

  it.each(['en', 'zh-CN'] as const)('says in words that a text was withheld: %s', (language) => {
    const { guard, printed } = guarded(language);
    const failing = (): never => {
      throw new Error('no');
    };
    guard.use(createRedactor({ finders: [failing] }));
    guard.shell.out('anything at all');

    expect(printed).toEqual([wordsIn(language).plain('redact.withheld')]);
  });
});
