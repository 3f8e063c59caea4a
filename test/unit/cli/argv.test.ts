import { describe, expect, it } from 'vitest';
import { languageOption, plainArguments, wantsJson } from '../../../src/cli/argv.ts';

const argv = (line: string) => line.split(' ');

describe('-o', () => {
  it.each([
    ['health -o json', 'health -o json', true],
    ['-o json health prod', '-o json health prod', true],
    ['-ojson health', '-ojson health', true],
    ['health --output=json', 'health --output=json', true],
    ['health -o text', 'health -o text', false],
    ['collect -o json', 'collect --out json', false],
    ['collect -oa.tar.gz', 'collect --out=a.tar.gz', false],
    ['-o json collect prod -o a.tar.gz', '-o json collect prod --out a.tar.gz', true],
    ['audit export -o audit.jsonl --output json', 'audit export --out audit.jsonl --output json', true],
    ['audit verify -o json', 'audit verify -o json', true],
    ['collect -- -o', 'collect -- -o', false],
  ])('is the form of the answer, and of what writes a file its name: %s', (line, plain, json) => {
    expect(plainArguments(argv(line)).join(' ')).toBe(plain);
    expect(wantsJson(argv(line))).toBe(json);
  });
});

it('the language is known before anything else is', () => {
  expect(languageOption(argv('health --lang zh-CN'))).toBe('zh-CN');
  expect(languageOption(argv('--lang=en health'))).toBe('en');
  expect(languageOption(argv('health'))).toBeUndefined();
});
