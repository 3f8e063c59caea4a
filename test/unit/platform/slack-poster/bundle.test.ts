/** Exactly once: whatever step of a bundle's or a picture's way to Slack is the last of a process, the next one goes on from there. */
import { WebAPIPlatformError, type WebClient } from '@slack/web-api';
import { describe, expect, it } from 'vitest';
import type { FileDrawn, FileOfRun, OutboxItem } from '../../../../src/domain/message/outbox.ts';
import { sendBundle } from '../../../../src/platform/slack-poster/bundle.ts';
import { sendPicture } from '../../../../src/platform/slack-poster/picture.ts';

class Killed extends Error {}
type Upload = Extract<OutboxItem, { kind: 'upload' }>;
const refused = (error: string) =>
  Object.assign(Object.create(WebAPIPlatformError.prototype), { data: { ok: false, error } }) as Error;

/** Slack and PostgreSQL, as far as a bundle sees them; `killAt` ends the process before or after that call. */
function stage(given: { readonly pieces?: readonly string[]; readonly bytes?: number } = {}) {
  const { pieces = ['abc', 'de'], bytes = 5 } = given;
  const files = new Map<string, { content?: string; places: string[] }>();
  const stored: { fileId?: string; pieces: readonly string[] } = { pieces };
  const posts: string[] = [];
  let killAt: string | undefined;
  const step = async <T>(name: string, work: () => T): Promise<T> => {
    if (killAt === `before ${name}`) throw new Killed();
    const result = work();
    if (killAt === `after ${name}`) throw new Killed();
    return Promise.resolve(result);
  };
  const client = {
    conversations: {
      open: ({ users }: { users: string }) => Promise.resolve({ channel: { id: `D${users}` } }),
    },
    files: {
      getUploadURLExternal: () =>
        step('url', () => {
          const id = `F${files.size}`;
          files.set(id, { places: [] });
          return { upload_url: id, file_id: id };
        }),
      completeUploadExternal: ({
        files: [entry],
        channel_id: channel,
        thread_ts: thread,
        ...more
      }: Complete) =>
        step('complete', () => {
          const file = files.get(entry?.id ?? '');
          if (file?.content === undefined || file.places.length > 0) throw refused('file_not_found');
          if (channel === 'CCLOSED') throw refused('not_in_channel');
          file.places.push(channel);
          posts.push([channel, thread, file.content, more.initial_comment].filter(Boolean).join(' '));
        }),
      info: ({ file }: { file: string }) =>
        step('info', () => {
          const known = files.get(file);
          if (known === undefined || known.places.length === 0) throw refused('file_not_found');
          return { file: { channels: settling ? [] : known.places } };
        }),
    },
  } as unknown as WebClient;
  const take = (url: string, content: Uint8Array): Promise<Response> =>
    step('bytes', () => {
      const known = files.get(url);
      if (known !== undefined) known.content = Buffer.from(content).toString();
      return new Response('OK');
    });
  const way = {
    mostBytes: 100,
    gate: {
      fetch,
      clean: <T>(payload: T) => payload,
      bundle: (url: string, file: { bytes: Uint8Array }) => take(url, file.bytes),
      draw: (_picture: unknown, zone = 'UTC') => Promise.resolve(Buffer.from(`png ${zone}`)),
      picture: (url: string, content: Uint8Array) => take(url, content),
    },
    get: () =>
      Promise.resolve({
        bytes,
        sha256: 'f',
        ...(stored.fileId === undefined ? {} : { fileId: stored.fileId }),
      }),
    piece: (_run: string, at: number) => {
      const text = stored.pieces[at];
      return Promise.resolve(text === undefined ? undefined : Buffer.from(text));
    },
    given: (_run: string, fileId: string | undefined) =>
      step('given', () => {
        if (fileId !== undefined) stored.fileId = fileId;
      }),
    forget: () => step('forget', () => void (stored.pieces = [])),
  };
  let attempts = 0;
  let settling = false;
  return {
    posts,
    stored,
    /** Slack has a file, and shows it nowhere yet. */
    slowly(is: boolean) {
      settling = is;
    },
    send: async (last?: string, place = 'C1') => {
      killAt = last;
      attempts += 1;
      const payload = {
        ...{ channel: place, filename: 'b.tar.gz', title: 'b', bundle: 'run', user: 'U1', instead: 'here' },
      } as Upload['payload'] & FileOfRun;
      const item = {
        ...{ id: 'o', kind: 'upload', attempts, payload },
        message: { id: 'm', channel: place, ts: '1.0' },
      };
      await sendBundle(client, item as unknown as Upload, payload, way, new AbortController().signal);
    },
    draw: async (last?: string, picture: unknown = numbers) => {
      killAt = last;
      attempts += 1;
      const payload = { channel: 'C1', filename: 't.png', title: 't', alt: 'words', reader: 'U1', picture };
      const item = {
        ...{ id: 'o', kind: 'upload', attempts, payload, fileId: stored.fileId },
        message: { id: 'm', channel: 'C1', ts: '1.0' },
      };
      const known = { ...way, zoneOf: () => Promise.resolve('Asia/Shanghai') };
      await sendPicture(
        client,
        item as unknown as Upload,
        payload as unknown as Upload['payload'] & FileDrawn,
        known,
        new AbortController().signal,
      );
    },
  };
}
const numbers = { from: 0, stepMs: 60_000, errors: [1, 2], warnings: [0, 0], others: [0, 0] };

