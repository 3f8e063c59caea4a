import { chart } from './chart-rules.ts';
import type { Rule, Walk } from './check.ts';
import {
  addTo,
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
import {
  anyText,
  elementOf,
  elementsOf,
  imageElement,
  imageFields,
  oneImageSource,
  plainText,
  textObject,
  uniqueActionIds,
} from './element-rules.ts';
import { richText } from './rich-text-rules.ts';
import type { JsonObject } from './types.ts';

const limits = {
  tableCells: 10_000,
  markdown: 12_000,
} as const;

const id = { block_id: text({ max: 255 }) };
const mrkdwn = (max: number): Rule => textObject(['mrkdwn'], { max });

const section = object(
  {},
  {
    ...id,
    text: anyText(3000),
    fields: list(anyText(2000), { max: 10 }),
    accessory: elementOf(elementsOf.accessory),
    expand: bool,
  },
  (value, pointer, walk) => {
    if (value.text === undefined && value.fields === undefined) {
      refuse(walk, pointer, 'must define either `text` or `fields`');
    }
  },
);

const elements = (types: readonly string[], max: number): Rule =>
  object({ elements: list(elementOf(types), { max }) }, id, (value, pointer, walk) =>
    uniqueActionIds(value.elements, `${pointer}/elements`, walk),
  );

const context = object(
  {
    elements: list(
      byType(() => ({ image: imageElement, plain_text: plainText(3000), mrkdwn: mrkdwn(3000) })),
      { max: 10 },
    ),
  },
  id,
);

const input = object(
  { label: plainText(2000), element: elementOf(elementsOf.input) },
  { ...id, hint: plainText(2000), optional: bool, dispatch_action: bool },
  (value, pointer, walk) => {
    if (isObject(value.element) && value.element.type === 'file_input' && walk.surface !== 'modal') {
      refuse(walk, `${pointer}/element`, 'file_input is only allowed in modals');
    }
  },
);

const markdown: Rule = object({ text: text({ max: limits.markdown }) }, id, (value, pointer, walk) => {
  if (typeof value.text !== 'string') return;
  if (addTo(walk, 'markdown', characters(value.text)) > limits.markdown) {
    refuse(walk, pointer, `markdown blocks together must be less than ${limits.markdown + 1} characters`);
  }
});

const taskStatus = oneOf('pending', 'in_progress', 'complete', 'error');
const taskCard = object(
  { task_id: text({ max: 255 }), title: text({ max: 3000 }), status: taskStatus },
  {
    ...id,
    details: richText,
    output: richText,
    sources: list(
      byType(() => ({ url: object({ url: text({ max: 3000 }), text: text({ max: 255 }) }) })),
      { min: 0, max: 50 },
    ),
  },
);

const plan = object(
  { title: text({ max: 3000 }) },
  {
    ...id,
    tasks: list(
      byType(() => ({ task_card: taskCard })),
      { min: 0, max: 50 },
    ),
  },
  (value, pointer, walk) => {
    if (!Array.isArray(value.tasks)) return;
    refuseDuplicates(
      walk,
      value.tasks.map((task: unknown, index) => ({
        id: isObject(task) ? task.task_id : undefined,
        pointer: `${pointer}/tasks/${index}/task_id`,
      })),
      'task_id',
    );
  },
);

/** Characters that a reader sees in a table cell: every `text` inside it. */
function visibleCharacters(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + visibleCharacters(entry), 0);
  if (!isObject(value)) return 0;
  const own = typeof value.text === 'string' ? characters(value.text) : 0;
  return own + visibleCharacters(value.elements);
}

const cell = byType(() => ({
  raw_text: object({ text: text({ max: limits.tableCells }) }),
  raw_number: object({ value: number(), text: text({ max: limits.tableCells }) }),
  rich_text: (value, pointer, walk) => {
    richText(value, pointer, walk);
    if (visibleCharacters(value) === 0 && JSON.stringify(value).length < 90)
      refuse(walk, pointer, 'cell must not be empty');
  },
}));

function evenRows(value: JsonObject, pointer: string, walk: Walk): void {
  if (!Array.isArray(value.rows)) return;
  const widths = new Set(value.rows.map((row: unknown) => (Array.isArray(row) ? row.length : 0)));
  if (widths.size > 1) refuse(walk, `${pointer}/rows`, 'all rows must have the same number of cells');
  if (addTo(walk, 'table cells', visibleCharacters(value.rows.flat())) > limits.tableCells) {
    refuse(
      walk,
      `${pointer}/rows`,
      `table cells together must be less than ${limits.tableCells + 1} characters`,
    );
  }
}

const table = object(
  { rows: list(list(cell, { max: 20 }), { max: 100 }) },
  {
    ...id,
    column_settings: list(
      (value, pointer, walk) => {
        // Slack takes null for "this column as it is".
        if (value === null) return;
        object({}, { align: oneOf('left', 'center', 'right'), is_wrapped: bool })(value, pointer, walk);
      },
      { min: 0, max: 20 },
    ),
  },
  (value, pointer, walk) => {
    evenRows(value, pointer, walk);
    if (addTo(walk, 'tables', 1) > 1)
      refuse(walk, pointer, 'only one table is allowed', 'invalid_attachments');
  },
);

