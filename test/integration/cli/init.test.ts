/** What `init` says of the stores, through real ones: what is in them, and that it could not look. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NatsServer, startNats } from '../../../lab/components/nats.ts';
import type { CliContext } from '../../../src/cli/context.ts';
import { initCommand } from '../../../src/cli/init.command.ts';
import { lookAt } from '../../../src/cli/wiring-look.ts';
import { KubeLogins } from '../../../src/platform/targets/kubernetes/kube-config.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { closedPort, scratch } from '../../support/targets.ts';

const postgres = usePostgres();
const folder = scratch('init');
let database: TestDatabase;
let nats: NatsServer;
beforeAll(async () => {
  database = await postgres.migrated();
  for (const table of 'workflows workflow_executions strategies'.split(' '))
    await database.sql(`CREATE TABLE ${table} (id int)`);
  nats = await startNats({ dir: folder.dir });
});
afterAll(async () => {
  await nats.stop();
  folder.remove();
});

async function init(env: Readonly<Record<string, string>>, monitorUrl = nats.monitorUrl) {
  const lines: string[] = [];
  const file = join(folder.dir, `${Object.keys(env).length}-${new URL(monitorUrl).port}.yaml`);
  const context = {
    words: wordsIn('en'),
    out: (text: string) => lines.push(text),
    save: (path: string, text: string) => writeFileSync(path, text),
    discover: () =>
      Promise.resolve({
        ...{ parts: ['nats', 'postgres'], found: [], variables: [] },
        yaml: {
          runtime: { kind: 'none' },
          postgres: { url: { env: 'AETHERIUS_PG_URL' } },
          nats: { url: nats.url, monitorUrl },
        },
      }),
    look: (path: string, name: string) =>
      lookAt(path, name, { env, learn: () => undefined, logins: new KubeLogins() }),
  } as unknown as CliContext;
  const code = await initCommand(context, { file, name: 'prod', namespace: 'a', socket: '/none' });
  expect([code, existsSync(file)]).toEqual([0, true]);
  return { lines, written: readFileSync(file, 'utf8') };
}

describe('init', () => {
  it('names subjects, clients and databases by their tables, and writes no secret of the shell', async () => {
    const client = await connect({ servers: nats.url, name: 'boss' });
    client.subscribe('fleet.*.pulse');
    await client.flush();
    const { lines, written } = await init({ AETHERIUS_PG_URL: database.url });
    await client.close();

    const name = new URL(database.url).pathname.slice(1);
    expect(lines).toContain(`The database of orchestrator-service is ${name}, by its tables.`);
    expect(lines).toContain('Clients of NATS: boss');
    expect(lines).toContain('Subjects that are listened to: fleet.*.pulse');
    expect(lines.join()).not.toContain('could not be looked at');
    expect(written).not.toContain(database.url);
  });

  it('says what it could not look at, and does not say that there is nothing', async () => {
    const { lines } = await init({}, `http://127.0.0.1:${await closedPort()}`);

    expect(lines).toContain('The databases could not be looked at from here; a worker does it.');
    expect(lines).toContain('NATS could not be looked at from here; a worker does it.');
  });
});
