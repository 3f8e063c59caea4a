import type { Rule, Walk } from './check.ts';
import {
  bool,
  byType,
  characters,
  isObject,
  list,
  number,
  object,
  oneOf,
  refuse,
  refuseDuplicates,
  text,
} from './check.ts';
import { richText } from './rich-text-rules.ts';
import type { JsonObject } from './types.ts';

export const actionId = text({ max: 255 });

const plainFields = { emoji: bool };
const mrkdwnFields = { verbatim: bool };

/** A text object of the given kinds, `min..max` characters. */
export const textObject = (
  kinds: readonly ('plain_text' | 'mrkdwn')[],
  { min = 1, max }: { readonly min?: number; readonly max: number },
): Rule => {
  const rules: Record<string, Rule> = {};
  if (kinds.includes('plain_text')) rules.plain_text = object({ text: text({ min, max }) }, plainFields);
  if (kinds.includes('mrkdwn')) rules.mrkdwn = object({ text: text({ min, max }) }, mrkdwnFields);
  return byType(() => rules);
};

export const plainText = (max: number): Rule => textObject(['plain_text'], { max });
export const anyText = (max: number): Rule => textObject(['plain_text', 'mrkdwn'], { max });

const confirm = object(
  { text: anyText(300) },
  {
    title: plainText(100),
    confirm: plainText(30),
    deny: plainText(30),
    style: oneOf('primary', 'danger'),
  },
);

const option = (kinds: readonly ('plain_text' | 'mrkdwn')[], url = false): Rule =>
  object(
    { text: textObject(kinds, { max: 75 }) },
    {
      value: text({ max: 150 }),
      description: textObject(kinds, { max: 75 }),
      ...(url ? { url: text({ max: 3000 }) } : {}),
    },
    (value, pointer, walk) => {
      if (!url && value.value === undefined) refuse(walk, pointer, 'missing required field: value');
    },
  );

const placeholder = plainText(150);
const style = oneOf('primary', 'danger');
const webUrl: Rule = (value, pointer, walk) => {
  text({ max: 3000 })(value, pointer, walk);
  if (typeof value === 'string' && !/^[a-z][a-z0-9+.-]*:/i.test(value))
    refuse(walk, pointer, 'must be a valid URL');
};

export const imageFields = {
  image_url: webUrl,
  slack_file: object({}, { url: text({ max: 3000 }), id: text({ max: 255 }) }, (value, pointer, walk) => {
    if ((value.url === undefined) === (value.id === undefined)) {
      refuse(walk, pointer, 'must define exactly one of `url`, `id`');
    }
  }),
};

export const oneImageSource = (value: JsonObject, pointer: string, walk: Walk): void => {
  if ((value.image_url === undefined) === (value.slack_file === undefined)) {
    refuse(walk, pointer, 'must define exactly one of `image_url`, `slack_file`');
  }
};

export const imageElement: Rule = object({ alt_text: text({ max: 2000 }) }, imageFields, oneImageSource);

const base = { action_id: actionId };
const focusable = { focus_on_load: focusOnLoad };
function focusOnLoad(value: unknown, pointer: string, walk: Walk): void {
  bool(value, pointer, walk);
  if (value !== true) return;
  const seen = (walk.totals.get('focus_on_load') ?? 0) + 1;
  walk.totals.set('focus_on_load', seen);
  if (seen > 1) refuse(walk, pointer, 'only one element can have focus_on_load');
}

const dispatch = {
  dispatch_action_config: object(
    {},
    { trigger_actions_on: list(oneOf('on_enter_pressed', 'on_character_entered'), { max: 2 }) },
  ),
};

const options = list(option(['plain_text']), { max: 100 });
const optionGroups = list(object({ label: plainText(75), options }), { max: 100 });
const selectFields = { ...base, ...focusable, confirm, placeholder };
const multi = { max_selected_items: number({ min: 1, whole: true }) };

const eitherOptions = (value: JsonObject, pointer: string, walk: Walk): void => {
  if ((value.options === undefined) === (value.option_groups === undefined)) {
    refuse(walk, pointer, 'must define either `options` or `option_groups`');
  }
  initialAmongOptions(value, pointer, walk);
};