const dataTable = object(
  { rows: list(list(cell, { max: 20 }), { min: 2, max: 101 }), caption: text({ max: 3000 }) },
  {
    ...id,
    page_size: number({ min: 1, max: 100, whole: true }),
    row_header_column_index: number({ min: 0, max: 19, whole: true }),
  },
  (value, pointer, walk) => {
    evenRows(value, pointer, walk);
    const header: unknown = Array.isArray(value.rows) ? value.rows[0] : [];
    if (
      Array.isArray(header) &&
      header.some((entry: unknown) => isObject(entry) && entry.type === 'rich_text')
    ) {
      refuse(walk, `${pointer}/rows/0`, 'header cells must not be rich_text');
    }
  },
);

const dataVisualization = object({ title: text({ max: 50 }), chart }, id, (_value, pointer, walk) => {
  if (addTo(walk, 'charts', 1) > 2) refuse(walk, pointer, 'no more than 2 data_visualization blocks allowed');
});

const image = object(
  { alt_text: text({ max: 2000 }) },
  { ...id, title: plainText(2000), ...imageFields },
  oneImageSource,
);

const card = object(
  {},
  {
    ...id,
    hero_image: imageElement,
    icon: imageElement,
    title: mrkdwn(150),
    subtitle: mrkdwn(150),
    body: mrkdwn(200),
    actions: list(elementOf(['button']), { max: 3 }),
  },
  (value, pointer, walk) => {
    if (!value.hero_image && !value.title && !value.actions && !value.body) {
      refuse(walk, pointer, 'must define one of `hero_image`, `title`, `actions`, `body`');
    }
    uniqueActionIds(value.actions, `${pointer}/actions`, walk);
  },
);

const childTypes = [
  'actions',
  'context',
  'divider',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'table',
  'video',
];
const container = object(
  {
    child_blocks: list(
      byType(() =>
        Object.fromEntries(
          childTypes.flatMap((type) => (blockRules[type] ? [[type, blockRules[type]]] : [])),
        ),
      ),
      { max: 10 },
    ),
  },
  {
    ...id,
    title: plainText(150),
    rich_text_title: richText,
    subtitle: anyText(150),
    width: oneOf('narrow', 'standard', 'wide', 'full'),
    icon: imageElement,
    is_collapsible: bool,
    default_collapsed: bool,
    has_header_divider: bool,
  },
  (value, pointer, walk) => {
    if (!value.title && !value.rich_text_title)
      refuse(walk, pointer, 'must define `title` or `rich_text_title`');
    if (value.default_collapsed === true && value.is_collapsible !== true) {
      refuse(walk, pointer, 'default_collapsed needs is_collapsible');
    }
  },
);

const video = object(
  {
    video_url: text({ max: 3000 }),
    thumbnail_url: text({ max: 3000 }),
    alt_text: text({ max: 2000 }),
    title: plainText(199),
  },
  {
    ...id,
    title_url: text({ max: 3000 }),
    author_name: text({ max: 49 }),
    provider_name: text({ max: 255 }),
    provider_icon_url: text({ max: 3000 }),
    description: plainText(3000),
  },
);

const onlyInMessages =
  (rule: Rule): Rule =>
  (value, pointer, walk) => {
    if (walk.surface === 'message') return rule(value, pointer, walk);
    refuse(walk, `${pointer}/type`, `unsupported type: ${String((value as JsonObject).type)}`);
  };

/** Every block Slack knows, with its limits. Sources: @slack/types comments and docs.slack.dev, the smaller where they differ. */
export const blockRules: Readonly<Record<string, Rule>> = {
  actions: elements(elementsOf.actions, 25),
  alert: object(
    { text: anyText(200) },
    { ...id, level: oneOf('default', 'info', 'warning', 'error', 'success') },
  ),
  card,
  carousel: object(
    {
      elements: list(
        byType(() => ({ card })),
        { max: 10 },
      ),
    },
    id,
  ),
  container,
  context,
  context_actions: onlyInMessages(elements(elementsOf.context_actions, 5)),
  data_table: onlyInMessages(dataTable),
  data_visualization: onlyInMessages(dataVisualization),
  divider: object({}, id),
  file: (_value, pointer, walk) => refuse(walk, pointer, 'file blocks cannot be added by apps'),
  header: object({ text: plainText(150) }, { ...id, level: number({ min: 1, max: 4, whole: true }) }),
  image,
  input,
  markdown: onlyInMessages(markdown),
  plan: onlyInMessages(plan),
  rich_text: richText,
  section,
  table: onlyInMessages(table),
  task_card: onlyInMessages(taskCard),
  video,
};
