import { readFileSync } from 'node:fs';
import { readRequest, takenFor } from './score.ts';

/** One line about a package: a sentence of another field, which asks for nothing here. */
export interface Described {
  readonly package: string;
  readonly text: string;
}

/** A fixed sample, locked: no phrase or rule is written for any of these. */
export function lockedDescriptions(): readonly Described[] {
  return readFileSync(new URL('descriptions.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf(' | ');
      return { package: line.slice(0, at), text: line.slice(at + 3) };
    });
}

/** Of an index as apt keeps it: paragraphs with `Package:` and `Description:`. */
export function descriptionsIn(index: string): readonly Described[] {
  let name = '';
  return index.split('\n').flatMap((line) => {
    if (line.startsWith('Package: ')) name = line.slice('Package: '.length);
    const [, text = ''] = /^Description(?:-en)?: (.+)$/.exec(line) ?? [];
    return text === '' ? [] : [{ package: name, text }];
  });
}

/** What a run starts for, and what is only asked about. */
export function readDescriptions(all: readonly Described[]) {
  const read = all.map((one) => {
    const symptom = readRequest(one.text);
    return { ...one, kind: symptom.kind, ids: takenFor(symptom).join(' ') };
  });
  return {
    started: read.filter(({ kind }) => kind === 'known'),
    offered: read.filter(({ kind }) => kind === 'choose' || kind === 'command'),
  };
}
