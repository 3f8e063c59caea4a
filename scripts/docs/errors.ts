import { errorCodes, stages, targetStages } from '../../src/domain/kernel/errors.ts';
import { en } from '../../src/text/en.ts';
import { code, page, table } from './markdown.ts';

/** Sentences for codes that stand in the catalogue under one prefix. */
function said(prefix: string, name: string): string {
  return Object.entries(en).find(([key]) => key === `${prefix}.${name}`)?.[1] ?? '';
}

export function errorsReference(): string {
  return page(
    '# Errors',
    '## Codes',
    'Every error that crosses a boundary has one of these codes; the sentence is what people read, with a reference id that also stands in the log.',
    table(
      ['Code', 'What people read'],
      errorCodes.map((name) => [code(name), said('error', name)]),
    ),
    '## Stages',
    'How far a call to a system under diagnosis got.\nOnly some stages say something about the target; the others say that the bot could not look, which is never shown as down or as fine.',
    table(
      ['Stage', 'Says something about the target', 'What people read'],
      stages.map((name) => [code(name), targetStages.has(name) ? 'yes' : '', said('cause', name)]),
    ),
  );
}
