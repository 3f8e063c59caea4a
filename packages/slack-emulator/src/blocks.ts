import { blockRules } from './block-rules.ts';
import type { Problem, Rule, Walk } from './check.ts';
import {
  bool,
  byType,
  characters,
  createWalk,
  isObject,
  list,
  object,
  refuse,
  refuseDuplicates,
  stringOr,
  text,
} from './check.ts';
import { plainText } from './element-rules.ts';

export type { Problem } from './check.ts';

/** How a message reaches Slack; the limits on its text differ. */
export type MessageUse = 'post' | 'update' | 'ephemeral';

export const messageLimits = {
  blocks: 50,
  /** `chat.update` and `chat.postEphemeral` refuse more; `chat.postMessage` truncates at 40,000. */
  text: 4_000,
  truncated: 40_000,
  /** Characters of the JSON of all blocks; undocumented, seen in slackapi/bolt-js#2509. */
  blocksJson: 13_200,
  attachments: 100,
} as const;

const anyBlock: Rule = byType(() => blockRules);

function uniqueBlockIds(blocks: unknown, pointer: string, walk: Walk): void {
  if (!Array.isArray(blocks)) return;
  refuseDuplicates(
    walk,
    blocks.map((block: unknown, index) => ({
      id: isObject(block) ? block.block_id : undefined,
      pointer: `${pointer}/${index}/block_id`,
    })),
    'block_id',
  );
}

function noLooseTasksBesidePlan(blocks: unknown, walk: Walk): void {
  if (!Array.isArray(blocks)) return;
  const types = new Set(blocks.map((block: unknown) => (isObject(block) ? block.type : null)));
  if (types.has('plan') && types.has('task_card')) {
    refuse(walk, '/blocks', 'plan and task_card blocks cannot be mixed');
  }
}

function checkBlocks(blocks: unknown, walk: Walk): void {
  list(anyBlock, { min: 0, max: messageLimits.blocks })(blocks, '/blocks', walk);
  uniqueBlockIds(blocks, '/blocks', walk);
  noLooseTasksBesidePlan(blocks, walk);
  const size = characters(JSON.stringify(blocks));
  if (size > messageLimits.blocksJson) {
    refuse(
      walk,
      '/blocks',
      `blocks are ${size} characters, more than ${messageLimits.blocksJson}`,
      'msg_blocks_too_long',
    );
  }
}

function checkAttachments(attachments: unknown, walk: Walk): void {
  if (!Array.isArray(attachments))
    return refuse(walk, '/attachments', 'must provide an array', 'invalid_attachments');
  if (attachments.length > messageLimits.attachments) {
    refuse(
      walk,
      '/attachments',
      `no more than ${messageLimits.attachments} items allowed`,
      'too_many_attachments',
    );
  }
  attachments.forEach((attachment: unknown, index) => {
    const pointer = `/attachments/${index}`;
    if (!isObject(attachment)) return refuse(walk, pointer, 'must provide an object', 'invalid_attachments');
    if (attachment.blocks === undefined) return;
    list(anyBlock, { max: messageLimits.blocks })(attachment.blocks, `${pointer}/blocks`, walk);
  });
}

function checkMessageText(message: Record<string, unknown>, use: MessageUse, walk: Walk): void {
  const value = message.text;
  const hasText = typeof value === 'string' && value.length > 0;
  const hasBody = [message.blocks, message.attachments].some(
    (part) => Array.isArray(part) && part.length > 0,
  );
  if (message.markdown_text !== undefined) {
    if (hasText || message.blocks !== undefined) {
      refuse(walk, '/markdown_text', 'cannot be used with text or blocks', 'markdown_text_conflict');
    }
    if (characters(stringOr(message.markdown_text, '')) > 12_000) {
      refuse(walk, '/markdown_text', 'must be less than 12001 characters', 'msg_too_long');
    }
    return;
  }
  if (!hasText && !hasBody && use !== 'update')
    refuse(walk, '/text', 'no text, blocks or attachments', 'no_text');
  if (!hasText && hasBody) {
    walk.problems.push({
      severity: 'warning',
      code: 'missing_text_in_message',
      pointer: '/text',
      message: 'notifications and screen readers need a top-level text',
    });
  }
  if (!hasText) return;
  const length = characters(value);
  if (use !== 'post' && length > messageLimits.text) {
    refuse(walk, '/text', `text is ${length} characters, more than ${messageLimits.text}`, 'msg_too_long');
  } else if (length > messageLimits.truncated) {
    walk.problems.push({
      severity: 'warning',
      code: 'message_truncated',
      pointer: '/text',
      message: `text is cut at ${messageLimits.truncated} characters`,
    });
  }
}

/**
 * Everything Slack would say against a message payload (`text`, `blocks`, `attachments`, `markdown_text`).
 * Lengths are counted in Unicode code points. An empty answer means Slack would take it as it is.
 */
export function validateMessage(payload: unknown, use: MessageUse = 'post'): readonly Problem[] {
  const walk = createWalk('message');
  if (!isObject(payload)) {
    refuse(walk, '', 'must provide an object', 'invalid_arguments');
    return walk.problems;
  }
  if (payload.blocks !== undefined && payload.blocks !== null) checkBlocks(payload.blocks, walk);
  if (payload.attachments !== undefined && payload.attachments !== null)
    checkAttachments(payload.attachments, walk);
  checkMessageText(payload, use, walk);
  return walk.problems;
}

const shared = {
  private_metadata: text({ min: 0, max: 3000 }),
  callback_id: text({ min: 0, max: 255 }),
  external_id: text({ min: 0, max: 255 }),
};
const viewBlocks = list(anyBlock, { min: 0, max: 100 });
const modal = object(
  { title: plainText(24), blocks: viewBlocks },
  {
    ...shared,
    close: plainText(24),
    submit: plainText(24),
    clear_on_close: bool,
    notify_on_close: bool,
    submit_disabled: bool,
  },
  (view, pointer, walk) => {
    const blocks = Array.isArray(view.blocks) ? view.blocks : [];
    const hasInput = blocks.some((block: unknown) => isObject(block) && block.type === 'input');
    if (hasInput && view.submit === undefined) refuse(walk, pointer, 'missing required field: submit');
  },
);
const home = object({ blocks: viewBlocks }, shared);

/** Everything Slack would say against a modal or a Home tab. Pointers start at `/view`, as in Slack's answers. */
export function validateView(view: unknown): readonly Problem[] {
  const isHome = isObject(view) && view.type === 'home';
  const walk = createWalk(isHome ? 'home' : 'modal');
  byType(() => ({ modal, home }))(view, '/view', walk);
  if (!isObject(view)) return walk.problems;
  uniqueBlockIds(view.blocks, '/view/blocks', walk);
  if (Buffer.byteLength(JSON.stringify(view)) > 250_000)
    refuse(walk, '/view', 'view must be less than 250 kB', 'view_too_large');
  return walk.problems;
}

/** The problems for which Slack refuses the call. */
export const errorsOf = (problems: readonly Problem[]): readonly Problem[] =>
  problems.filter((problem) => problem.severity === 'error');

/** A problem in the wording of `response_metadata.messages`. */
export const describeProblem = (problem: Problem): string =>
  `[${problem.severity === 'error' ? 'ERROR' : 'WARN'}] ${problem.message} [json-pointer:${problem.pointer}]`;
