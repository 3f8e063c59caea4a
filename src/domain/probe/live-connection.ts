import type { PartId } from '../platform/part.ts';
import type { RuntimeTarget } from './targets/runtime.ts';

/** The answer of something that listens, in the words of the two `wget`s: also of what speaks no HTTP, and of what hangs up. */
const answered =
  /server returned error|HTTP\/\d|bad header line|error getting response|no data received|connection (?:reset|closed)|malformed/i;
const GNU_SERVER_ERROR = 8;

/**
 * Tries a TCP connection from a part's container to an address: true after any answer;
 * undefined when nothing can be said, because the try went unanswered (which has many causes) or could not be made.
 */
export async function connects(
  runtime: RuntimeTarget,
  from: PartId,
  to: { readonly ip: string; readonly port: number },
  signal: AbortSignal,
): Promise<true | undefined> {
  const host = to.ip.includes(':') ? `[${to.ip}]` : to.ip;
  try {
    const instance = (await runtime.instances(from, { signal }))
      .filter((one) => one.phase === 'running')
      .at(-1);
    if (instance === undefined) return undefined;
    const command = ['wget', '-q', '-O', '-', '-T', '4', `http://${host}:${to.port}/`];
    const { code, stdout, stderr } = await runtime.exec(instance, command, {
      signal,
      timeoutMs: 9_000,
      network: true,
    });
    const known = code === 0 || code === GNU_SERVER_ERROR || answered.test(`${stderr}\n${stdout}`);
    return known ? true : undefined;
  } catch {
    return undefined;
  }
}
