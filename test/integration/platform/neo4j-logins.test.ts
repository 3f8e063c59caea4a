/** Logins of others than the bot, on a real Neo4j that locks users out as it does by default. */
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import neo4j from 'neo4j-driver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing, type Neo4jServer, startNeo4j } from '../../../lab/components/neo4j.ts';
import { TargetError } from '../../../src/domain/kernel/errors.ts';
import { createNeo4jTarget } from '../../../src/platform/targets/stores/neo4j.ts';
import { SharedConnections } from '../../../src/platform/targets/stores/shared-connection.ts';
import { scratch } from '../../support/targets.ts';

const lacking = missing();
const right = 'right-of-neo4j-51';
const watcher = { user: 'watcher', password: 'watcher-of-all-8' };

const connectionsAt = (server: Server) => () =>
  new Promise<number>((resolve, reject) =>
    server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  );

describe.skipIf(lacking !== undefined)(
  `logins to Neo4j${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const folder = scratch('neo4j-logins');
    let server: Neo4jServer;
    const as = (password: string, user = 'neo4j') => ({ user, password });
    const target = (url = server.url) =>
      createNeo4jTarget({ url, ...watcher }, new SharedConnections(), { connectMs: 1_000, callMs: 1_500 });
    const system = async (cypher: string, parameters: object) => {
      const driver = neo4j.driver(server.url, neo4j.auth.basic(watcher.user, watcher.password));
      await driver.executeQuery(cypher, parameters, { database: 'system' });
      await driver.close();
    };

    beforeAll(async () => {
      server = await startNeo4j({ dir: join(folder.dir, 'neo4j'), password: right, locksAfter: 3 });
      const driver = neo4j.driver(server.url, neo4j.auth.basic('neo4j', right));
      await driver.executeQuery(
        'CREATE USER watcher SET PASSWORD $password CHANGE NOT REQUIRED',
        { password: watcher.password },
        { database: 'system' },
      );
      await driver.close();
    }, 180_000);
    afterAll(async () => {
      await server?.stop();
      folder.remove();
    });

    it('are taken or refused, and the bot knows its own', async () => {
      const one = target();
      expect(await one.accepts(as(right))).toBe(true);
      expect(await one.accepts(as('wrong'))).toBe(false);
      expect(await one.accepts(as('wrong', 'not-there'))).toBe(false);
      expect([await one.isOwnLogin('watcher'), await one.isOwnLogin('neo4j')]).toEqual([true, false]);
    });

    it('are waited for while others have the user locked out, and say nothing of the password then', async () => {
      const driver = (password: string) => neo4j.driver(server.url, neo4j.auth.basic('neo4j', password));
      const tried = async (password: string) => {
        const one = driver(password);
        const code = await one.getServerInfo().then(
          () => 'taken',
          (error: { code: string }) => error.code,
        );
        await one.close();
        return code;
      };
      for (const password of ['a', 'b', 'c', 'd']) await tried(password);
      // That very one is right, and Neo4j does not even look.
      expect(await tried(right)).toBe('Neo.ClientError.Security.AuthenticationRateLimit');

      expect(await target().accepts(as(right))).toBe(true);
    });

    it('of a password that has to be changed first are taken, and it is changed from the old one alone', async () => {
      await system('CREATE USER fresh SET PASSWORD $password CHANGE REQUIRED', {
        password: 'changes-at-once-1',
      });
      const one = target();
      expect(await one.accepts(as('changes-at-once-1', 'fresh'))).toBe(true);
      await one.changePassword(as('changes-at-once-1', 'fresh'), 'changed-now-2');

      expect(await one.accepts(as('changed-now-2', 'fresh'))).toBe(true);
      expect(await one.accepts(as('changes-at-once-1', 'fresh'))).toBe(false);
      await expect(one.changePassword(as('changes-at-once-1', 'fresh'), 'never-set-3')).rejects.toMatchObject(
        {
          stage: 'auth',
        },
      );
    });

    it('have nothing of a password in what fails', async () => {
      const one = target();
      const failures = [
        await one.changePassword(as('wrong-one-77'), 'never-set-88').catch((error: unknown) => error),
        // Shorter than Neo4j wants it.
        await one.changePassword(as(right), 'x9q').catch((error: unknown) => error),
      ];
      for (const failure of failures) {
        expect(failure).toBeInstanceOf(TargetError);
        const text = JSON.stringify({ ...(failure as TargetError), message: (failure as Error).message });
        for (const password of ['wrong-one-77', 'never-set-88', 'x9q', right])
          expect(text).not.toContain(password);
        expect((failure as TargetError).cause).toBeUndefined();
      }
      expect(await one.accepts(as(right))).toBe(true);
    });

    it('end in time where Neo4j hangs, and at the asker’s signal', async () => {
      server.pause();
      try {
        await expect(target().accepts(as(right))).rejects.toMatchObject({ stage: 'no-answer' });
        await expect(target().changePassword(as(right), 'never-set-4')).rejects.toMatchObject({
          stage: 'no-answer',
        });
        const signal = AbortSignal.timeout(200);
        await expect(target().accepts(as(right), { signal })).rejects.toMatchObject({ stage: 'aborted' });
      } finally {
        server.resume();
      }
      const says = (password: string) =>
        target()
          .accepts(as(password))
          .catch((error: unknown) => (error as TargetError).stage);
      await expect.poll(() => says(right), { timeout: 20_000 }).toBe(true);
    });

    it('are not changed any more by a request that was given up', async () => {
      await system('CREATE USER late SET PASSWORD $password CHANGE NOT REQUIRED', { password: 'stays-so-1' });
      const bolt = new URL(server.url);
      // A server that takes the connection and says nothing until the asker is gone.
      const held: (() => void)[] = [];
      let through = 0;
      const gate = createServer((client) => {
        held.push(() => {
          const onward = connect(Number(bolt.port), bolt.hostname);
          through += 1;
          client.pipe(onward).pipe(client);
          for (const one of [client, onward]) one.on('error', () => one.destroy());
        });
      });
      await new Promise<void>((done) => gate.listen(0, '127.0.0.1', done));
      const { port } = gate.address() as AddressInfo;
      const change = target(`bolt://127.0.0.1:${port}`).changePassword(
        as('stays-so-1', 'late'),
        'came-late-2',
      );
      await expect(change).rejects.toMatchObject({ stage: 'no-answer' });
      for (const open of held) open();
      // The server has seen the rest of it: the connection has ended there as well.
      await expect.poll(connectionsAt(gate), { timeout: 20_000 }).toBe(0);
      expect(through).toBeGreaterThan(0);
      gate.close();

      expect(await target().accepts(as('stays-so-1', 'late'))).toBe(true);
    });

    it('draws passwords of 32 harmless characters, each another one', async () => {
      const one = target();
      const drawn = await Promise.all(Array.from({ length: 50 }, () => one.drawPassword()));

      expect(new Set(drawn).size).toBe(50);
      expect(drawn.filter((password) => !/^[\w-]{32}$/.test(password))).toEqual([]);
    });

    it('are refused where nobody listens', async () => {
      await server.stop();
      await expect(target().accepts(as(right))).rejects.toMatchObject({ stage: 'refused' });
    });
  },
);
