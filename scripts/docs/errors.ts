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
    'Every error that crosses a boundary has one of these codes.\nPeople read the sentence with a reference id; the log has the same id.',
    table(
      ['Code', 'What people read'],
      errorCodes.map((name) => [code(name), said('error', name)]),
    ),
    '## Stages',
    'How far a call to a system under diagnosis got.\nSome stages are evidence about the target.\nThe others say that the bot could not check; they are never shown as down or as healthy.',
    table(
      ['Stage', 'Evidence about the target', 'What people read'],
      stages.map((name) => [code(name), targetStages.has(name) ? 'yes' : '', said('cause', name)]),
    ),
  );
}
