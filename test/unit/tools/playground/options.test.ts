import { describe, expect, it } from 'vitest';
import { PlaygroundFault } from '../../../../tools/playground/start/fault.ts';
import { parseOptions } from '../../../../tools/playground/start/options.ts';

function faultOf(...args: string[]): PlaygroundFault {
  try {
    parseOptions(args);
  } catch (error) {
    if (error instanceof PlaygroundFault) return error;
    throw error;
  }
  throw new Error(`${args.join(' ')} was taken`);
}

describe('the arguments of npm run playground', () => {
  it.each([
    { args: [], expected: { port: 3100, help: false } },
    { args: ['--port', '0'], expected: { port: 0, help: false } },
    { args: ['--port=65535'], expected: { port: 65_535, help: false } },
    { args: ['--help'], expected: { port: 3100, help: true } },
    { args: ['-h'], expected: { port: 3100, help: true } },
  ])('$args are $expected', ({ args, expected }) => {
    expect(parseOptions(args)).toEqual(expected);
  });

  it.each([
    { args: ['--foo'], says: 'Unknown option --foo' },
    { args: ['-x'], says: 'Unknown option -x' },
    { args: ['start'], says: 'Unknown argument start' },
    { args: ['--port'], says: '--port takes a number from 0 to 65535' },
    { args: ['--port', 'web'], says: '--port takes a number from 0 to 65535, not web' },
    { args: ['--port', '65536'], says: '--port takes a number from 0 to 65535, not 65536' },
    { args: ['--port', '-1'], says: '--port takes a number from 0 to 65535' },
    { args: ['--port='], says: '--port takes a number from 0 to 65535' },
  ])('$args are refused as usage, in one line: $says', ({ args, says }) => {
    const fault = faultOf(...args);

    expect(fault.exit).toBe(64);
    expect(fault.message).toContain(says);
    expect(fault.message.split('\n')).toHaveLength(1);
  });
});
