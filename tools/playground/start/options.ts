import { parseArgs } from 'node:util';
import { PlaygroundFault } from './fault.ts';

export interface PlaygroundOptions {
  /** 0: any free port. */
  readonly port: number;
  readonly help: boolean;
}

export const usage = 'npm run playground -- [--port 3100], where port 0 takes any free one';
const highestPort = 65_535;

/** Reads the arguments. Throws PlaygroundFault with exit code 64 for what is not known or not a port. */
export function parseOptions(args: readonly string[]): PlaygroundOptions {
  const { values, tokens } = parseArgs({
    args: [...args],
    options: { port: { type: 'string', default: '3100' }, help: { type: 'boolean', short: 'h' } },
    // Everything that is typed is looked at below, so that each mistake gets a sentence of ours.
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === 'positional') throw wrong(`Unknown argument ${token.value}`);
    if (token.kind === 'option' && !['port', 'help'].includes(token.name))
      throw wrong(`Unknown option ${token.rawName}`);
  }
  return { port: portOf(values.port), help: values.help === true };
}

function portOf(given: unknown): number {
  const port = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : Number.NaN;
  if (Number.isInteger(port) && port <= highestPort) return port;
  throw wrong(
    `--port takes a number from 0 to ${highestPort}${typeof given === 'string' ? `, not ${given}` : ''}`,
  );
}

const wrong = (what: string): PlaygroundFault => new PlaygroundFault(`${what}; the usage is ${usage}`, 64);
