import { describe, expect, it } from 'vitest';
import { overridden, valueOf } from '../../../src/domain/config-layers.ts';

const file = { event: { workers: 20, batch_size: 100 }, database: { host: 'postgres' } };

describe('configuration layers', () => {
  it('lets a flag win over the environment and the environment over the file', () => {
    const env = { AETHERIUS_EVENT_WORKERS: '15' };

    expect(valueOf({ command: ['/app', '--event.workers=5'], env, file }, 'event.workers')).toEqual({
      key: 'event.workers',
      layer: 'flag',
      name: '--event.workers',
      value: '5',
      fileValue: '20',
    });
    expect(valueOf({ command: ['/app'], env, file }, 'event.workers')?.layer).toBe('env');
    expect(valueOf({ command: ['/app'], env: {}, file }, 'event.workers')).toMatchObject({
      layer: 'file',
      value: '20',
    });
    expect(valueOf({ command: ['/app'], env: {}, file: {} }, 'event.workers')).toBeUndefined();
  });

  it('reads a flag whose value is the next argument', () => {
    expect(
      valueOf({ command: ['/app', '--event-workers', '7'], env: {}, file }, 'event.workers')?.value,
    ).toBe('7');
  });

  it('names only the keys of the file that another layer gives a different value', () => {
    const env = { DATABASE_HOST: 'other', AETHERIUS_EVENT_BATCH_SIZE: '100' };

    expect(
      overridden({ command: [], env, file }).map((value) => [value.key, value.name, value.value]),
    ).toEqual([['database.host', 'DATABASE_HOST', 'other']]);
  });
});