function initialAmongOptions(value: JsonObject, pointer: string, walk: Walk): void {
  const groups = Array.isArray(value.option_groups) ? value.option_groups : [];
  const all = [
    ...(Array.isArray(value.options) ? value.options : []),
    ...groups.flatMap((group) => (isObject(group) && Array.isArray(group.options) ? group.options : [])),
  ].filter(isObject);
  const initials = value.initial_option ? [value.initial_option] : value.initial_options;
  for (const initial of Array.isArray(initials) ? initials : []) {
    if (isObject(initial) && !all.some((entry) => entry.value === initial.value)) {
      refuse(walk, pointer, 'initial option must be one of the options');
    }
  }
}

const ids = list(text({ max: 255 }), { min: 0, max: 100 });
const filter = object(
  {},
  {
    include: list(oneOf('im', 'mpim', 'private', 'public'), { max: 4 }),
    exclude_external_shared_channels: bool,
    exclude_bot_users: bool,
  },
);
const date: Rule = (value, pointer, walk) => {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value))
    refuse(walk, pointer, 'must be YYYY-MM-DD');
};
const time: Rule = (value, pointer, walk) => {
  if (typeof value !== 'string' || !/^([01]\d|2[0-3]):[0-5]\d$/.test(value))
    refuse(walk, pointer, 'must be HH:mm');
};
const feedbackButton = object(
  { text: plainText(75), value: text({ max: 2000 }) },
  { accessibility_label: text({ max: 75 }) },
);
const typed = { ...base, ...focusable, ...dispatch, placeholder };

const inputLengths = (value: JsonObject, pointer: string, walk: Walk): void => {
  if (Number(value.min_length ?? 0) > Number(value.max_length ?? 3000)) {
    refuse(walk, pointer, 'min_length must not exceed max_length');
  }
  if (
    typeof value.initial_value === 'string' &&
    characters(value.initial_value) > Number(value.max_length ?? 3000)
  ) {
    refuse(walk, `${pointer}/initial_value`, 'must not exceed max_length');
  }
};

