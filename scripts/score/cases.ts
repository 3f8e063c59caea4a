/** The cases of the score: one file a case, in a folder that anybody can add to. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { type LabPart, labParts } from '../../lab/types.ts';
import { present } from '../../src/domain/kernel/present.ts';

/** Where the cases are. */
export const casesFolder = fileURLToPath(new URL('../../lab/cases', import.meta.url));

const text = z.string().trim().min(1);

const Fields = z.strictObject({
  title: text,
  source: z.strictObject({ name: text, url: z.url(), licence: text }),
  asked: text,
  plant: z
    .array(z.strictObject({ fault: text, variant: text }))
    .min(1)
    .optional(),
  looksLike: text.optional(),
  roots: z
    .array(z.strictObject({ part: z.enum(labParts), cause: text, words: z.array(text).min(1) }))
    .default([]),
  also: z.array(text).default([]),
  forbidden: z.array(text).default([]),
  harmful: z.array(text).default([]),
});

/** A root that has to be found. */
export interface Root {
  readonly part: LabPart;
  readonly cause: string;
  /** What another tool may call it: a text that has one of these is about this cause. */
  readonly words: readonly string[];
}

/** One case: a planted fault with its roots, or a healthy state that looks like one. */
export interface Case {
  /** The name of its file. */
  readonly id: string;
  readonly title: string;
  /** Whose fault it is; its facts are used, none of its files. */
  readonly source: { readonly name: string; readonly url: string; readonly licence: string };
  /** What a person says who sees it, and knows no cause. */
  readonly asked: string;
  readonly plant: readonly { readonly fault: string; readonly variant: string }[];
  /** A healthy look-alike in the place of a fault: then nothing may be confirmed. */
  readonly looksLike?: string;
  readonly roots: readonly Root[];
  /** Causes that are as true: what the root brings about by necessity, or its other name. */
  readonly also: readonly string[];
  /** Causes that would lead a person astray. */
  readonly forbidden: readonly string[];
  /** Remediations that would do harm. */
  readonly harmful: readonly string[];
}

/** Every sentence that says what is wrong with a case. */
export class CaseFaults extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.faults = faults;
  }
}

/** What one file says, by its name and text; throws `CaseFaults` with a sentence for each fault. */
export function caseOf(file: string, content: string): Case {
  const fail = (faults: readonly string[]) => new CaseFaults(faults.map((fault) => `${file}: ${fault}`));
  let data: unknown;
  try {
    data = parse(content);
  } catch (error) {
    throw fail([`is no YAML: ${String(error).split('\n')[0]}`]);
  }
  const read = Fields.safeParse(data);
  if (!read.success)
    throw fail(read.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`));
  const { plant = [], looksLike, ...rest } = read.data;
  const told = new Set(rest.roots.map(({ cause }) => cause));
  const faults = [
    ...(plant.length > 0 === (looksLike !== undefined) ? ['has to have either `plant` or `looksLike`'] : []),
    ...(plant.length > 0 && rest.roots.length === 0 ? ['plants a fault and names no root'] : []),
    ...(looksLike !== undefined && rest.roots.length > 0 ? ['a healthy look-alike has no roots'] : []),
    ...rest.forbidden
      .filter((id) => told.has(id) || rest.also.includes(id))
      .map((id) => `${id} is forbidden and true`),
  ];
  if (faults.length > 0) throw fail(faults);
  const id = file.replace(/\.yaml$/, '');
  return { id, plant, ...rest, ...present({ looksLike }) };
}

/** All cases of the folder by their names; throws `CaseFaults` with what is wrong with any of them. */
export function readCases(folder = casesFolder): readonly Case[] {
  const faults: string[] = [];
  const cases: Case[] = [];
  for (const file of readdirSync(folder).toSorted()) {
    if (!file.endsWith('.yaml')) continue;
    try {
      cases.push(caseOf(file, readFileSync(join(folder, file), 'utf8')));
    } catch (error) {
      if (!(error instanceof CaseFaults)) throw error;
      faults.push(...error.faults);
    }
  }
  if (faults.length > 0) throw new CaseFaults(faults);
  return cases;
}
