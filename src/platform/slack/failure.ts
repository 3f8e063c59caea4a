import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { shortened } from '../../domain/kernel/text.ts';

/** What a failed Web API call means for us. Never read from message text. */
export type SlackFailure =
  | { readonly kind: 'rate-limited'; readonly retryAfterMs: number }
  /** The call may have taken effect: look before doing it again. */
  | { readonly kind: 'unknown-outcome'; readonly code: string }
  /** The message does not exist any more. */
  | { readonly kind: 'gone'; readonly code: string }
  /** Slack will not let this message be posted or edited, now or later (R-SLACK20). */
  | { readonly kind: 'lost'; readonly code: string }
  /** Slack refuses the content. */
  | { readonly kind: 'invalid'; readonly code: string; readonly detail: string }
  /** The token is worth nothing at present. */
  | { readonly kind: 'token'; readonly code: string }
  | { readonly kind: 'other'; readonly code: string };

const unknownOutcome = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'accesslimited',
]);
const lost = new Set([
  'channel_not_found',
  'not_in_channel',
  'is_archived',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_locked',
  'restricted_action_non_threadable_channel',
  'messages_tab_disabled',
  'cannot_dm_bot',
  'user_not_in_channel',
  'user_not_found',
  'cant_update_message',
  'edit_window_closed',
  'is_inactive',
  'team_access_not_granted',
  'not_enabled',
]);
const invalid = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_attachments',
  'msg_blocks_too_long',
  'msg_too_long',
  'no_text',
  'metadata_too_large',
  'invalid_metadata_format',
  'invalid_metadata_schema',
  'invalid_arguments',
  'view_too_large',
]);
const token = new Set([
  'invalid_auth',
  'not_authed',
  'token_revoked',
  'token_expired',
  'account_inactive',
  'org_login_required',
  'missing_scope',
  'no_permission',
]);

/** A receiver other than Slack will not take it, now or later. */
export class SendRefused extends Error {
  override readonly name = 'SendRefused';
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

export function failureOf(error: unknown): SlackFailure {
  if (error instanceof SendRefused) return { kind: 'lost', code: error.code };
  if (error instanceof WebAPIRateLimitedError)
    return { kind: 'rate-limited', retryAfterMs: Math.max(1, error.retryAfter) * 1000 };
  if (error instanceof WebAPIPlatformError) return platformFailure(error);
  if (error instanceof WebAPIHTTPError) {
    // A 4xx was refused before any work was done.
    return error.statusCode >= 500
      ? { kind: 'unknown-outcome', code: `http-${error.statusCode}` }
      : { kind: 'other', code: `http-${error.statusCode}` };
  }
  if (error instanceof WebAPIRequestError) return { kind: 'unknown-outcome', code: 'connection' };
  return { kind: 'other', code: error instanceof Error ? error.name : 'unknown' };
}

function platformFailure(error: WebAPIPlatformError): SlackFailure {
  const code = error.data.error;
  if (code === 'ratelimited') return { kind: 'rate-limited', retryAfterMs: 1000 };
  if (code === 'message_not_found' || code === 'thread_not_found') return { kind: 'gone', code };
  if (unknownOutcome.has(code)) return { kind: 'unknown-outcome', code };
  if (lost.has(code)) return { kind: 'lost', code };
  if (invalid.has(code)) {
    const details = error.data.response_metadata?.messages ?? [];
    return { kind: 'invalid', code, detail: shortened(details.slice(0, 3).join('; '), 500) };
  }
  if (token.has(code)) return { kind: 'token', code };
  return { kind: 'other', code };
}
