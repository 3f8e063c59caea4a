import { describe, expect, it } from 'vitest';
import { failsByItself, runsWell } from '../../../../src/domain/probe/container-life.ts';
import { nameBefore, nameBeside, servingOf } from '../../../../src/domain/probe/replaced-container.ts';
import type { ComposeContainer } from '../../../../src/domain/probe/targets/compose.ts';
import { container } from '../../../support/fake-compose.ts';

const now = new Date('2026-03-01T10:02:00Z');
const startedSecondsAgo = (seconds: number) => ({
  startedAt: new Date(now.getTime() - seconds * 1000).toISOString(),
});

describe('the life of a container', () => {
  it.each<readonly [boolean, boolean, Partial<ComposeContainer>]>([
    [true, false, { health: 'healthy', ...startedSecondsAgo(1) }],
    [true, false, startedSecondsAgo(60)],
    [false, false, startedSecondsAgo(59)],
    [false, false, { health: 'starting', ...startedSecondsAgo(90) }],
    [false, true, { health: 'unhealthy' }],
    [false, true, { restartCount: 3, ...startedSecondsAgo(5) }],
    [true, false, { restartCount: 3, ...startedSecondsAgo(90) }],
    [false, true, { state: 'restarting' }],
    [false, false, { state: 'restarting', oomKilled: true }],
    [false, true, { state: 'exited', exitCode: 1 }],
    [false, true, { state: 'dead', exitCode: 127 }],
    [false, false, { state: 'exited', exitCode: 0 }],
    [false, false, { state: 'exited', exitCode: 143 }],
    [false, true, { state: 'created', error: 'exec format error' }],
    [false, false, { state: 'created' }],
    [false, false, { state: 'paused' }],
  ])('runs well: %j, fails by itself: %j, with %j', (well, fails, more) => {
    const one = container('agent-manager', more);

    expect([runsWell(one, now), failsByItself(one, now)]).toEqual([well, fails]);
  });
});

describe('of two containers of which one was made in the place of the other', () => {
  const old = container('agent-manager', { id: 'abcdef0123', name: 'm', state: 'exited' });
  const made = container('agent-manager', {
    ...{
      id: 'new',
      name: 'm',
      making: { obstacles: [], leansOn: [], restart: 'no', replaces: old.id },
    },
  });
  const aside = { ...old, name: nameBefore('m', old.id) };
  const beside = { ...made, name: nameBeside('m', old.id) };
  const ids = (...all: readonly ComposeContainer[]) => servingOf(all).map(({ id }) => id);

  it('the one with the name serves', () => {
    expect(ids(old, { ...beside, state: 'created' })).toEqual([old.id]);
    expect(ids(aside, { ...beside, state: 'created' })).toEqual([old.id]);
    expect(ids(aside, made)).toEqual(['new']);
  });

  it('one that somebody has started again is seen', () => {
    expect(ids({ ...aside, state: 'running' }, made)).toEqual([old.id, 'new']);
  });

  it('one whose other is gone is what is there', () => {
    expect(ids(made)).toEqual(['new']);
  });
});
