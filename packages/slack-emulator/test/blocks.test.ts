import { describe, expect, it } from 'vitest';
import { describeProblem, errorsOf, validateMessage, validateView } from '../src/blocks.ts';

const plain = (text: string) => ({ type: 'plain_text', text });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const button = (id: string, more = {}) => ({ type: 'button', action_id: id, text: plain('Go'), ...more });
const rich = (text: string) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
});
const raw = (text: string) => ({ type: 'raw_text', text });
const option = (value: string) => ({ text: plain(value), value });
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const task = (id: string, status = 'complete') => ({ type: 'task_card', task_id: id, title: id, status });
const points = (labels: string[]) => labels.map((label) => ({ label, value: 1 }));
const lineChart = (series: unknown, categories: string[]) => ({
  type: 'data_visualization',
  title: 'Latency',
  chart: { type: 'line', series, axis_config: { categories } },
});
const pie = (segments: unknown) => ({
  type: 'data_visualization',
  title: 'Share',
  chart: { type: 'pie', segments },
});
const emoji = '\u{1F525}';

const errors = (...blocks: unknown[]) => errorsOf(validateMessage({ text: 'fallback', blocks }));
const codes = (...blocks: unknown[]) => errors(...blocks).map(({ code }) => code);

describe('a block just inside and just outside its limit', () => {
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    [
      'section text of 3,000',
      { type: 'section', text: mrkdwn('x'.repeat(3000)) },
      { type: 'section', text: mrkdwn('x'.repeat(3001)) },
    ],
    [
      'section text of at least 1',
      { type: 'section', text: mrkdwn('x') },
      { type: 'section', text: mrkdwn('') },
    ],
    [
      '10 section fields',
      { type: 'section', fields: times(10, () => mrkdwn('x')) },
      { type: 'section', fields: times(11, () => mrkdwn('x')) },
    ],
    [
      'section fields of 2,000',
      { type: 'section', fields: [mrkdwn('x'.repeat(2000))] },
      { type: 'section', fields: [mrkdwn('x'.repeat(2001))] },
    ],
    ['a section with text or fields', { type: 'section', text: plain('x') }, { type: 'section' }],
    [
      'header of 150',
      { type: 'header', text: plain('x'.repeat(150)) },
      { type: 'header', text: plain('x'.repeat(151)) },
    ],
    ['header in plain text', { type: 'header', text: plain('x') }, { type: 'header', text: mrkdwn('x') }],
    [
      '10 context elements',
      { type: 'context', elements: times(10, () => mrkdwn('x')) },
      { type: 'context', elements: times(11, () => mrkdwn('x')) },
    ],
    [
      '25 buttons in a row',
      { type: 'actions', elements: times(25, (i) => button(`a${i}`)) },
      { type: 'actions', elements: times(26, (i) => button(`a${i}`)) },
    ],
    [
      'different action_ids',
      { type: 'actions', elements: [button('a'), button('b')] },
      { type: 'actions', elements: [button('a'), button('a')] },
    ],
    [
      'button text of 75',
      { type: 'actions', elements: [button('a', { text: plain('x'.repeat(75)) })] },
      { type: 'actions', elements: [button('a', { text: plain('x'.repeat(76)) })] },
    ],
    [
      'button value of 2,000',
      { type: 'actions', elements: [button('a', { value: 'x'.repeat(2000) })] },
      { type: 'actions', elements: [button('a', { value: 'x'.repeat(2001) })] },
    ],
    [
      'action_id of 255',
      { type: 'actions', elements: [button('x'.repeat(255))] },
      { type: 'actions', elements: [button('x'.repeat(256))] },
    ],
    [
      'block_id of 255',
      { type: 'divider', block_id: 'x'.repeat(255) },
      { type: 'divider', block_id: 'x'.repeat(256) },
    ],
    [
      'confirm title of 100',
      {
        type: 'actions',
        elements: [button('a', { confirm: { title: plain('x'.repeat(100)), text: plain('y') } })],
      },
      {
        type: 'actions',
        elements: [button('a', { confirm: { title: plain('x'.repeat(101)), text: plain('y') } })],
      },
    ],
    [
      'confirm text of 300',
      { type: 'actions', elements: [button('a', { confirm: { text: plain('x'.repeat(300)) } })] },
      { type: 'actions', elements: [button('a', { confirm: { text: plain('x'.repeat(301)) } })] },
    ],
    [
      'confirm button of 30',
      {
        type: 'actions',
        elements: [button('a', { confirm: { text: plain('x'), deny: plain('x'.repeat(30)) } })],
      },
      {
        type: 'actions',
        elements: [button('a', { confirm: { text: plain('x'), deny: plain('x'.repeat(31)) } })],
      },
    ],
    [
      '5 overflow options',
      {
        type: 'actions',
        elements: [{ type: 'overflow', action_id: 'a', options: times(5, (i) => option(`o${i}`)) }],
      },
      {
        type: 'actions',
        elements: [{ type: 'overflow', action_id: 'a', options: times(6, (i) => option(`o${i}`)) }],
      },
    ],
    [
      '10 checkboxes',
      {
        type: 'actions',
        elements: [{ type: 'checkboxes', action_id: 'a', options: times(10, (i) => option(`o${i}`)) }],
      },
      {
        type: 'actions',
        elements: [{ type: 'checkboxes', action_id: 'a', options: times(11, (i) => option(`o${i}`)) }],
      },
    ],
    [
      'option value of 150',
      {
        type: 'actions',
        elements: [
          { type: 'static_select', action_id: 'a', options: [{ text: plain('x'), value: 'x'.repeat(150) }] },
        ],
      },
      {
        type: 'actions',
        elements: [
          { type: 'static_select', action_id: 'a', options: [{ text: plain('x'), value: 'x'.repeat(151) }] },
        ],
      },
    ],
    [
      'an initial option that is offered',
      {
        type: 'actions',
        elements: [
          { type: 'static_select', action_id: 'a', options: [option('x')], initial_option: option('x') },
        ],
      },
      {
        type: 'actions',
        elements: [
          { type: 'static_select', action_id: 'a', options: [option('x')], initial_option: option('y') },
        ],
      },
    ],
    [
      'markdown of 12,000',
      { type: 'markdown', text: 'x'.repeat(12_000) },
      { type: 'markdown', text: 'x'.repeat(12_001) },
    ],
    [
      '100 table rows',
      { type: 'table', rows: times(100, () => [raw('x')]) },
      { type: 'table', rows: times(101, () => [raw('x')]) },
    ],
    [
      '20 table cells',
      { type: 'table', rows: [times(20, () => raw('x'))] },
      { type: 'table', rows: [times(21, () => raw('x'))] },
    ],
    [
      'table rows of one length',
      { type: 'table', rows: [[raw('a'), raw('b')]] },
      { type: 'table', rows: [[raw('a'), raw('b')], [raw('c')]] },
    ],
    ['table cells with text', { type: 'table', rows: [[raw('a')]] }, { type: 'table', rows: [[raw('')]] }],
    [
      '10,000 characters of cells',
      { type: 'table', rows: [[raw('x'.repeat(10_000))]] },
      { type: 'table', rows: [[raw('x'.repeat(9_999)), raw('xx')]] },
    ],
    [
      'task states that exist',
      { type: 'plan', title: 'Plan', tasks: [task('a', 'in_progress')] },
      { type: 'plan', title: 'Plan', tasks: [task('a', 'completed')] },
    ],
    [
      'details as one rich_text',
      { type: 'plan', title: 'Plan', tasks: [{ ...task('a'), details: rich('x') }] },
      { type: 'plan', title: 'Plan', tasks: [{ ...task('a'), details: mrkdwn('x') }] },
    ],
    [
      'different task_ids',
      { type: 'plan', title: 'P', tasks: [task('a'), task('b')] },
      { type: 'plan', title: 'P', tasks: [task('a'), task('a')] },
    ],
    [
      'alert of 200',
      { type: 'alert', text: plain('x'.repeat(200)) },
      { type: 'alert', text: plain('x'.repeat(201)) },
    ],
    [
      'chart labels of 20',
      pie([{ label: 'x'.repeat(20), value: 1 }]),
      pie([{ label: 'x'.repeat(21), value: 1 }]),
    ],
    ['pie values above 0', pie([{ label: 'x', value: 0.1 }]), pie([{ label: 'x', value: 0 }])],
    [
      '6 series',
      lineChart(
        times(6, (i) => ({ name: `s${i}`, data: points(['a']) })),
        ['a'],
      ),
      lineChart(
        times(7, (i) => ({ name: `s${i}`, data: points(['a']) })),
        ['a'],
      ),
    ],
    [
      'every category in every series',
      lineChart([{ name: 's', data: points(['a', 'b']) }], ['a', 'b']),
      lineChart([{ name: 's', data: points(['a']) }], ['a', 'b']),
    ],
    [
      'image with one source',
      { type: 'image', alt_text: 'x', image_url: 'https://example.test/a.png' },
      { type: 'image', alt_text: 'x', image_url: 'https://example.test/a.png', slack_file: { id: 'F1' } },
    ],
    ['known fields', { type: 'divider' }, { type: 'divider', colour: 'red' }],
    ['known block types', { type: 'divider' }, { type: 'sparkline' }],
    [
      '5 feedback elements',
      {
        type: 'context_actions',
        elements: times(5, (i) => ({
          type: 'icon_button',
          icon: 'trash',
          text: plain('x'),
          action_id: `i${i}`,
        })),
      },
      {
        type: 'context_actions',
        elements: times(6, (i) => ({
          type: 'icon_button',
          icon: 'trash',
          text: plain('x'),
          action_id: `i${i}`,
        })),
      },
    ],
  ];

  it.each(cases)('%s', (_name, inside, outside) => {
    // Long texts also run into the sum over all blocks; here only the block's own rule counts.
    const own = (block: unknown) => codes(block).filter((code) => code !== 'msg_blocks_too_long');

    expect(own(inside)).toEqual([]);
    expect(own(outside)).not.toEqual([]);
  });
});

