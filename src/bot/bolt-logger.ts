import { type Logger as BoltLogger, LogLevel } from '@slack/bolt';
import type { Logger } from '../domain/kernel/clock.ts';
import type { Secret } from '../domain/kernel/secret.ts';
import { shortened } from '../domain/kernel/text.ts';

/** The SDK's lines in our log, a level lower, because it reports as errors what we handle; tokens never pass. */
export function boltLogger(logger: Logger, ...secrets: readonly Secret[]): BoltLogger {
  const line = (parts: readonly unknown[]): { readonly text: string } => {
    let text = parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
    for (const secret of secrets) text = text.split(secret.reveal()).join('[secret]');
    return { text: shortened(text, 500) };
  };
  return {
    debug: () => undefined,
    info: (...parts) => logger.debug(line(parts), 'slack sdk'),
    warn: (...parts) => logger.debug(line(parts), 'slack sdk warning'),
    error: (...parts) => logger.warn(line(parts), 'slack sdk error'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
