import { createRedactor, isSecretName } from '@aetherius/redact';

/**
 * The redactor of text and data of which nothing is known: log lines, statements, driver errors, manifests. Whoever
 * knows secrets of this process, or wants stand-ins that can be compared, makes one of its own (`createRedactor`).
 */
const redactor = createRedactor();

export { isSecretName };

/** The same text without secrets; it keeps its shape: lines, keys, scheme and host of an address. */
export function redactText(text: string): string {
  return redactor.text(text);
}

/** Lines of one excerpt, together: a private key spans several. The number of lines stays. */
export function redactLines(lines: readonly string[]): readonly string[] {
  return redactor.lines(lines);
}

/** The same for data; what stands under a name that means a secret goes whole. Errors become name, message, stack. */
export function redactValue(value: unknown): unknown {
  return redactor.value(value);
}
