import { describe, expect, it } from 'vitest';
import { shareLogs } from '../../../../../src/platform/targets/kubernetes/shared-logs.ts';

const text = ['one', 'two', 'three', ''].join('\n');

function counted(answers: readonly (string | Error)[] = [text]) {
  const asked: unknown[] = [];
  const logs = shareLogs(async (_namespace, pod, _container, options) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)];
    asked.push([pod, options]);
    if (answer instanceof Error) throw answer;
    return answer ?? '';
  });
  return { asked, read: (options: object) => logs('n', 'p', 'c', options) };
}

describe('a log that several ask for', () => {
  it('is read once, and its end is given to whoever wants less of it', async () => {
    const { asked, read } = counted();

    expect(await read({ tailLines: 80 })).toBe(text);
    expect(await read({ tailLines: 80 })).toBe(text);
    expect(await read({ tailLines: 2 })).toBe('two\nthree\n');
    expect(asked).toHaveLength(1);
  });

  it('is read again for more lines, for another life and for another time', async () => {
    const { asked, read } = counted();
    for (const options of [
      { tailLines: 2 },
      { tailLines: 80 },
      { tailLines: 80, previous: true },
      { tailLines: 80, sinceSeconds: 60 },
    ])
      await read(options);

    expect(asked).toHaveLength(4);
  });

  it('that could not be read is asked for anew', async () => {
    const { read } = counted([new Error('gone'), text]);

    await expect(read({ tailLines: 80 })).rejects.toThrow('gone');
    expect(await read({ tailLines: 80 })).toBe(text);
  });
});