export const elementRules: Readonly<Record<string, Rule>> = {
  button: object(
    { text: plainText(75) },
    {
      ...base,
      confirm,
      value: text({ max: 2000 }),
      url: webUrl,
      style,
      accessibility_label: text({ max: 75 }),
    },
  ),
  checkboxes: object(
    { options: list(option(['plain_text', 'mrkdwn']), { max: 10 }) },
    { ...base, ...focusable, confirm, initial_options: list(option(['plain_text', 'mrkdwn']), { max: 10 }) },
    initialAmongOptions,
  ),
  radio_buttons: object(
    { options: list(option(['plain_text', 'mrkdwn']), { max: 10 }) },
    { ...base, ...focusable, confirm, initial_option: option(['plain_text', 'mrkdwn']) },
    initialAmongOptions,
  ),
  datepicker: object({}, { ...selectFields, initial_date: date }),
  timepicker: object({}, { ...selectFields, initial_time: time, timezone: text({ max: 100 }) }),
  datetimepicker: object({}, { ...base, ...focusable, confirm, initial_date_time: number({ whole: true }) }),
  email_text_input: object({}, { ...typed, initial_value: text({ max: 3000 }) }),
  url_text_input: object({}, { ...typed, initial_value: text({ max: 3000 }) }),
  number_input: object(
    { is_decimal_allowed: bool },
    {
      ...typed,
      initial_value: text({ max: 3000 }),
      min_value: text({ max: 100 }),
      max_value: text({ max: 100 }),
    },
  ),
  plain_text_input: object(
    {},
    {
      ...typed,
      initial_value: text({ min: 0, max: 3000 }),
      multiline: bool,
      min_length: number({ min: 0, max: 3000, whole: true }),
      max_length: number({ min: 1, max: 3000, whole: true }),
    },
    inputLengths,
  ),
  rich_text_input: object(
    {},
    {
      ...typed,
      initial_value: richText,
      min_lines: number({ min: 1, max: 100 }),
      max_lines: number({ min: 1, max: 100 }),
    },
  ),
  file_input: object(
    {},
    {
      ...base,
      filetypes: list(text({ max: 20 }), { max: 100 }),
      max_files: number({ min: 1, max: 10, whole: true }),
    },
  ),
  static_select: object(
    {},
    { ...selectFields, options, option_groups: optionGroups, initial_option: option(['plain_text']) },
    eitherOptions,
  ),
  multi_static_select: object(
    {},
    {
      ...selectFields,
      ...multi,
      options,
      option_groups: optionGroups,
      initial_options: list(option(['plain_text']), { max: 100 }),
    },
    eitherOptions,
  ),
  users_select: object({}, { ...selectFields, initial_user: text({ max: 255 }) }),
  multi_users_select: object({}, { ...selectFields, ...multi, initial_users: ids }),
  conversations_select: object(
    {},
    {
      ...selectFields,
      initial_conversation: text({ max: 255 }),
      default_to_current_conversation: bool,
      filter,
      response_url_enabled: bool,
    },
  ),
  multi_conversations_select: object(
    {},
    { ...selectFields, ...multi, initial_conversations: ids, default_to_current_conversation: bool, filter },
  ),
  channels_select: object(
    {},
    { ...selectFields, initial_channel: text({ max: 255 }), response_url_enabled: bool },
  ),
  multi_channels_select: object({}, { ...selectFields, ...multi, initial_channels: ids }),
  external_select: object(
    {},
    {
      ...selectFields,
      initial_option: option(['plain_text']),
      min_query_length: number({ min: 0, whole: true }),
    },
  ),
  multi_external_select: object(
    {},
    {
      ...selectFields,
      ...multi,
      initial_options: list(option(['plain_text']), { max: 100 }),
      min_query_length: number({ min: 0, whole: true }),
    },
  ),
  overflow: object({ options: list(option(['plain_text'], true), { max: 5 }) }, { ...base, confirm }),
  feedback_buttons: object({ positive_button: feedbackButton, negative_button: feedbackButton }, base),
  icon_button: object(
    { icon: text({ max: 100 }), text: plainText(75) },
    {
      ...base,
      confirm,
      value: text({ max: 2000 }),
      accessibility_label: text({ max: 75 }),
      visible_to_user_ids: ids,
    },
  ),
  workflow_button: object(
    {
      text: plainText(75),
      workflow: object({
        trigger: object({ url: webUrl }, { customizable_input_parameters: list(object({}), { max: 100 }) }),
      }),
    },
    { ...base, style, confirm, accessibility_label: text({ max: 75 }) },
  ),
  image: imageElement,
};

const selects = [
  'static_select',
  'external_select',
  'users_select',
  'conversations_select',
  'channels_select',
];
const choices = [
  ...selects,
  ...selects.map((name) => `multi_${name}`),
  'checkboxes',
  'radio_buttons',
  'datepicker',
  'timepicker',
];

/** Element types each kind of block takes. */
export const elementsOf = {
  actions: ['button', 'overflow', 'datetimepicker', 'workflow_button', 'rich_text_input', ...choices],
  accessory: ['button', 'overflow', 'image', 'workflow_button', ...choices],
  input: [
    ...choices,
    'datetimepicker',
    'email_text_input',
    'url_text_input',
    'number_input',
    'plain_text_input',
    'rich_text_input',
    'file_input',
  ],
  context_actions: ['feedback_buttons', 'icon_button'],
} satisfies Record<string, readonly string[]>;

/** Only these element types, each by its own rule. */
export const elementOf = (types: readonly string[]): Rule =>
  byType(() =>
    Object.fromEntries(types.flatMap((type) => (elementRules[type] ? [[type, elementRules[type]]] : []))),
  );

/** action_ids within one block must differ. */
export function uniqueActionIds(elements: unknown, pointer: string, walk: Walk): void {
  if (!Array.isArray(elements)) return;
  refuseDuplicates(
    walk,
    elements.map((entry: unknown, index) => ({
      id: isObject(entry) ? entry.action_id : undefined,
      pointer: `${pointer}/${index}/action_id`,
    })),
    'action_id',
  );
}
