import { characters, isObject, stringOr } from './check.ts';
import type { AnyBlock, JsonObject } from './types.ts';

/** An interactive element and the block it sits in. */
export interface FoundElement {
  readonly element: JsonObject;
  readonly blockId: string;
  /** The input block around it, when there is one. */
  readonly input: JsonObject | null;
}

function elementsIn(block: JsonObject): readonly FoundElement[] {
  const blockId = stringOr(block.block_id, '');
  const plain = (value: unknown): FoundElement[] =>
    isObject(value) ? [{ element: value, blockId, input: null }] : [];
  const many = (value: unknown): FoundElement[] => (Array.isArray(value) ? value.flatMap(plain) : []);
  switch (block.type) {
    case 'actions':
    case 'context_actions':
      return many(block.elements);
    case 'section':
      return plain(block.accessory);
    case 'input':
      return isObject(block.element) ? [{ element: block.element, blockId, input: block }] : [];
    case 'card':
      return many(block.actions);
    case 'carousel':
      return Array.isArray(block.elements)
        ? block.elements.filter(isObject).flatMap((card) => elementsIn({ block_id: blockId, ...card }))
        : [];
    case 'container':
      return Array.isArray(block.child_blocks) ? block.child_blocks.filter(isObject).flatMap(elementsIn) : [];
    default:
      return [];
  }
}

/** Every interactive element of a message or view, in reading order. */
export const interactiveElements = (blocks: readonly AnyBlock[]): readonly FoundElement[] =>
  blocks
    .flatMap((block) => elementsIn({ ...block }))
    .filter(({ element }) => typeof element.action_id === 'string');

export interface ElementQuery {
  readonly actionId?: string;
  readonly blockId?: string;
  /** The button's `value`. */
  readonly value?: string;
  /** What is written on the button. */
  readonly label?: string;
}

const labelOf = (element: JsonObject): unknown => (isObject(element.text) ? element.text.text : undefined);

/** The first element that fits everything in the query. */
export const findElement = (blocks: readonly AnyBlock[], query: ElementQuery): FoundElement | undefined =>
  interactiveElements(blocks).find(
    ({ element, blockId }) =>
      (query.actionId === undefined || element.action_id === query.actionId) &&
      (query.blockId === undefined || blockId === query.blockId) &&
      (query.value === undefined || element.value === query.value || element.type !== 'button') &&
      (query.label === undefined || labelOf(element) === query.label),
  );

function optionsOf(element: JsonObject): readonly JsonObject[] {
  const groups = Array.isArray(element.option_groups) ? element.option_groups.filter(isObject) : [];
  const lists = [element.options, ...groups.map((group) => group.options)];
  return lists.flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []));
}

const pick = (element: JsonObject, wanted: string): JsonObject | undefined =>
  optionsOf(element).find((option) => option.value === wanted || labelOf(option) === wanted);

/** How the chosen value of each element type is called in `state.values` and in an action. */
const single: Readonly<Record<string, string>> = {
  users_select: 'selected_user',
  conversations_select: 'selected_conversation',
  channels_select: 'selected_channel',
  datepicker: 'selected_date',
  timepicker: 'selected_time',
};
const several: Readonly<Record<string, string>> = {
  multi_users_select: 'selected_users',
  multi_conversations_select: 'selected_conversations',
  multi_channels_select: 'selected_channels',
};
const oneOption = new Set(['static_select', 'external_select', 'radio_buttons', 'overflow']);
const manyOptions = new Set(['multi_static_select', 'multi_external_select', 'checkboxes']);
const typedIn = new Set(['plain_text_input', 'email_text_input', 'url_text_input', 'number_input']);

export type EnteredValue = string | number | readonly string[] | null;

const asList = (value: EnteredValue): readonly string[] =>
  value === null ? [] : Array.isArray(value) ? (value as readonly string[]) : [String(value)];

/**
 * The element's state once a user has entered `value`: an option's value or label, an id, a date, a text.
 * Undefined when the element offers no such option.
 */
