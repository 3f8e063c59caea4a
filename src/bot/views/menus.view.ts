import type { KnownBlock, StaticSelect } from '@slack/types';
import type { PartId } from '../../domain/platform/part.ts';
import type { Words } from '../../text/words.ts';
import { actionIds } from '../ids.ts';
import { actions, button, limits, plainText, section } from './blocks.ts';
import type { Choice } from './command-fault.ts';
import { option } from './option.ts';

/** What there is to ask for, by id. */
export interface Offered {
  readonly symptoms: readonly string[];
  readonly parts: readonly PartId[];
  readonly fixes: readonly string[];
}

export type Menu = 'symptoms' | 'fixes' | 'parts';

/** Slack takes this many options of a select (R-SLACK26). */
const mostOptions = 100;

/**
 * What may be asked for, to choose from. An entry holds what somebody would type for it: it is read and judged like a typed
 * command, so it needs no row of its own and does not grow old.
 */
export function menuBlocks(
  menu: Menu,
  offered: Offered,
  words: Words,
  /** Of what was typed, where one was named. */
  environment?: string,
): KnownBlock[] {
  const at = environment === undefined ? '' : ` env=${environment}`;
  const select =
    menu === 'symptoms'
      ? symptomSelect(offered, words, at)
      : {
          ...selectOf(words.plain(`menu.${menu}.choose`), words),
          options: optionsOf(menu, offered, words, at),
        };
  return [
    section(words.say(`menu.${menu}`), words),
    { type: 'actions', elements: [{ ...select, action_id: actionIds.choose }] },
  ];
}

/** A button for each symptom that the words fit: the run starts on one tap. */
export function choiceBlocks(
  choices: readonly Choice[],
  words: Words,
  environment?: string,
): readonly KnownBlock[] {
  const at = environment === undefined ? '' : ` env=${environment}`;
  // One block a choice: an action_id is unique within its block only.
  return choices.flatMap(({ id, typed }) =>
    actions([
      button(
        { actionId: actionIds.choose, value: `diagnose ${typed}${at}`, label: choiceLabel(id, typed, words) },
        words,
      ),
    ]),
  );
}

/** The same to choose from in a window. */
export function choiceSelect(choices: readonly Choice[], words: Words): StaticSelect {
  return {
    ...selectOf(words.plain('menu.symptoms.choose'), words),
    options: choices.map(({ id, typed }) =>
      option(choiceLabel(id, typed, words), `diagnose ${typed}`, words),
    ),
  };
}

const choiceLabel = (id: string, typed: string, words: Words): string =>
  `${typed} · ${words.lookupPlain(`diagnosis.${id}`) ?? id}`;

/** Symptoms and parts in one menu; `at` names the environment, as it is typed. */
export function symptomSelect(offered: Offered, words: Words, at = ''): StaticSelect {
  const symptoms = offered.symptoms.map((id) =>
    option(symptomLabel(id, words), `diagnose ${id}${at}`, words),
  );
  const parts = offered.parts.map((part) => option(partLabel(part, words), `diagnose ${part}${at}`, words));
  return {
    ...selectOf(words.plain('menu.symptoms.choose'), words),
    option_groups: [
      { label: label('menu.group.symptoms', words), options: symptoms.slice(0, mostOptions) },
      { label: label('menu.group.parts', words), options: parts.slice(0, mostOptions) },
    ],
  };
}

function optionsOf(menu: 'fixes' | 'parts', offered: Offered, words: Words, at: string) {
  const options =
    menu === 'parts'
      ? offered.parts.map((part) => option(partLabel(part, words), `logs ${part}${at}`, words))
      : offered.fixes.map((id) => option(fixLabel(id, words), `fix ${id}${at}`, words));
  return options.slice(0, mostOptions);
}

const selectOf = (placeholder: string, words: Words) =>
  ({ type: 'static_select', placeholder: plainText(placeholder, limits.option, words) }) as const;
const label = (key: 'menu.group.symptoms' | 'menu.group.parts', words: Words) =>
  plainText(words.plain(key), limits.option, words);

export const symptomLabel = (id: string, words: Words): string =>
  `${id} · ${words.lookupPlain(`diagnosis.${id}`) ?? id}`;
export const fixLabel = (id: string, words: Words): string => words.lookupPlain(`remediation.${id}`) ?? id;
export const partLabel = (part: PartId, words: Words): string => words.lookupPlain(`part.${part}`) ?? part;
