import type { WebClient } from '@slack/web-api';
import { type AuditKeys, checkAnchorMac } from '../../domain/audit/audit.ts';
import { type AuditAnchor, anchorIn } from '../../domain/audit/audit-anchor.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { AnchorPlace } from '../../domain/ports/anchor-place.ts';
import { failureOf } from './failure.ts';

export interface SlackAnchorsOptions {
  readonly client: WebClient;
  readonly channel: string;
  readonly keys: AuditKeys;
  /** Puts the message into the outbox; the same turn twice is one message. */
  readonly post: (anchor: AuditAnchor, turn: string) => Promise<void>;
}

/** Anchors that are enough for a comparison. */
const enough = 50;
/** docs.slack.dev/reference/methods/conversations.history: at most 999 a page, and 200 are advised. */
const pageSize = 200;
/** In a channel where others write too: so many messages are looked through for the newest anchors. */
const recentPages = 10;

/**
 * Messages of our own bot in a channel. Others may write there, and a holder of the bot's token may edit and delete its
 * messages: one that we have not signed counts for nothing, and the order is that of the signed times, not of Slack. One
 * that is gone is missed by what the database remembers to have written there.
 */
export function slackAnchors({ client, channel, keys, post }: SlackAnchorsOptions): AnchorPlace {
  let ours: Promise<string> | undefined;
  const self = (): Promise<string> => {
    ours ??= ownUser(client);
    ours.catch(() => {
      ours = undefined;
    });
    return ours;
  };

  const read = async (most: number, pages: number, signal: AbortSignal): Promise<readonly AuditAnchor[]> => {
    const found: AuditAnchor[] = [];
    try {
      const user = await self();
      let cursor: string | undefined;
      for (let page = 0; page < pages && found.length < most; page += 1) {
        signal.throwIfAborted();
        const answer = await client.conversations.history({
          channel,
          limit: pageSize,
          ...present({ cursor }),
        });
        for (const message of answer.messages ?? [])
          if (message.user === user) found.push(...anchorOf(message.text ?? '', keys));
        cursor = answer.response_metadata?.next_cursor;
        if (cursor === undefined || cursor === '') break;
      }
    } catch (cause) {
      throw unavailable(cause);
    }
    return found.toSorted((a, b) => a.at.getTime() - b.at.getTime() || a.seq - b.seq);
  };

  return {
    name: 'slack',
    handsOn: true,
    recent: (signal) => read(enough, recentPages, signal),
    async *all(signal) {
      yield* await read(Infinity, Infinity, signal);
    },
    write: (anchor, _signal, turn) => post(anchor, turn),
    close: () => Promise.resolve(),
  };
}

function anchorOf(text: string, keys: AuditKeys): readonly AuditAnchor[] {
  const anchor = anchorIn(text, 'slack');
  if (anchor === undefined || checkAnchorMac(anchor, keys)?.verdict === 'mac-invalid') return [];
  return [anchor];
}

async function ownUser(client: WebClient): Promise<string> {
  const { user_id: user } = await client.auth.test();
  if (user === undefined) throw new AppError('BUG', 'Slack did not say who we are');
  return user;
}

function unavailable(cause: unknown): AppError {
  const failure = failureOf(cause);
  const code = 'code' in failure ? failure.code : failure.kind;
  return new AppError('DEPENDENCY_UNAVAILABLE', 'the anchors in the channel cannot be read', {
    cause,
    facts: { place: 'slack', code },
  });
}
