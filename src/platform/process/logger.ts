import { type DestinationStream, type Logger as Pino, pino, stdSerializers } from 'pino';
import type { Logger } from '../../domain/kernel/clock.ts';
import { redactText, redactValue } from '../../domain/kernel/redact.ts';
import { hidden } from '../../domain/kernel/secret.ts';
import type { ProcessEnv } from '../../domain/settings/process-env.ts';
import { secretPaths } from './secret-paths.ts';

export interface LoggerOptions {
  readonly level: ProcessEnv['LOG_LEVEL'];
  /** Stands in every line: role, version. */
  readonly base?: object;
  /** Where lines go; default standard output. Tests capture here. */
  readonly destination?: DestinationStream;
  /** Readable lines instead of JSON; default when standard output is a terminal. */
  readonly pretty?: boolean;
}

/**
 * The process's logger. Three layers keep secrets out: wrapped values print themselves as hidden, fields that the
 * schemas call secret are censored by path, and everything else passes the redactor.
 */
export function createLogger(options: LoggerOptions): Logger {
  const settings = {
    level: options.level,
    base: { ...options.base },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: [...secretPaths()], censor: hidden },
    serializers: { err: serializeError },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (facts: Record<string, unknown>) => withoutSecrets(facts),
    },
  };
  if (options.destination !== undefined) return adapt(pino(settings, options.destination));
  if (options.pretty ?? process.stdout.isTTY) {
    // A transport cannot take `formatters.level`; pino-pretty names the levels itself.
    const { level: _level, ...formatters } = settings.formatters;
    return adapt(pino({ ...settings, formatters, transport: { target: 'pino-pretty' } }));
  }
  return adapt(pino(settings));
}

function withoutSecrets(facts: Record<string, unknown>): Record<string, unknown> {
  const { err, ...rest } = facts;
  const clean = redactValue(rest) as Record<string, unknown>;
  return err === undefined ? clean : { ...clean, err };
}

/** pino's own serializer, with every string in it redacted: drivers like to quote connection strings. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return redactValue(error);
  // pg hangs its whole connection on the error of an idle one.
  return redactValue({ ...stdSerializers.err(error), raw: undefined, client: undefined });
}

function adapt(log: Pino): Logger {
  return {
    debug(facts, message) {
      // Redacting a line that is not logged would cost a millisecond a run.
      if (log.isLevelEnabled('debug')) log.debug(facts, redactText(message));
    },
    info: (facts, message) => log.info(facts, redactText(message)),
    warn: (facts, message) => log.warn(facts, redactText(message)),
    error: (facts, message) => log.error(facts, redactText(message)),
    // pino does not pass a child's bindings through `formatters.log`.
    child: (facts) => adapt(log.child(withoutSecrets({ ...facts }))),
  };
}

/** For places without a log: tests and one-off tools. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
};
