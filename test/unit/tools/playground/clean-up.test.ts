import { describe, expect, it } from 'vitest';
import { createCleanUp } from '../../../../tools/playground/start/clean-up.ts';

describe('what the playground started', () => {
  it('is stopped once, the last first', async () => {
    const stopped: string[] = [];
    const cleanUp = createCleanUp();
    for (const name of ['postgres', 'emulator', 'product'])
      await cleanUp.start(
        async () => name,
        async (started) => stopped.push(started),
      );

    await Promise.all([cleanUp.run(), cleanUp.run()]);

    expect(stopped).toEqual(['product', 'emulator', 'postgres']);
  });

  it('is waited for while it is still on its way up, and then stopped', async () => {
    const stopped: string[] = [];
    const cleanUp = createCleanUp();
    let arrive: (name: string) => void = () => undefined;
    const starting = cleanUp.start(
      () => new Promise<string>((resolve) => (arrive = resolve)),
      async (started) => stopped.push(started),
    );

    const over = cleanUp.run();
    await Promise.resolve();
    expect(stopped).toEqual([]);
    arrive('postgres');
    await Promise.all([starting, over]);

    expect(stopped).toEqual(['postgres']);
  });

  it('does not keep the others from being stopped when it fails to start or to stop', async () => {
    const stopped: string[] = [];
    const cleanUp = createCleanUp();
    await cleanUp.start(
      async () => 'postgres',
      async (started) => stopped.push(started),
    );
    await cleanUp
      .start(
        () => Promise.reject(new Error('no redis')),
        async () => stopped.push('redis'),
      )
      .catch(() => undefined);
    await cleanUp.start(
      async () => 'nats',
      () => Promise.reject(new Error('it is stuck')),
    );

    await cleanUp.run();

    expect(stopped).toEqual(['postgres']);
  });

  it('is not started any more once the end has begun', async () => {
    const cleanUp = createCleanUp();
    await cleanUp.run();
    let begun = false;

    const late = cleanUp.start(
      async () => {
        begun = true;
      },
      async () => undefined,
    );

    await expect(late).rejects.toThrow('the playground is ending');
    expect(begun).toBe(false);
  });
});
