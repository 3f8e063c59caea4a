import { z } from 'zod';
import { AppError, type ErrorCode } from '../domain/kernel/errors.ts';
import type { Secret } from '../domain/kernel/secret.ts';
import type { ProcessEnv } from '../domain/settings/process-env.ts';
import { UsageFault } from './faults.ts';

/** Path of the bot's endpoint for the command line. */
export const servedPath = '/cli/v1/commands';

/** What a shell asks the bot: its own arguments, in its own language. */
export const ServedRequest = z.strictObject({
  argv: z.array(z.string().max(4_000)).max(200),
  language: z.enum(['en', 'zh-CN']),
});

/**
 * What the bot answers with status 200: what the command printed, and its exit code. `asks`: nothing was done, and the
 * option of this name is what it wants to be given.
 */
export const ServedAnswer = z.object({
  exit: z.int(),
  out: z.string(),
  err: z.string(),
  asks: z.string().optional(),
});
export type ServedAnswer = z.output<typeof ServedAnswer>;

/** With any other status: why nothing was done; `reason` is a key of the catalogue, `denied.<reason>`. */
export const ServedRefusal = z.object({
  reason: z.string(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
});

/** A fix is waited for a minute long. */
const longestMs = 100_000;

/** Names and addresses that lead nowhere beyond a machine, a cluster or a private network. */
const inside =
  /^(?:localhost|[^.:]+|.+\.(?:svc|svc\.cluster\.local|internal|local)|127\..+|10\..+|192\.168\..+|172\.(?:1[6-9]|2\d|3[01])\..+|\[::1\]|\[f[cd].+\])$/;

/** Whether a token may travel to this address: encrypted, or within a private network. */
export function mayCarryToken(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || inside.test(hostname);
}

/** Where the bot is and who asks, from the environment of a shell. UsageFault names what is missing. */
export function botOf({
  AETHERIUS_URL: url,
  AETHERIUS_TOKEN: token,
}: Pick<ProcessEnv, 'AETHERIUS_URL' | 'AETHERIUS_TOKEN'>): { readonly url: string; readonly token: Secret } {
  if (url === undefined) throw new UsageFault('cli.fault.needs-person', { variable: 'AETHERIUS_URL' });
  if (token === undefined) throw new UsageFault('cli.fault.needs-person', { variable: 'AETHERIUS_TOKEN' });
  if (!mayCarryToken(url)) throw new UsageFault('cli.fault.plain-http', { url });
  return { url, token };
}

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'INVALID_INPUT',
  401: 'NOT_ALLOWED',
  403: 'NOT_ALLOWED',
  404: 'NOT_FOUND',
  429: 'NOT_ALLOWED',
};

/**
 * Has the bot run this command for the owner of the token. AppError NOT_ALLOWED when it refuses to,
 * DEPENDENCY_UNAVAILABLE when it does not answer; the token goes nowhere but to `url`, and no redirect is followed.
 */
export async function askBot(call: {
  readonly url: string;
  readonly token: Secret;
  readonly argv: readonly string[];
  readonly language: 'en' | 'zh-CN';
  readonly signal: AbortSignal;
}): Promise<ServedAnswer> {
  const { argv, language } = call;
  const asked = { argv: [...argv], language } satisfies z.input<typeof ServedRequest>;
  const { response, origin } = await postTo(servedPath, asked, {
    ...call,
    signal: AbortSignal.any([call.signal, AbortSignal.timeout(longestMs)]),
  });
  if (response.status !== 200) throw await failedAnswer(response, origin);
  const answer = ServedAnswer.safeParse(await response.json().catch(() => undefined));
  if (answer.success) return answer.data;
  throw unknownAnswer(response, origin);
}

/** Sends one question with the token; AppError DEPENDENCY_UNAVAILABLE when the bot does not answer. */
export async function postTo(
  path: string,
  body: object,
  call: { readonly url: string; readonly token: Secret; readonly signal: AbortSignal },
): Promise<{ readonly response: Response; readonly origin: string }> {
  const target = new URL(path, call.url);
  try {
    const response = await fetch(target, {
      method: 'POST',
      headers: { authorization: `Bearer ${call.token.reveal()}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: call.signal,
    });
    return { response, origin: target.origin };
  } catch (cause) {
    throw new AppError('DEPENDENCY_UNAVAILABLE', `the bot at ${target.origin} (AETHERIUS_URL)`, { cause });
  }
}

const unknownAnswer = ({ status }: Response, origin: string): AppError =>
  new AppError('DEPENDENCY_UNAVAILABLE', `${origin} (AETHERIUS_URL) answered with ${status}`);

/** Why the bot did nothing. */
export async function failedAnswer(response: Response, origin: string): Promise<AppError> {
  const refusal = ServedRefusal.safeParse(await response.json().catch(() => undefined));
  const code = codes[response.status];
  if (code === undefined || !refusal.success) return unknownAnswer(response, origin);
  const { reason, facts } = refusal.data;
  return new AppError(code, reason, { facts: { ...facts, reason } });
}
