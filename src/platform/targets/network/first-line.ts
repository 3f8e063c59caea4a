import { createConnection } from 'node:net';
import { within } from '../../../domain/kernel/within.ts';

/** A server's greeting or refusal is shorter; more is not read. */
const enough = 1_024;

/**
 * The first line that a server says to a connection which sends nothing; undefined when it says no line within
 * `timeoutMs`, or no connection comes up. For protocols in which a server that hangs up says why first:
 * a client that has sent something already may lose these words to the reset that follows (RFC 9293, 3.10.7.1).
 */
export async function firstLine(host: string, port: number, timeoutMs: number): Promise<string | undefined> {
  const socket = createConnection({ host, port });
  let said = '';
  const line = new Promise<string | undefined>((resolve) => {
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      said += chunk;
      const [first, rest] = said.split(/\r?\n/, 2);
      if (rest !== undefined) resolve(first);
      else if (said.length > enough) resolve(undefined);
    });
    socket.on('close', () => resolve(undefined));
    socket.on('error', () => resolve(undefined));
  });
  try {
    return await within(timeoutMs, line, { late: () => undefined });
  } finally {
    socket.destroy();
  }
}
