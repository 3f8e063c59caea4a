import { z } from 'zod';
import { plainText } from './grammar/command.ts';

/** What an app put beside a message: an Alertmanager message has all its words there. */
const Attachment = z.object({
  pretext: z.string().optional(),
  title: z.string().optional(),
  text: z.string().optional(),
  fallback: z.string().optional(),
  fields: z.array(z.object({ title: z.string().default(''), value: z.string().default('') })).default([]),
  blocks: z.array(z.unknown()).default([]),
});

/** Of a message: its words, those of its blocks and attachments, and the ids of its files. Nothing else of it counts. */
const Message = z.object({
  ts: z.string().max(32),
  thread_ts: z.string().max(32).optional(),
  text: z.string().default(''),
  blocks: z.array(z.unknown()).default([]),
  attachments: z.array(Attachment).default([]),
  files: z.array(z.object({ id: z.string().max(32) })).default([]),
});

export interface MessageText {
  /** The thread of the message. */
  readonly threadTs: string;
  /** Its own words first, then what stands beside them. */
  readonly texts: readonly string[];
  readonly fileIds: readonly string[];
}

/** All that a message says, as it was written: without Slack's escapes, and without the marks of a block of code. */
export function messageText(given: unknown): MessageText {
  const { ts, thread_ts: threadTs, text, blocks, attachments, files } = Message.parse(given);
  const own = plain(text);
  const inBlocks = blocks
    .flatMap(linesIn)
    .map(plain)
    .filter((line) => !squeezed(own).includes(squeezed(line)));
  const beside = attachments.map((one) => linesBeside(one).map(plain).join('\n'));
  return {
    threadTs: threadTs ?? ts,
    texts: [own, inBlocks.join('\n'), ...beside].filter((one) => one.trim() !== ''),
    fileIds: files.map(({ id }) => id),
  };
}

function linesBeside({ pretext, title, text, fallback, fields, blocks }: z.output<typeof Attachment>) {
  const lines = [
    ...[pretext, title, text].flatMap((one) => one ?? []),
    ...fields.map((field) => [field.title, field.value].filter((one) => one !== '').join(': ')),
    ...blocks.flatMap(linesIn),
  ].filter((line) => line.trim() !== '');
  return lines.length > 0 ? lines : [fallback ?? ''];
}

/** Blocks and elements that people press, choose from or look at. */
const wordless = /button|select|picker|checkbox|overflow|input|image|emoji|actions|divider|^user|^file$/;
/** Elements of these stand in one line. */
const inOneLine = /^rich_text_(?:section|preformatted|quote)$/;

/** The lines of a block, whatever it is made of. */
function linesIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(linesIn);
  if (typeof node !== 'object' || node === null) return [];
  const { type, text, fields, elements, rows, title, url } = node as Readonly<Record<string, unknown>>;
  if (typeof type === 'string' && wordless.test(type)) return [];
  const inner = [elements, fields, rows].flatMap(linesIn);
  if (typeof type === 'string' && inOneLine.test(type)) return [inner.join('')];
  if (typeof text === 'string') return [text, ...inner];
  if (typeof url === 'string') return [url, ...inner];
  return [...linesIn(title), ...linesIn(text), ...inner];
}

function plain(text: string): string {
  return plainText(text)
    .replace(/^\s*```|```\s*$/g, '')
    .replace(/\n```|```\n/g, '\n');
}

const squeezed = (text: string): string => text.replace(/\s+/g, '');
