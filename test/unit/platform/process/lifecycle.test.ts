import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/platform/process/clock.ts';
import { type Component, createLifecycle } from '../../../../src/platform/process/lifecycle.ts';
import { silentLogger } from '../../../support/logger.ts';

const options = { logger: silentLogger, clock: systemClock };

function recorder(log: string[], name: string, more: Partial<Component> = {}): Component {
  return {
    name,
    start: () => void log.push(`start ${name}`),
    stop: () => void log.push(`stop ${name}`),
    ...more,
  };
}

describe('a lifecycle', () => {
  it('starts in order and stops in reverse, once however often it is asked', async () => {
    const log: string[] = [];
    const lifecycle = createLifecycle([recorder(log, 'a'), recorder(log, 'b')], options);

    await lifecycle.start();
    const state = lifecycle.state();
    const [first, second] = await Promise.all([lifecycle.stop(1000), lifecycle.stop(1000)]);

    expect(state).toBe('ready');
    expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a']);
    expect([first, second]).toEqual([[], []]);
    expect(lifecycle.state()).toBe('stopped');
  });

  it('stops what was started when a later one fails to start', async () => {
    const log: string[] = [];
    const broken = recorder(log, 'b', { start: () => Promise.reject(new Error('no port')) });
    const lifecycle = createLifecycle([recorder(log, 'a'), broken, recorder(log, 'c')], options);

    await expect(lifecycle.start()).rejects.toThrow('no port');

    expect(log).toEqual(['start a', 'stop a']);
  });

  it('names what failed or was too slow, and still asks the others', async () => {
    const log: string[] = [];
    const slow = recorder(log, 'slow', { stop: () => new Promise(() => undefined) });
    const failing = recorder(log, 'failing', { stop: () => Promise.reject(new Error('no')) });
    const lifecycle = createLifecycle([recorder(log, 'a'), slow, failing], options);
    await lifecycle.start();

    const failed = await lifecycle.stop(300);

    expect(failed).toEqual(['failing', 'slow']);
    expect(log.at(-1)).toBe('stop a');
  });

  it('tells each component what is left of the budget', async () => {
    const budgets: number[] = [];
    const component = (name: string): Component => ({ name, stop: (left) => void budgets.push(left) });
    const lifecycle = createLifecycle([component('a'), component('b')], options);
    await lifecycle.start();

    await lifecycle.stop(1000);

    expect(budgets.every((left) => left > 0 && left <= 1000)).toBe(true);
  });
});
