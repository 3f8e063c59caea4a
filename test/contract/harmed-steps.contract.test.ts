/**
 * The target comes to harm in the middle of a step, at each of its calls: it hangs, it dies, or it does what it was asked
 * and dies before it says so. The step ends, and an observation afterwards tells what is true, or that it cannot be told.
 */
import { describe, expect, it } from 'vitest';
import type { Remediation } from '../../src/domain/fix/remediation.ts';
import { AppError } from '../../src/domain/kernel/errors.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { cutTargets, type Harm, harms } from '../support/cut-targets.ts';
import { fixtures, type RemediationName, registered } from '../support/remediation-fixtures.ts';

const contextOf = (deps: Targets, signal: AbortSignal) => ({
  deps,
  signal,
  now: () => new Date(0),
  operation: { id: '6f1d', age: () => Promise.resolve(0) },
});
const healthy = (deps: Targets) => contextOf(deps, new AbortController().signal);
/** More calls than any step makes. */
const mostCalls = 2_000;
const endsWithinMs = 2_000;

/** The step of this number, of the plan and then of its undo, with the harm at this call; undefined: it makes fewer calls. */
async function harmedStep(remediation: Remediation, harm: Harm, number: number, at: number) {
  const fixture = fixtures[remediation.id as RemediationName]();
  const plan = await remediation.plan(remediation.params.parse(fixture.params), healthy(fixture.targets));
  const all = [...plan.steps, ...(plan.undo ?? [])];
  const step = all[number];
  if (step === undefined) return undefined;
  for (const before of all.slice(0, number))
    await remediation.applyStep(before, plan, healthy(fixture.targets));
  const unharmed = fixture.changes();
  const cut = cutTargets(fixture.targets, harm, at);
  const stopping = new AbortController();
  const applied = remediation.applyStep(step, plan, contextOf(cut.targets, stopping.signal)).then(
    () => 'done' as const,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  // Whoever waits for the target gives up once the call that hangs was made.
  if (harm === 'hangs') {
    for (let turn = 0; turn < 50 && cut.harmed() === undefined; turn += 1)
      await new Promise((resolve) => setImmediate(resolve));
    stopping.abort(new AppError('TIMED_OUT', 'the step took too long'));
  }
  const late = new Promise<'never ended'>((resolve) => {
    setTimeout(() => resolve('never ended'), endsWithinMs).unref();
  });
  const outcome = await Promise.race([applied, late]);
  if (cut.harmed() === undefined) return undefined;
  const where = `step ${number} ${harm} at ${at}: ${cut.harmed()}`;
  return { fixture, plan, step, outcome, where, changed: () => fixture.changes() - unharmed };
}

describe.each(registered.map((remediation) => [remediation.id, remediation] as const))(
  '%s, whose target comes to harm in the middle of a step',
  (_id, remediation) => {
    it.each(harms)('it %s', async (harm) => {
      let cuts = 0;
      for (let number = 0; ; number += 1) {
        const own = await harmedAtEachCall(remediation, harm, number);
        if (own === 0) break;
        cuts += own;
      }
      expect(cuts).toBeGreaterThan(0);
    });
  },
);

/** How many calls of the step were harmed, one after the other; 0: there is no such step. */
async function harmedAtEachCall(remediation: Remediation, harm: Harm, number: number): Promise<number> {
  for (let at = 0; at < mostCalls; at += 1) {
    const harmed = await harmedStep(remediation, harm, number, at);
    if (harmed === undefined) return at;
    const { fixture, plan, step, outcome, where, changed } = harmed;
    expect(outcome, where).not.toBe('never ended');
    const observed = await remediation.observeStep(step, plan, healthy(fixture.targets));
    // What has changed nothing is not done; what has changed something is not "not done".
    if (changed() === 0) expect(observed, where).not.toBe('done');
    else expect(observed, where).not.toBe('not-done');
    // Whoever was told "done" was told what is true.
    if (outcome === 'done') expect(observed, where).toBe('done');
    // Nothing happened: it can be done now, once.
    if (observed !== 'not-done') continue;
    await remediation.applyStep(step, plan, healthy(fixture.targets));
    expect(changed(), where).toBeGreaterThan(0);
    expect(await remediation.observeStep(step, plan, healthy(fixture.targets)), where).toBe('done');
  }
  throw new Error(`a step of ${remediation.id} makes more than ${mostCalls} calls`);
}
