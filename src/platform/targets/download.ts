import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { TargetError } from '../../domain/kernel/errors.ts';

/** Why an address gave no file: also the name of the words for it. */
export type NoFile =
  | 'model-redirected'
  | 'model-not-found'
  | 'model-not-given'
  | 'model-no-size'
  | 'model-other-size'
  | 'model-silent'
  | 'model-too-slow'
  | 'model-unreachable';

/** Nothing that people do helps at once: the address, or the way there, is at fault. */
export class FileNotGiven extends TargetError {
  readonly why: NoFile;
  /** The same may come to another end in a moment: the connection broke, or no answer came. */
  readonly passing: boolean;

  constructor(why: NoFile, status?: number) {
    super('protocol', `the address gives no file: ${why}`, {
      facts: { gaveUp: why, ...(status === undefined ? {} : { status }) },
    });
    this.why = why;
    this.passing = why === 'model-silent' || why === 'model-unreachable' || (status ?? 0) >= 500;
  }
}

interface Asked {
  readonly url: string;
  readonly signal: AbortSignal;
  /** Milliseconds within which something has to come: the connection, the answer, and each next piece of it. */
  readonly silentMs: number;
}

/**
 * Size of the file at this address, in bytes. Only this address is asked: a redirect is an answer, and no login, cookie or
 * proxy goes with it.
 */
export async function sizeAt(asked: Asked): Promise<number> {
  const { answer, end } = await open(asked, 'HEAD', 0);
  end();
  return sizeOf(answer, 200);
}

/**
 * The file in pieces, from this byte on; `from` is 0 where the server gives no part of a file. `total`: its size as the
 * plan says; neither more nor less is taken for the file.
 */
export async function fileAt(
  asked: Asked & { readonly from: number; readonly total: number },
): Promise<{ readonly from: number; readonly pieces: AsyncIterable<Buffer> }> {
  const opened = await open(asked, 'GET', asked.from);
  const { answer, end } = opened;
  try {
    const from = answer.statusCode === 206 ? asked.from : 0;
    if (sizeOf(answer, answer.statusCode === 206 && asked.from > 0 ? 206 : 200) + from !== asked.total)
      throw new FileNotGiven('model-other-size');
    if (from > 0 && answer.headers['content-range'] !== `bytes ${from}-${asked.total - 1}/${asked.total}`)
      throw new FileNotGiven('model-other-size');
    return { from, pieces: piecesOf(opened) };
  } catch (error) {
    end();
    throw error;
  }
}

function sizeOf({ statusCode = 0, headers }: IncomingMessage, wanted: 200 | 206): number {
  if (statusCode >= 300 && statusCode < 400) throw new FileNotGiven('model-redirected', statusCode);
  if (statusCode === 404 || statusCode === 410) throw new FileNotGiven('model-not-found', statusCode);
  if (statusCode !== wanted) throw new FileNotGiven('model-not-given', statusCode);
  const size = Number(headers['content-length'] ?? Number.NaN);
  // Packed on the way it would have another size, and so no checksum that anybody named.
  const packed = headers['content-encoding'] ?? 'identity';
  if (!Number.isSafeInteger(size) || size <= 0 || packed !== 'identity')
    throw new FileNotGiven('model-no-size');
  return size;
}

interface Opened {
  readonly answer: IncomingMessage;
  /** Closes the connection, whatever is still to come. */
  end(): void;
  /** Throws where it ended for another reason than the server's last byte. */
  mustBeWhole(error?: unknown): void;
  /** Something came: there is as much time again. */
  heard(): void;
}

function open({ url, signal, silentMs }: Asked, method: 'HEAD' | 'GET', from: number): Promise<Opened> {
  signal.throwIfAborted();
  const request = (url.toLowerCase().startsWith('https:') ? httpsRequest : httpRequest)(url, {
    method,
    agent: false,
    headers: {
      'user-agent': 'aetherius-bot',
      'accept-encoding': 'identity',
      ...(from > 0 ? { range: `bytes=${from}-` } : {}),
    },
  });
  let failed: Error | undefined;
  const stop = (error: Error) => {
    failed ??= error;
    request.destroy(failed);
  };
  const silence = setTimeout(() => stop(new FileNotGiven('model-silent')), silentMs);
  const onAbort = () => stop(new TargetError('aborted', 'stopped waiting'));
  signal.addEventListener('abort', onAbort, { once: true });
  const end = () => {
    clearTimeout(silence);
    signal.removeEventListener('abort', onAbort);
    request.destroy();
  };
  return new Promise((resolve, reject) => {
    request.once('response', (answer) => {
      resolve({
        answer,
        end,
        heard: () => silence.refresh(),
        mustBeWhole(error) {
          if (failed !== undefined) throw failed;
          if (error !== undefined || !answer.complete) throw new FileNotGiven('model-unreachable');
        },
      });
    });
    request.on('error', () => {
      end();
      // Whatever else it says may hold a name or an address that must not be shown; the address itself is in the plan.
      reject(failed ?? new FileNotGiven('model-unreachable'));
    });
    request.end();
  });
}

async function* piecesOf({ answer, end, heard, mustBeWhole }: Opened): AsyncIterable<Buffer> {
  try {
    for await (const piece of answer) {
      heard();
      yield piece as Buffer;
      heard();
    }
    mustBeWhole();
  } catch (error) {
    mustBeWhole(error);
  } finally {
    end();
  }
}
