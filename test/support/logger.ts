import type { Logger } from '../../src/domain/kernel/clock.ts';

export { silentLogger } from '../../src/platform/process/logger.ts';

export interface LoggedLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly facts: object;
  readonly message: string;
}

/** Keeps what was logged, with the facts of its ancestors. */
export function createMemoryLogger(
  facts: object = {},
  lines: LoggedLine[] = [],
): Logger & { readonly lines: readonly LoggedLine[] } {
  const at = (level: LoggedLine['level']) => (more: object, message: string) => {
    lines.push({ level, facts: { ...facts, ...more }, message });
  };
  return {
    lines,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (more) => createMemoryLogger({ ...facts, ...more }, lines),
  };
}
