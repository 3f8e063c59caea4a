import type { ApiCall, ApiMethod } from './api/call.ts';
import { apiMethods } from './api/index.ts';
import type { Fault, Faults } from './faults.ts';
import type { DeliveryLog } from './log.ts';
import type { RateLimits } from './rate-limits.ts';
import { SlackRefusal } from './refusal.ts';
import type { JsonObject, TokenRecord } from './types.ts';
import type { World } from './world.ts';

/** What goes back over HTTP. `drop` cuts the connection without an answer. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  readonly drop: boolean;
  /** Milliseconds to hold the answer back. */
  readonly holdMs: number;
}

export interface WebApiSetup {
  readonly world: World;
  readonly log: DeliveryLog;
  readonly faults: Faults;
  readonly rateLimits: RateLimits | null;
  readonly tokens: ReadonlyMap<string, TokenRecord>;
  readonly baseUrl: () => string;
  readonly openSocketUrl: () => string;
  readonly emit: ApiCall['emit'];
}

export interface WebApi {
  /** `token` is the bare value from the header or the arguments, null when there was none. */
  call(method: string, token: string | null, args: JsonObject): Promise<ApiAnswer>;
}

const fine = { status: 200, headers: {}, drop: false, holdMs: 0 };
const failure = (error: string, extra: JsonObject = {}): JsonObject => ({ ok: false, error, ...extra });

function authenticate(method: ApiMethod, token: string | null, tokens: WebApiSetup['tokens']): TokenRecord {
  if (token === null || token === '') throw new SlackRefusal('not_authed');
  const record = tokens.get(token);
  if (!record) throw new SlackRefusal('invalid_auth');
  if (record.status !== 'active') throw new SlackRefusal(record.status);
  if (method.token !== 'any' && method.token !== record.kind)
    throw new SlackRefusal('not_allowed_token_type');
  const { scopes } = record;
  const needed = method.scopes;
  if (
    scopes !== null &&
    record.kind === 'bot' &&
    needed.length > 0 &&
    !needed.some((scope) => scopes.has(scope))
  ) {
    throw new SlackRefusal('missing_scope', { needed: needed.join(','), provided: [...scopes].join(',') });
  }
  return record;
}

/** The answer of a fault that stands in for Slack's own, or null when the call goes on. */
function faultBefore(fault: Fault | null): ApiAnswer | null {
  if (fault?.kind === 'ratelimited') return rateLimited(fault.retryAfterSeconds);
  if (fault?.kind === 'http_error')
    return { ...fine, status: fault.status, body: failure('service_unavailable') };
  if (fault?.kind === 'drop_before') return { ...fine, status: 0, drop: true, body: {} };
  if (fault?.kind === 'error') return { ...fine, body: failure(fault.error) };
  return null;
}

/** What a fault makes of an answer after the work was done. */
function faultAfter(fault: Fault | null, answer: ApiAnswer): ApiAnswer {
  if (fault?.kind === 'drop_after') return { ...answer, status: 0, drop: true };
  if (fault?.kind === 'http_error_after')
    return { ...answer, status: fault.status, body: failure('internal_error') };
  if (fault?.kind === 'error_after') return { ...answer, body: failure(fault.error) };
  if (fault?.kind === 'delay_after') return { ...answer, holdMs: fault.ms };
  return answer;
}

const rateLimited = (seconds: number): ApiAnswer => ({
  ...fine,
  status: 429,
  headers: { 'retry-after': String(seconds) },
  body: failure('ratelimited'),
});

export function createWebApi(setup: WebApiSetup): WebApi {
  const { world, log, faults, rateLimits, tokens } = setup;

  const execute = (method: ApiMethod, record: TokenRecord, args: JsonObject): JsonObject => ({
    ok: true,
    ...method.run({
      world,
      args,
      token: record,
      baseUrl: setup.baseUrl(),
      emit: setup.emit,
      openSocketUrl: setup.openSocketUrl,
    }),
  });

  const answerTo = (name: string, token: string | null, args: JsonObject): ApiAnswer => {
    const method = apiMethods.get(name);
    if (!method) return { ...fine, body: failure('unknown_method', { req_method: name }) };
    try {
      const record = authenticate(method, token, tokens);
      const channel = typeof args.channel === 'string' ? args.channel : null;
      const wait = rateLimits?.charge(name, channel) ?? 0;
      if (wait > 0) return rateLimited(wait);
      const headers = {
        ...(record.scopes === null ? {} : { 'x-oauth-scopes': [...record.scopes].join(',') }),
        ...(method.scopes.length === 0 ? {} : { 'x-accepted-oauth-scopes': method.scopes.join(',') }),
      };
      return { ...fine, headers, body: execute(method, record, args) };
    } catch (error) {
      if (error instanceof SlackRefusal) return { ...fine, body: failure(error.code, error.extra) };
      throw error;
    }
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => void world.clock.setTimer(ms, resolve));

  return {
    call: async (name, token, args) => {
      const startedAt = world.now();
      const fault = faults.take(name, args);
      if (fault?.kind === 'delay') await pause(fault.ms);
      const answer = faultBefore(fault) ?? faultAfter(fault, answerTo(name, token, args));
      log.add({
        kind: 'api',
        method: name,
        args,
        result: answer.body,
        status: answer.status,
        afterMs: world.now() - startedAt,
      });
      return answer;
    },
  };
}
