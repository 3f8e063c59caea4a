import { createRedactor, type Redactor } from '@aetherius/redact';
import { type DestinationStream, type Logger as Pino, pino, stdSerializers } from 'pino';
import type { Logger } from '../../domain/kernel/clock.ts';
import { hidden } from '../../domain/kernel/secret.ts';
import type { ProcessEnv } from '../../domain/settings/process-env.ts';
import { secretPaths } from './secret-paths.ts';

export interface LoggerOptions {
  readonly level: ProcessEnv['LOG_LEVEL'];
  /** Stands in every line: role, version. */
  readonly base?: object;
  /** Where lines go; default standard output. Tests capture here. */
  readonly destination?: DestinationStream;
  /** That of the process, which knows its secrets; default: one that knows no secrets. */
  readonly redactor?: Redactor;
  /** Readable lines instead of JSON; default when standard output is a terminal. */
  readonly pretty?: boolean;
}

/**
 * The process's logger. Three layers keep secrets out: wrapped values print themselves as hidden, fields that the
 * schemas call secret are censored by path, and everything else passes the redactor.
 */
export function createLogger(options: LoggerOptions): Logger {
  const redactor = options.redactor ?? createRedactor();
  const settings = {
    level: options.level,
    base: { ...options.base },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: [...secretPaths()], censor: hidden },
    serializers: { err: (error: unknown) => serializeError(error, redactor) },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (facts: Record<string, unknown>) => withoutSecrets(facts, redactor),
    },
  };
  if (options.destination !== undefined) return adapt(pino(settings, options.destination), redactor);
  if (options.pretty ?? process.stdout.isTTY) {
    // A transport cannot take `formatters.level`; pino-pretty names the levels itself.
    const { level: _level, ...formatters } = settings.formatters;
    return adapt(pino({ ...settings, formatters, transport: { target: 'pino-pretty' } }), redactor);
  }
  return adapt(pino(settings), redactor);
}

function withoutSecrets(facts: Record<string, unknown>, redactor: Redactor): Record<string, unknown> {
  const { err, ...rest } = facts;
  const clean = redactor.value(rest);
  const shown = typeof clean === 'object' && clean !== null ? clean : { facts: clean };
  return err === undefined ? { ...shown } : { ...shown, err };
}

/** pino's own serializer, with every string in it redacted: drivers like to quote connection strings. */
function serializeError(error: unknown, redactor: Redactor): unknown {
  if (!(error instanceof Error)) return redactor.value(error);
  // pg hangs its whole connection on the error of an idle one.
  return redactor.value({ ...stdSerializers.err(error), raw: undefined, client: undefined });
}

function adapt(log: Pino, redactor: Redactor): Logger {
  return {
    debug(facts, message) {
      // Redacting a line that is not logged would cost a millisecond a run.
      if (log.isLevelEnabled('debug')) log.debug(facts, redactor.text(message));
    },
    info: (facts, message) => log.info(facts, redactor.text(message)),
    warn: (facts, message) => log.warn(facts, redactor.text(message)),
    error: (facts, message) => log.error(facts, redactor.text(message)),
    // pino does not pass a child's bindings through `formatters.log`.
    child: (facts) => adapt(log.child(withoutSecrets({ ...facts }, redactor)), redactor),
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