describe('a whole message', () => {
  it('counts characters as people do: an emoji is one', () => {
    expect(errors({ type: 'header', text: plain(emoji.repeat(150)) })).toEqual([]);
    expect(codes({ type: 'header', text: plain(emoji.repeat(151)) })).toEqual(['invalid_blocks']);
  });

  it('takes 50 blocks and refuses 51', () => {
    expect(errors(...times(50, () => ({ type: 'divider' })))).toEqual([]);
    expect(codes(...times(51, () => ({ type: 'divider' })))).toEqual(['invalid_blocks']);
  });

  it('refuses the same block_id twice', () => {
    const problems = errors({ type: 'divider', block_id: 'a' }, { type: 'divider', block_id: 'a' });

    expect(problems).toMatchObject([{ code: 'invalid_blocks', pointer: '/blocks/1/block_id' }]);
  });

  it('refuses blocks of more than about 13,200 characters with msg_blocks_too_long (R-SLACK27)', () => {
    const section = { type: 'section', text: mrkdwn('x'.repeat(2900)) };

    expect(errors(section, section, section, section)).toEqual([]);
    expect(codes(section, section, section, section, section)).toEqual(['msg_blocks_too_long']);
  });

  it('refuses a second table, and 12,001 characters over several markdown blocks', () => {
    const table = { type: 'table', rows: [[raw('x')]] };
    const half = { type: 'markdown', text: 'x'.repeat(6001) };

    expect(codes(table, table)).toEqual(['invalid_attachments']);
    expect(codes(half, half)).toContain('invalid_blocks');
  });

  it('refuses loose task cards beside a plan', () => {
    expect(codes({ type: 'plan', title: 'P', tasks: [] }, task('a'))).toEqual(['invalid_blocks']);
  });

  it('lets a long text be posted that it does not let be edited', () => {
    const text = 'x'.repeat(4001);

    expect(errorsOf(validateMessage({ text }, 'post'))).toEqual([]);
    expect(errorsOf(validateMessage({ text }, 'update'))).toMatchObject([{ code: 'msg_too_long' }]);
    expect(errorsOf(validateMessage({ text: 'x'.repeat(4000) }, 'update'))).toEqual([]);
  });

  it('warns when blocks come without a text', () => {
    const problems = validateMessage({ blocks: [{ type: 'divider' }] });

    expect(problems).toMatchObject([{ severity: 'warning', code: 'missing_text_in_message' }]);
  });

  it('refuses a message with nothing in it', () => {
    expect(errorsOf(validateMessage({}))).toMatchObject([{ code: 'no_text' }]);
  });

  it('looks into attachments', () => {
    const problems = errorsOf(
      validateMessage({ text: 'x', attachments: [{ blocks: [{ type: 'header', text: plain('') }] }] }),
    );

    expect(problems[0]?.pointer).toBe('/attachments/0/blocks/0/text/text');
  });

  it('words a problem as Slack does', () => {
    const [problem] = errors({ type: 'header', text: plain('x'.repeat(151)) });
    if (!problem) throw new Error('no problem was found');

    expect(describeProblem(problem)).toBe(
      '[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    );
  });

  it('takes every kind of block at once', () => {
    const blocks = [
      { type: 'header', text: plain('Health') },
      {
        type: 'section',
        text: mrkdwn('*x*'),
        accessory: { type: 'image', image_url: 'https://e.test/x.png', alt_text: 'x' },
      },
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_list',
            style: 'bullet',
            elements: [{ type: 'rich_text_section', elements: [{ type: 'emoji', name: 'fire' }] }],
          },
        ],
      },
      {
        type: 'table',
        rows: [[raw('a'), { type: 'raw_number', value: 1, text: '1' }, rich('b')]],
        column_settings: [null, { align: 'right' }],
      },
      { type: 'plan', title: 'P', tasks: [task('a')] },
      { type: 'data_table', caption: 'c', rows: [[raw('h')], [raw('x')]], page_size: 5 },
      lineChart([{ name: 's', data: points(['a']) }], ['a']),
      { type: 'alert', text: plain('x'), level: 'warning' },
      { type: 'card', title: mrkdwn('t'), actions: [button('z')] },
      { type: 'container', title: plain('t'), child_blocks: [{ type: 'divider' }] },
      {
        type: 'context_actions',
        elements: [
          {
            type: 'feedback_buttons',
            action_id: 'f',
            positive_button: { text: plain('+'), value: '1' },
            negative_button: { text: plain('-'), value: '0' },
          },
        ],
      },
      { type: 'image', alt_text: 'x', slack_file: { id: 'F1' } },
    ];

    expect(errors(...blocks)).toEqual([]);
  });
});

