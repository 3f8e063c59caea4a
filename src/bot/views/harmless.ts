import type { Rendered } from '../../domain/message/rendered.ts';
import { actionIds, remediationActionIds } from '../ids.ts';

export interface Harmless {
  readonly rendered: Rendered;
  /** Controls that were taken off. */
  readonly taken: number;
}

const deciding: ReadonlySet<string> = new Set([...Object.values(remediationActionIds), actionIds.requestWhy]);
/** What a click on them does, any full member may do by typing it. */
const asking: ReadonlySet<string> = new Set(Object.values(actionIds).filter((id) => !deciding.has(id)));

/** Blocks and elements of Block Kit that people press, choose from or type into; also those that Slack adds one day. */
const control = /button|select|picker|checkbox|overflow|input/;

/**
 * R-A10, R-S8: what another process than the bot has written goes out in words: nothing decides there, and nobody is called
 * but people by name and the groups that the configuration names.
 */
export function harmless(rendered: Rendered, groups: ReadonlySet<string>): Harmless {
  let taken = 0;
  const mayStay = (value: unknown): boolean => {
    if (!isObject(value)) return true;
    const { type, action_id: action } = value;
    if (action === undefined && !control.test(String(type))) return true;
    return (type === 'button' || type === 'static_select') && asking.has(String(action));
  };
  const kept = (values: readonly unknown[]): unknown[] => {
    const left = values.filter(mayStay);
    taken += values.length - left.length;
    return left.map((value) => cleaned(value)).filter((value) => !isEmptyRow(value));
  };
  const cleaned = (value: unknown): unknown => {
    if (Array.isArray(value)) return kept(value);
    if (!isObject(value)) return value;
    const called = callOf(value, groups);
    if (called !== undefined) return { type: 'text', text: called };
    const entries = Object.entries(value).filter(([, item]) => Array.isArray(item) || mayStay(item));
    taken += Object.keys(value).length - entries.length;
    const read = isRead(value);
    return Object.fromEntries(
      entries.map(([name, item]) => [
        name,
        read && name === 'text' && typeof item === 'string' ? quiet(item, groups) : cleaned(item),
      ]),
    );
  };
  const { text, blocks } = rendered;
  return {
    rendered: {
      ...rendered,
      text: quiet(text, groups),
      ...(blocks === undefined ? {} : { blocks: kept(blocks) }),
    },
    taken,
  };
}

/** Text without calls to a whole channel, or to a group that nobody has configured. */
export function quiet(text: string, groups: ReadonlySet<string>): string {
  return text.replaceAll(/<!([^<>]*)>/g, (call, name: string) => {
    const [kind = '', of = ''] = name.split(/[|^]/);
    if (kind === 'date' || (kind === 'subteam' && groups.has(of))) return call;
    return `&lt;!${name}&gt;`;
  });
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** In everything else Slack reads calls. */
const isRead = ({ type }: Readonly<Record<string, unknown>>): boolean =>
  type !== 'plain_text' && type !== 'text' && type !== 'raw_text';

/** Slack refuses a row without a control. */
const isEmptyRow = (value: unknown): boolean =>
  isObject(value) &&
  (value.type === 'actions' || value.type === 'context_actions') &&
  Array.isArray(value.elements) &&
  value.elements.length === 0;

/** The same calls as elements of rich text. */
function callOf(value: Readonly<Record<string, unknown>>, groups: ReadonlySet<string>): string | undefined {
  if (value.type === 'broadcast') return `@${String(value.range)}`;
  const group = String(value.usergroup_id);
  return value.type === 'usergroup' && !groups.has(group) ? `@${group}` : undefined;
}
