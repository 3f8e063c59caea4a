import type { WebClient } from '@slack/web-api';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import type { Secret } from '../../domain/kernel/secret.ts';
import type { AttachedFiles } from '../../domain/ports/log-files.ts';
import { isSlacks } from './address.ts';
import { failureOf } from './failure.ts';
import type { SlackGate } from './gate.ts';

export interface SlackFilesOptions {
  readonly client: Pick<WebClient, 'files'>;
  readonly token: Secret;
  readonly gate: Pick<SlackGate, 'fetch'>;
  /** Other root of the Web API (`SLACK_API_URL`): files of that host are read, too. */
  readonly apiUrl?: string;
}

/** Words with which Slack refuses a file that there is not, or not for us (docs.slack.dev, files.info). */
const gone = new Set(['file_not_found', 'file_deleted']);
const closed = new Set(['missing_scope', 'not_visible', 'access_denied', 'no_permission', 'not_allowed']);

/**
 * Files in Slack. Whatever a payload says of a file, only its id counts: Slack itself is asked where it is, and the
 * bot's token goes to no host but Slack's.
 */
export function createSlackFiles(options: SlackFilesOptions): AttachedFiles {
  const { client, token, gate, apiUrl } = options;
  return {
    async open(id, { mostBytes, signal }) {
      const { file } = await client.files.info({ file: id }).catch((error: unknown) => {
        const { code = '' } = failureOf(error) as { readonly code?: string };
        if (gone.has(code)) throw refused('log-file-gone');
        if (closed.has(code)) throw refused('log-file-no-access');
        throw unread(code);
      });
      const { url_private_download: url, name, size = 0, is_external: isElsewhere, mode } = file ?? {};
      const named = { name: name ?? id };
      if (mode === 'tombstone' || mode === 'hidden_by_limit') throw refused('log-file-gone', named);
      if (url === undefined || isElsewhere === true || !isSlacks(url, apiUrl))
        throw refused('log-file-elsewhere', named);
      if (size > mostBytes) throw refused('log-file-too-large', { ...named, bytes: size, most: mostBytes });
      const answer = await gate
        .fetch(url, {
          headers: { authorization: `Bearer ${token.reveal()}` },
          // The token must not follow to another host.
          redirect: 'manual',
          signal,
        })
        .catch((error: unknown) => {
          signal.throwIfAborted();
          throw unread(error instanceof Error ? error.name : 'connection', named);
        });
      const { status, body, headers } = answer;
      // A client that may not read a file gets the page on which people sign in.
      const isPage = headers.get('content-type')?.startsWith('text/html') === true;
      if ((status >= 300 && status < 400) || status === 403 || (isPage && file?.mimetype !== 'text/html')) {
        await body?.cancel();
        throw refused('log-file-no-access', named);
      }
      if (status !== 200 || body === null) {
        await body?.cancel();
        throw unread(`http-${status}`, named);
      }
      return { ...named, bytes: bounded(body, mostBytes) };
    },
  };
}

/** Slack may have said a smaller size than what comes. */
async function* bounded(body: AsyncIterable<Uint8Array>, mostBytes: number): AsyncGenerator<Uint8Array> {
  let read = 0;
  for await (const bytes of body) {
    read += bytes.length;
    if (read > mostBytes) throw refused('log-file-too-large', { bytes: read, most: mostBytes });
    yield bytes;
  }
}

function refused(reason: string, facts: Facts = {}): AppError {
  return new AppError('INVALID_INPUT', `a file cannot be read: ${reason}`, { facts: { reason, ...facts } });
}

function unread(why: string, facts: Facts = {}): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', `Slack does not give a file: ${why}`, {
    facts: { reason: 'log-file-unread', why, ...facts },
  });
}
