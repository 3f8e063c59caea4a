import { describe, expect, it } from 'vitest';
import { camel, register } from '../../scripts/new.ts';
import { read } from './files.ts';

describe('the scaffold', () => {
  it('names things after their id', () => {
    expect(camel('redis.slow-log')).toBe('redisSlowLog');
  });

  it.each(['src/probes/index.ts', 'src/remediations/index.ts', 'src/diagnoses/index.ts'])(
    'adds an import and an entry to %s and changes nothing else',
    (path) => {
      const before = read(path);

      const after = register(before, 'redisSlowLog', './redis/slow-log.probe.ts');

      const added = after.split('\n').filter((line) => !before.split('\n').includes(line));
      expect(added).toEqual(["import { redisSlowLog } from './redis/slow-log.probe.ts';", '  redisSlowLog,']);
      expect(after.split('\n')).toHaveLength(before.split('\n').length + 2);
    },
  );
});
