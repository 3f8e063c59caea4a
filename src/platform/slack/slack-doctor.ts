import { ErrorCode, WebClient } from '@slack/web-api';
import type { Facts } from '../../domain/kernel/facts.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Check, CheckState } from '../../domain/settings/doctor.ts';

const check = (key: string, state: CheckState, facts: Facts = {}, remedy?: string): Check => ({
  area: 'slack',
  key: `slack.${key}`,
  state,
  facts,
  ...present({ remedy }),
});

export interface SlackToExamine {
  readonly botToken: string | undefined;
  readonly appToken: string | undefined;
  readonly signingSecret: string | undefined;
  readonly apiUrl: string | undefined;
  /** Scopes of `manifest.yml`. */
  readonly scopes: readonly string[];
}

/** Looks at the installation in Slack: token, scopes, socket. Posts nothing. */
export async function examineSlack(slack: SlackToExamine): Promise<readonly Check[]> {
  if (slack.botToken === undefined) return [check('token-missing', 'skipped')];
  const options = {
    ...present({ slackApiUrl: slack.apiUrl }),
    retryConfig: { retries: 0 },
    timeout: 8000,
  };
  const client = new WebClient(slack.botToken, options);
  try {
    const answer = await client.auth.test();
    const granted = answer.response_metadata?.scopes ?? [];
    const missing = slack.scopes.filter((scope) => !granted.includes(scope));
    const scopes =
      granted.length === 0
        ? check('scopes-unknown', 'unknown')
        : missing.length === 0
          ? check('scopes', 'ok', { granted: granted.length })
          : check('scopes-missing', 'failed', { missing: missing.join(', ') });
    return [
      check('token', 'ok', { team: answer.team ?? '', user: answer.user ?? '' }),
      scopes,
      await transport(slack, options),
    ];
  } catch (error) {
    const reason = reasonOf(error);
    // Only an answer of Slack says something of the token.
    return [
      answered(error)
        ? check('token-refused', 'failed', { reason })
        : check('unreachable', 'unknown', { reason }),
    ];
  }
}

/** Slack's clock against ours in milliseconds, from the `Date` header of `api.test`; undefined without that header. */
export async function slackClockOffset(
  apiUrl: string | undefined,
  now: () => number,
): Promise<number | undefined> {
  try {
    const url = new URL('api.test', apiUrl ?? 'https://slack.com/api/');
    const before = now();
    const answer = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(8000) });
    const date = Date.parse(answer.headers.get('date') ?? '');
    // Whole seconds, cut off: half a second is the middle of what it can mean.
    return Number.isNaN(date) ? undefined : Math.round(date + 500 - (before + now()) / 2);
  } catch {
    return undefined;
  }
}

async function transport(slack: SlackToExamine, options: object): Promise<Check> {
  if (slack.appToken === undefined)
    return slack.signingSecret === undefined ? check('transport-missing', 'failed') : check('http', 'ok');
  try {
    await new WebClient(slack.appToken, options).apps.connections.open({});
    return check('socket', 'ok');
  } catch (error) {
    const reason = reasonOf(error);
    return answered(error)
      ? check('socket-refused', 'failed', { reason })
      : check('socket-unreachable', 'unknown', { reason });
  }
}

/** Slack itself said no; anything else is about the way there. */
const answered = (error: unknown): boolean =>
  (error as { readonly code?: string }).code === ErrorCode.PlatformError;

/** Slack's own error word, or what the way there failed with. Never the token. */
function reasonOf(error: unknown): string {
  const { code, data, original } = error as {
    code?: string;
    data?: { error?: string };
    original?: { code?: string };
  };
  if (code === ErrorCode.PlatformError) return data?.error ?? 'error';
  return original?.code ?? code ?? 'error';
}
