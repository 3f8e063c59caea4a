/**
 * PostgreSQL ends a session in the same breath as it answers: killed, restarted, or its administrator ends it. No
 * statement runs at that moment, so that the driver can tell nobody but the connection itself: an error that nobody
 * hears, which ends a process.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { postgresAnchors } from '../../../src/platform/anchors/postgres.ts';
import { createDeliveryInbox } from '../../../src/platform/slack/inbox.ts';
import { createPostgresTarget } from '../../../src/platform/targets/stores/postgres.ts';
import { SharedConnections } from '../../../src/platform/targets/stores/shared-connection.ts';
import { silentLogger } from '../../support/logger.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let between: Between;
const unheard: string[] = [];
const hear = (error: unknown) => unheard.push(String(error));

beforeAll(async () => {
  process.on('uncaughtException', hear);
  database = await postgres.migrated();
  between = await endingAfter(postgres.server.port);
});
afterAll(async () => {
  process.off('uncaughtException', hear);
  await between?.close();
});

/** The address of the database through the one that ends sessions. */
const through = (url: string) => {
  const address = new URL(url);
  address.port = `${between.port}`;
  return address.href;
};

const users = {
  'the store': async () => {
    const store = database.store({ database: { url: through(database.loginUrl) } });
    await store.ping();
    await store.tx((tx) => tx.audit.head());
  },
  'the inbox of deliveries': async () => {
    const inbox = createDeliveryInbox({
      database: { url: through(database.loginUrl) },
      logger: silentLogger,
      token: new Secret('xoxb-a-token'),
    });
    try {
      await inbox.warm();
    } finally {
      await inbox.close();
    }
  },
  'the platform under diagnosis': async () => {
    const book = new SharedConnections();
    const target = createPostgresTarget(
      { url: through(database.url), databases: { agentManager: new URL(database.url).pathname.slice(1) } },
      book,
    );
    try {
      await target.query('agentManager', 'SELECT 1');
    } finally {
      await book.closeAll();
    }
  },
  'a change of the platform': async () => {
    const target = createPostgresTarget(
      { url: through(database.url), databases: { agentManager: new URL(database.url).pathname.slice(1) } },
      new SharedConnections(),
    );
    await target.execute('agentManager', 'SELECT 1');
  },
  'the anchors in another PostgreSQL': async () => {
    const place = postgresAnchors({ url: through(database.url) });
    try {
      await place.recent(new AbortController().signal);
    } finally {
      await place.close();
    }
  },
} as const;

describe.each(Object.entries(users))('%s, whose session ends after its nth answer', (_name, use) => {
  it.each([1, 2, 3, 4])('%i: the process goes on', async (nth) => {
    between.endAfter(nth);
    await use().catch(() => undefined);
    expect(unheard.splice(0)).toEqual([]);
    // The later ones come only where it asks so often.
    if (nth === 1) expect(between.ended()).toBe(true);

    between.endAfter(Number.POSITIVE_INFINITY);
    await use().catch((error: unknown) => {
      // Only what no database of ours holds.
      expect(String(error)).toMatch(/anchors/);
    });
  });
});

interface Between {
  readonly port: number;
  /** Of the sessions to come, the first one that gives this many answers is ended with the last of them. */
  endAfter(answers: number): void;
  /** Whether one was. */
  ended(): boolean;
  close(): Promise<void>;
}

/** Passes everything on, and adds PostgreSQL's own goodbye behind an answer. */
async function endingAfter(port: number): Promise<Between> {
  const sockets = new Set<Socket>();
  let limit = Number.POSITIVE_INFINITY;
  let ended = false;
  const server: Server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let answers = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      answers += isAnswered(chunk) ? 1 : 0;
      if (!isAnswered(chunk) || answers !== limit || ended) {
        client.write(chunk);
        return;
      }
      ended = true;
      client.end(Buffer.concat([chunk, goodbye]));
      upstream.destroy();
    });
    upstream.on('close', () => client.end());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    port: (server.address() as { port: number }).port,
    endAfter(answers) {
      limit = answers;
      ended = false;
    },
    ended: () => ended,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** ReadyForQuery ends each answer (PostgreSQL manual, "Message Formats"). */
function isAnswered(chunk: Buffer): boolean {
  return chunk.length >= 6 && chunk.subarray(-6, -1).equals(Buffer.from([0x5a, 0, 0, 0, 5]));
}

/** ErrorResponse 57P01, as a server sends it to its sessions before it goes. */
const goodbye = (() => {
  const fields = Buffer.from('SFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0');
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();
