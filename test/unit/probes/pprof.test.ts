import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { culprit, isForeign, readProfile } from '../../../src/probes/support/pprof.ts';

/** Profiles that the lab's agent-manager gave: two seconds of CPU with correlation on, and its heap. */
const recorded = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));

describe('a recorded Go profile', () => {
  it('names the function of the program that burns the CPU, with file and line', () => {
    const summary = readProfile(recorded('agent-manager-cpu.pb.gz'), 'cpu');
    const hot = culprit(summary);

    expect(summary.unit).toBe('nanoseconds');
    // The innermost function of the program itself: below it is only the standard library.
    expect(hot?.name).toBe('aetherius.lab/services/internal/correlate.related');
    expect(hot?.file).toMatch(/correlate\.go$/);
    expect(hot?.line).toBeGreaterThan(0);
    expect((hot?.cumulative ?? 0) / summary.total).toBeGreaterThan(0.35);
  });

  it('sums to the whole, by flat values', () => {
    const summary = readProfile(recorded('agent-manager-cpu.pb.gz'), 'cpu');

    expect(summary.functions.reduce((sum, fn) => sum + fn.flat, 0)).toBe(summary.total);
    expect(summary.functions.every((fn) => fn.cumulative >= fn.flat && fn.cumulative <= summary.total)).toBe(
      true,
    );
  });

  it('reads each kind of sample of a heap', () => {
    const heap = recorded('agent-manager-heap.pb.gz');
    const live = readProfile(heap, 'inuse_space');
    const allocated = readProfile(heap, 'alloc_space');

    expect(live.unit).toBe('bytes');
    expect(live.total).toBeGreaterThan(0);
    expect(allocated.total).toBeGreaterThan(live.total);
  });
});

describe('whose code a function is', () => {
  it.each([
    ['runtime.mallocgc', true],
    ['encoding/json.Marshal', true],
    ['internal/poll.(*FD).Read', true],
    ['golang.org/x/net/http2.(*Framer).ReadFrame', true],
    ['aetherius.lab/services/internal/rules.matchWildcard', false],
    ['github.com/jackc/pgx/v5.(*Conn).Query', false],
  ])('%s', (name, foreign) => {
    expect(isForeign(name)).toBe(foreign);
  });
});
