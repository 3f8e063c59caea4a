import { describe, expect, it } from 'vitest';
import {
  type LayerSources,
  overridden,
  undecided,
  valueOf,
} from '../../../../src/domain/probe/config-layers.ts';
import type { ReferredVariable } from '../../../../src/domain/probe/targets/runtime.ts';

const prefix = 'AETHERIUS_';
const file = { event: { workers: 20, batch_size: 100 }, database: { host: 'postgres' } };

describe('configuration layers', () => {
  it('lets a flag win over the environment and the environment over the file (R-PLAT16)', () => {
    const env = { AETHERIUS_EVENT_WORKERS: '15' };

    expect(valueOf({ command: ['/app', '--event.workers=5'], env, file, prefix }, 'event.workers')).toEqual({
      key: 'event.workers',
      layer: 'flag',
      name: '--event.workers',
      value: '5',
      fileValue: '20',
    });
    expect(valueOf({ command: ['/app'], env, file, prefix }, 'event.workers')?.layer).toBe('env');
    expect(valueOf({ command: ['/app'], env: {}, file, prefix }, 'event.workers')).toMatchObject({
      layer: 'file',
      value: '20',
    });
    expect(valueOf({ command: ['/app'], env: {}, file: {}, prefix }, 'event.workers')).toBeUndefined();
  });

  it('reads a flag whose value is the next argument', () => {
    expect(
      valueOf({ command: ['/app', '--event-workers', '7'], env: {}, file, prefix }, 'event.workers')?.value,
    ).toBe('7');
  });

  it('names only the keys of the file that another layer gives a different value', () => {
    const env = { DATABASE_HOST: 'other', AETHERIUS_EVENT_BATCH_SIZE: '100' };

    expect(
      overridden({ command: [], env, file, prefix }).map((value) => [value.key, value.name, value.value]),
    ).toEqual([['database.host', 'DATABASE_HOST', 'other']]);
  });
});

describe('a variable that comes from a ConfigMap or Secret', () => {
  const map = { kind: 'ConfigMap', name: 'overrides', key: 'workers' } as const;
  const secret = { kind: 'Secret', name: 'credentials', key: 'host' } as const;
  const layers = (
    referred: Readonly<Record<string, ReferredVariable>>,
    more: Partial<LayerSources> = {},
  ) => ({
    command: [],
    env: {},
    file,
    prefix,
    referred: new Map(Object.entries(referred)),
    ...more,
  });

  it('wins over the file as a value in the Pod does, and loses to a flag', () => {
    const sources = layers({ AETHERIUS_EVENT_WORKERS: { from: map, value: '5' } });

    expect(overridden(sources)).toMatchObject([
      { key: 'event.workers', layer: 'env', name: 'AETHERIUS_EVENT_WORKERS', value: '5', from: map },
    ]);
    expect(valueOf({ ...sources, command: ['--event.workers=7'] }, 'event.workers')).toMatchObject({
      layer: 'flag',
      value: '7',
    });
    expect(overridden(layers({ EVENT_WORKERS: { from: map, value: '20' } }))).toEqual([]);
  });

  it('is shown without the value of a Secret, and only where that is another one', () => {
    expect(overridden(layers({ DATABASE_HOST: { from: secret, equal: false } }))).toMatchObject([
      { key: 'database.host', value: '[secret]', from: secret },
    ]);
    expect(overridden(layers({ DATABASE_HOST: { from: secret, equal: true } }))).toEqual([]);
  });

  it.each(['', '${DATABASE_PASSWORD}', '<password>', 'changeme'])(
    'is no override where the file leaves the value to the Secret (%j)',
    (password) => {
      const sources = layers(
        { DATABASE_PASSWORD: { from: secret, equal: false } },
        { file: { database: { password } } },
      );

      expect(overridden(sources)).toEqual([]);
    },
  );

  it('leaves undecided what cannot be read, unless a stronger layer decides', () => {
    const unread = { from: secret, unread: new Error('not allowed') };

    expect(undecided(layers({ DATABASE_HOST: unread })).map(({ key }) => key)).toEqual(['database.host']);
    expect(overridden(layers({ DATABASE_HOST: unread }))).toEqual([]);
    expect(undecided(layers({ DATABASE_HOST: unread }, { command: ['--database.host=a'] }))).toEqual([]);
    expect(undecided(layers({ DATABASE_HOST: unread }, { env: { AETHERIUS_DATABASE_HOST: 'a' } }))).toEqual(
      [],
    );
  });

  it('is taken for the file by a probe that needs the value only where nothing names the variable', () => {
    const unread = { from: secret, unread: new Error('not allowed') };
    const inEffect = (variable: ReferredVariable) =>
      valueOf(layers({ DATABASE_HOST: variable }), 'database.host');

    // A whole Secret most likely holds other things.
    expect(inEffect({ ...unread, whole: true })?.layer).toBe('file');
    expect(inEffect(unread)).toMatchObject({ layer: 'env', unread: unread.unread });
    expect(undecided(layers({ DATABASE_HOST: { ...unread, whole: true } }))).toHaveLength(1);
  });
});
