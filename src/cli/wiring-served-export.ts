import { randomUUID } from 'node:crypto';
import type { Logger } from '../domain/kernel/clock.ts';
import { present } from '../domain/kernel/present.ts';
import type { HttpRoute } from '../domain/ports/http.ts';
import type { ExportPart } from '../services/audit/contract.ts';
import type { Services } from '../services/contract.ts';
import type { TokenCheck } from '../services/token/contract.ts';
import { ExportRequest, exportPath } from './export-protocol.ts';
import { bearer, refused } from './wiring-served.ts';

export interface ServedExportDeps {
  readonly tokens: TokenCheck;
  readonly services: Pick<Services, 'exports'>;
  readonly logger: Logger;
}

const maxBodyBytes = 4_096;
/** Until the first row goes out; the rows themselves may take as long as they are read. */
const answerWithinMs = 30_000;

/** Where the command line fetches an export: parts of the file as JSON lines, at the end its manifest. */
export function servedExportRoute(deps: ServedExportDeps): HttpRoute {
  return {
    method: 'POST',
    path: exportPath,
    maxBodyBytes,
    answerWithinMs,
    async handle(request) {
      const requestId = `cli:${randomUUID()}`;
      try {
        const by = await deps.tokens.check({ token: bearer(request), command: 'audit export', requestId });
        const asked = ExportRequest.safeParse(json(request.body));
        if (!asked.success) return { status: 400, body: { reason: 'command-shape' } };
        const { format, from, to } = asked.data;
        const parts = await deps.services.exports.open({
          ...{ by, format, requestId },
          ...present({ from: placeOf(from), to: placeOf(to) }),
        });
        return { status: 200, type: 'application/x-ndjson', body: lines(parts, deps.logger) };
      } catch (error) {
        return refused(error);
      }
    },
  };
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

const placeOf = (given: string | number | undefined) => (typeof given === 'string' ? new Date(given) : given);

async function* lines(parts: AsyncIterable<ExportPart>, logger: Logger): AsyncGenerator<string, void> {
  try {
    for await (const part of parts) yield `${JSON.stringify(part)}\n`;
  } catch (err) {
    // The answer has begun: that it ends without a manifest says that it broke off.
    logger.error({ err }, 'an export of the audit broke off');
  }
}
