/**
 * A client that behaves badly, as a process of its own: it outlives the command that planted the fault,
 * and ends when its server does. Started by `startHolder` of `support.ts`, which waits until it says `ready`.
 *
 *   holder.ts postgres <url> <application> <sessions> <statement>...   each session begins a transaction, runs the statements, and stays
 *   holder.ts postgres-waiter <url> <application> <sessions> <statement>   each session waits in the statement
 *   holder.ts nats <url> <subject> <name>    subscribes and never reads
 */

import { connect as tcpConnect } from 'node:net';
import { Client } from 'pg';

const [kind, url = '', ...rest] = process.argv.slice(2);

const leave = (): never => process.exit(0);

async function postgresSession(
  application: string,
  statements: readonly string[],
  wait: boolean,
): Promise<void> {
  const client = new Client({ connectionString: url, application_name: application });
  client.on('error', leave);
  await client.connect();
  if (!wait) await client.query('BEGIN');
  for (const statement of statements) {
    const done = client.query(statement);
    if (wait) done.then(leave, leave);
    else await done;
  }
}

/** Speaks the first lines of the NATS protocol and then stops reading, so that the server's buffer fills. */
function natsSilent(subject: string, name: string): void {
  const at = new URL(url);
  const socket = tcpConnect(Number(at.port), at.hostname);
  socket.on('error', leave);
  socket.on('close', leave);
  socket.once('data', () => {
    const login = { user: decodeURIComponent(at.username), pass: decodeURIComponent(at.password) };
    const hello = {
      verbose: false,
      pedantic: false,
      lang: 'node',
      version: '1',
      protocol: 1,
      name,
      ...login,
    };
    socket.write(`CONNECT ${JSON.stringify(hello)}\r\nSUB ${subject} 1\r\n`);
    socket.pause();
    process.stdout.write('ready\n');
  });
}

if (kind === 'nats') {
  const [subject = '>', name = 'holder'] = rest;
  natsSilent(subject, name);
} else {
  const [application = 'holder', sessions = '1', ...statements] = rest;
  for (let one = 0; one < Number(sessions); one += 1)
    await postgresSession(application, statements, kind === 'postgres-waiter');
  process.stdout.write('ready\n');
}
setInterval(() => undefined, 60_000);