interface Complete {
  readonly files: readonly { readonly id: string }[];
  readonly channel_id: string;
  readonly thread_ts?: string;
  readonly initial_comment?: string;
}

const steps = ['url', 'bytes', 'given', 'complete', 'forget'].flatMap((name) => [
  `before ${name}`,
  `after ${name}`,
]);

describe('a bundle', () => {
  it.each(steps)('stands in Slack once when the process ends %s', async (last) => {
    const one = stage();
    await expect(one.send(last)).rejects.toBeInstanceOf(Killed);
    await one.send();
    await one.send();

    expect(one.posts).toEqual(['C1 1.0 abcde']);
    expect(one.stored.pieces).toEqual([]);
  });

  it.each(steps)('stands there once when every process ends %s, and the third does not', async (last) => {
    const one = stage();
    await expect(one.send(last)).rejects.toBeInstanceOf(Killed);
    await one.send(last).catch((error: unknown) => expect(error).toBeInstanceOf(Killed));
    await one.send();

    expect(one.posts).toHaveLength(1);
  });

  it('goes to the person where the channel takes no file, who is told why', async () => {
    const one = stage();
    await one.send(undefined, 'CCLOSED');

    expect(one.posts).toEqual(['DU1 abcde here']);
  });

  it('goes into the conversation with a person, whose id is no channel', async () => {
    const one = stage();
    await one.send(undefined, 'U9');

    expect(one.posts).toEqual(['DU9 1.0 abcde']);
  });

  it.each([
    ['bundle-gone', { pieces: ['abc'] }],
    ['bundle-altered', { pieces: ['abc', 'defgh'] }],
    ['bundle-size', { bytes: 101 }],
  ])('is given up as %s', async (code, given) => {
    await expect(stage(given).send()).rejects.toMatchObject({ code });
  });

  it('is not sent a second time while Slack still puts it into its channel', async () => {
    const one = stage();
    await expect(one.send('after complete')).rejects.toBeInstanceOf(Killed);
    one.slowly(true);
    await expect(one.send()).rejects.toThrow('may still be on its way');
    one.slowly(false);
    await one.send();

    expect(one.posts).toHaveLength(1);
  });
});

describe('a picture', () => {
  it.each(steps.filter((step) => !step.endsWith('forget')))(
    'stands in Slack once, on the clocks of its reader, when the process ends %s',
    async (last) => {
      const one = stage();
      await expect(one.draw(last)).rejects.toBeInstanceOf(Killed);
      await one.draw(last).catch((error: unknown) => expect(error).toBeInstanceOf(Killed));
      await one.draw();
      await one.draw();

      expect(one.posts).toEqual(['C1 1.0 png Asia/Shanghai']);
    },
  );

  it('is given up where its numbers are none', async () => {
    const one = stage();

    await expect(one.draw(undefined, { ...numbers, errors: ['1', '2'] })).rejects.toMatchObject({
      code: 'picture-unreadable',
    });
    expect(one.posts).toEqual([]);
  });
});
