/** Signs that an id of a trace or request is made of; what else there is separates it from what stands around it. */
const traceId = /^[\w.:/+=@-]{4,128}$/;

export const isTraceId = (word: string): boolean => traceId.test(word);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/**
 * Whether a line is about this trace or request: the id as a whole word, in any field (`trace_id`, `x-request-id`) or in
 * plain text. An id of 32 hexadecimal digits is the same with the dashes of a UUID, and within a `traceparent`.
 */
export function traceMatcher(id: string): (line: string) => boolean {
  const bare = id.replaceAll('-', '');
  const isHex = /^[0-9a-f]{32}$/i.test(bare) && /^(?:[^-]+|[^-]{8}(?:-[^-]{4}){3}-[^-]{12})$/.test(id);
  const word = isHex
    ? [bare.slice(0, 8), bare.slice(8, 12), bare.slice(12, 16), bare.slice(16, 20), bare.slice(20)].join('-?')
    : escaped(id);
  // w3.org/TR/trace-context: version, trace, parent, flags.
  const whole = isHex ? `(?:[0-9a-f]{2}-)?${word}(?:-[0-9a-f]{16}-[0-9a-f]{2})?` : word;
  const pattern = new RegExp(`(?<![\\w-])${whole}(?![\\w-])`, 'i');
  return (line) => pattern.test(line);
}
