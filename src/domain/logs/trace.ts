/** Signs that an id of a trace or request is made of; what else there is separates it from what stands around it. */
const traceId = /^[\w.:/+=@-]{4,128}$/;

export const isTraceId = (word: string): boolean => traceId.test(word);

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

/**
 * Whether a line is about this trace or request: the id as a whole word, in any field (`trace_id`, `x-request-id`) or in
 * plain text. An id of 32 hexadecimal digits is the same with the dashes of a UUID, and within a `traceparent`.
 */
export function traceMatcher(id: string): (line: string) => boolean {
  const hex = id.replaceAll('-', '');
  const isHex = /^[0-9a-f]{32}$/i.test(hex) && /^(?:[^-]+|[^-]{8}(?:-[^-]{4}){3}-[^-]{12})$/.test(id);
  const word = isHex
    ? [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-?')
    : escaped(id);
  // w3.org/TR/trace-context: version, trace, parent, flags.
  const whole = isHex ? `(?:[0-9a-f]{2}-)?${word}(?:-[0-9a-f]{16}-[0-9a-f]{2})?` : word;
  const pattern = new RegExp(`(?<![\\w-])${whole}(?![\\w-])`, 'i');
  return (line) => pattern.test(line);
}
