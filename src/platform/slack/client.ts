import { type FetchFunction, WebClient, type WebClientOptions } from '@slack/web-api';
import { present } from '../../domain/kernel/present.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import { visibleJson } from '../../domain/kernel/text.ts';
import type { SlackGate } from './gate.ts';

export interface SlackClientOptions {
  readonly token: Secret;
  /** What takes secrets out of all that is sent (ADR 0015). */
  readonly gate: SlackGate;
  /** Other root of the Web API (`SLACK_API_URL`). */
  readonly apiUrl?: string;
  readonly timeoutMs?: number;
  /** Calls in flight at once. */
  readonly concurrency?: number;
}

/**
 * Settings for every client of ours (R-SLACK8): the SDK does not wait out a 429 for us,
 * because that stops all its calls. It does not repeat a post whose answer was lost either.
 */
export function webClientOptions(options: Omit<SlackClientOptions, 'token'>): WebClientOptions {
  return {
    ...present({ slackApiUrl: options.apiUrl }),
    fetch: options.gate.fetch as FetchFunction,
    timeout: options.timeoutMs ?? 10_000,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    maxRequestConcurrency: options.concurrency ?? 50,
    logger: quiet,
  };
}

export function createSlackClient(options: SlackClientOptions): WebClient {
  return new VisibleClient(options.token.reveal(), webClientOptions(options), options.gate);
}

/** Half a character would make the SDK throw, and a mark of direction would show a text in another order. */
class VisibleClient extends WebClient {
  readonly #gate: SlackGate;

  constructor(token: string, options: WebClientOptions, gate: SlackGate) {
    super(token, options);
    this.#gate = gate;
  }

  override apiCall(...[method, options]: Parameters<WebClient['apiCall']>): ReturnType<WebClient['apiCall']> {
    const channel = typeof options?.channel === 'string' ? options.channel : undefined;
    // First the secrets: a colour code between a name and its value is understood, its visible letters are not.
    return super.apiCall(method, visibleJson(this.#gate.clean(options, channel)));
  }

  override filesUploadV2(
    ...[options]: Parameters<WebClient['filesUploadV2']>
  ): ReturnType<WebClient['filesUploadV2']> {
    return super.filesUploadV2(visibleJson(options));
  }
}

/** The caller reports a failure; the SDK's own lines would repeat payloads. */
const quiet: NonNullable<WebClientOptions['logger']> = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => 'error' as ReturnType<NonNullable<WebClientOptions['logger']>['getLevel']>,
  setName: () => undefined,
};