export function stateOf(element: JsonObject, value: EnteredValue): JsonObject | undefined {
  const type = String(element.type);
  if (oneOption.has(type)) {
    if (value === null) return { type, selected_option: null };
    const option = pick(element, String(value)) ?? externalOption(type, String(value));
    return option ? { type, selected_option: option } : undefined;
  }
  if (manyOptions.has(type)) {
    const options = asList(value).map((entry) => pick(element, entry) ?? externalOption(type, entry));
    return options.includes(undefined) ? undefined : { type, selected_options: options };
  }
  if (typedIn.has(type)) return { type, value: value === null || value === '' ? null : String(value) };
  if (single[type]) return { type, [single[type]]: value === null ? null : String(value) };
  if (several[type]) return { type, [several[type]]: asList(value) };
  if (type === 'datetimepicker') return { type, selected_date_time: value === null ? null : Number(value) };
  if (type === 'rich_text_input')
    return { type, rich_text_value: value === null ? null : richText(String(value)) };
  return { type, value };
}

const externalOption = (type: string, value: string): JsonObject | undefined =>
  type.endsWith('external_select') ? { text: { type: 'plain_text', text: value }, value } : undefined;

const richText = (text: string): JsonObject => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});

/** What an element holds before anyone touched it; undefined for buttons and the like, which hold nothing. */
export function initialState(element: JsonObject, channel: string | null): JsonObject | undefined {
  const type = String(element.type);
  if (oneOption.has(type) && type !== 'overflow')
    return { type, selected_option: element.initial_option ?? null };
  if (manyOptions.has(type)) return { type, selected_options: element.initial_options ?? [] };
  if (typedIn.has(type)) return { type, value: element.initial_value ?? null };
  if (
    type === 'conversations_select' &&
    element.default_to_current_conversation === true &&
    channel !== null
  ) {
    return { type, selected_conversation: element.initial_conversation ?? channel };
  }
  if (single[type])
    return { type, [single[type]]: element[single[type].replace('selected', 'initial')] ?? null };
  if (several[type])
    return { type, [several[type]]: element[several[type].replace('selected', 'initial')] ?? [] };
  if (type === 'datetimepicker') return { type, selected_date_time: element.initial_date_time ?? null };
  if (type === 'rich_text_input') return { type, rich_text_value: element.initial_value ?? null };
  if (type === 'file_input') return { type, files: [] };
  return undefined;
}

const isEmpty = (state: JsonObject): boolean =>
  Object.entries(state).every(
    ([name, value]) =>
      name === 'type' || value === null || value === '' || (Array.isArray(value) && value.length === 0),
  );

function numberFault(element: JsonObject, entered: string): string | null {
  const value = Number(entered);
  if (!Number.isFinite(value) || (element.is_decimal_allowed !== true && !Number.isInteger(value)))
    return 'not a number';
  const min = element.min_value === undefined ? -Infinity : Number(element.min_value);
  const max = element.max_value === undefined ? Infinity : Number(element.max_value);
  return value < min || value > max ? `must be between ${min} and ${max}` : null;
}

function typedFault(element: JsonObject, entered: string): string | null {
  const length = characters(entered);
  const min = Number(element.min_length ?? 0);
  const max = Number(element.max_length ?? 3000);
  if (length < min) return `at least ${min} characters`;
  if (length > max) return `at most ${max} characters`;
  if (element.type === 'email_text_input' && !/^\S+@\S+\.\S+$/.test(entered)) return 'not an email address';
  if (element.type === 'url_text_input' && !URL.canParse(entered)) return 'not a URL';
  return element.type === 'number_input' ? numberFault(element, entered) : null;
}

/** Why Slack's client would not submit this input, or null. */
export function inputFault(input: JsonObject, state: JsonObject): string | null {
  const element = isObject(input.element) ? input.element : {};
  if (isEmpty(state)) return input.optional === true ? null : 'required';
  return typeof state.value === 'string' ? typedFault(element, state.value) : null;
}