describe('a view', () => {
  const modal = (more = {}) => ({ type: 'modal', title: plain('Title'), blocks: [], ...more });
  const input = {
    type: 'input',
    block_id: 'b',
    label: plain('Label'),
    element: { type: 'plain_text_input', action_id: 'a' },
  };

  it('has a title of at most 24 characters', () => {
    expect(validateView(modal({ title: plain('x'.repeat(24)) }))).toEqual([]);
    expect(validateView(modal({ title: plain('x'.repeat(25)) }))).toMatchObject([
      { pointer: '/view/title/text' },
    ]);
  });

  it('needs a submit button when it asks for input', () => {
    expect(validateView(modal({ blocks: [input] }))).toMatchObject([
      { message: 'missing required field: submit' },
    ]);
    expect(validateView(modal({ blocks: [input], submit: plain('Go') }))).toEqual([]);
  });

  it('carries at most 3,000 characters of private_metadata and 100 blocks', () => {
    expect(validateView(modal({ private_metadata: 'x'.repeat(3000) }))).toEqual([]);
    expect(validateView(modal({ private_metadata: 'x'.repeat(3001) }))).toHaveLength(1);
    expect(validateView(modal({ blocks: times(100, () => ({ type: 'divider' })) }))).toEqual([]);
    expect(validateView(modal({ blocks: times(101, () => ({ type: 'divider' })) }))).toHaveLength(1);
  });

  it('does not take blocks that only messages have', () => {
    expect(validateView(modal({ blocks: [{ type: 'table', rows: [[raw('x')]] }] }))).toMatchObject([
      { pointer: '/view/blocks/0/type' },
    ]);
  });

  it('focuses one element only', () => {
    const focused = (id: string) => ({
      ...input,
      block_id: id,
      element: { ...input.element, focus_on_load: true },
    });

    expect(validateView(modal({ submit: plain('Go'), blocks: [focused('a')] }))).toEqual([]);
    expect(validateView(modal({ submit: plain('Go'), blocks: [focused('a'), focused('b')] }))).toHaveLength(
      1,
    );
  });

  it('takes files in modals, not in Home', () => {
    const files = { ...input, element: { type: 'file_input', action_id: 'f' } };

    expect(validateView(modal({ submit: plain('Go'), blocks: [files] }))).toEqual([]);
    expect(validateView({ type: 'home', blocks: [files] })).toHaveLength(1);
  });

  it('is a modal or a Home tab, with fields of its own', () => {
    expect(validateView({ type: 'home', blocks: [{ type: 'divider' }] })).toEqual([]);
    expect(validateView({ type: 'home', title: plain('x'), blocks: [] })).toHaveLength(1);
    expect(validateView({ type: 'dialog', blocks: [] })).toHaveLength(1);
    expect(validateView(null)).toHaveLength(1);
  });
});
