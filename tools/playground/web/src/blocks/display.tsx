import { useLayoutEffect, useMemo, useRef } from 'react';
import type { MessageProps } from 'slack-blocks-to-jsx';
import { Message as SlackBlocks } from 'slack-blocks-to-jsx';
import { useWindow } from '../context.ts';
import { Emoji } from '../emoji.tsx';
import { isObject } from '../json.ts';
import { asSlackMarks, withSigns } from '../mrkdwn.ts';
import { slackDate } from '../slack-date.ts';
import type { Block } from '../types.ts';

/** The library throws on `raw_number` cells; as text they look the same. */
function plainCells(block: Block): Block {
  if (block.type !== 'table' || !Array.isArray(block.rows)) return block;
  const rows = (block.rows as unknown[][]).map((row) =>
    row.map((cell) =>
      isObject(cell) && cell.type === 'raw_number' ? { type: 'raw_text', text: cell.text } : cell,
    ),
  );
  const settings = Array.isArray(block.column_settings)
    ? block.column_settings.map((entry: unknown) => entry ?? {})
    : undefined;
  return { ...block, rows, ...(settings ? { column_settings: settings } : {}) };
}

/** Each mrkdwn text inside, with the marks that Slack sees in it. */
function withMarks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMarks);
  if (!isObject(value)) return value;
  if (value.type === 'mrkdwn' && typeof value.text === 'string')
    return { ...value, text: asSlackMarks(value.text) };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withMarks(member)]));
}

/** Gives the signs back that stood for themselves. */
function showSigns(drawn: Element | null): void {
  if (drawn === null) return;
  const walker = document.createTreeWalker(drawn, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.nodeValue ?? '';
    const shown = withSigns(text);
    if (shown !== text) node.nodeValue = shown;
  }
}

/** Blocks that are only looked at, drawn by slack-blocks-to-jsx. */
export function DisplayBlock({ block }: { readonly block: Block }) {
  const { snapshot, theme, me } = useWindow();
  const data = useMemo(
    () => ({
      users: snapshot.users.map(({ id, realName }) => ({ id, name: realName })),
      channels: snapshot.channels.map(({ id, name }) => ({ id, name })),
      user_groups: snapshot.usergroups.map(({ id, handle }) => ({ id, name: handle })),
    }),
    [snapshot.users, snapshot.channels, snapshot.usergroups],
  );
  const hooks = useMemo<NonNullable<MessageProps['hooks']>>(
    () => ({
      emoji: ({ name }) => <Emoji name={name} />,
      date: (date) => <span>{slackDate(date, me)}</span>,
    }),
    [me],
  );
  const blocks = useMemo(() => [withMarks(plainCells(block))] as unknown as MessageProps['blocks'], [block]);
  const drawn = useRef<HTMLDivElement>(null);
  // After each drawing: the library may draw the same text anew.
  useLayoutEffect(() => showSigns(drawn.current));
  return (
    <div className="drawn" ref={drawn}>
      <SlackBlocks withoutWrapper theme={theme} logo="" name="" blocks={blocks} data={data} hooks={hooks} />
    </div>
  );
}

/** mrkdwn outside of a block: a message's plain text, an attachment's text. */
export function Mrkdwn({ text }: { readonly text: string }) {
  return <DisplayBlock block={{ type: 'section', text: { type: 'mrkdwn', text } }} />;
}

/** The library draws nothing for `data_table`; a table with a caption is what it is. */
export function DataTable({ block }: { readonly block: Block }) {
  return (
    <figure className="data-table">
      <figcaption>{String(block.caption)}</figcaption>
      <DisplayBlock block={{ type: 'table', rows: block.rows }} />
    </figure>
  );
}
