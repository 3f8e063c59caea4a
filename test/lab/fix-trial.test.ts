/** The campaign to the end: it has to see every way in which a fix is not what it says. The real one runs by `npm run campaign -- --fix`. */

import { describe, expect, it } from 'vitest';
import { faultById, faults } from '../../lab/faults/index.ts';
import type { Fault, Lab } from '../../lab/types.ts';
import { chosenVariants, ciChoices, isWanted } from '../../scripts/campaign/choice.ts';
import { ciFixes, fixToCarryOut } from '../../scripts/campaign/ci-fixes.ts';
import { ending, notOnce, ownWish } from '../../scripts/campaign/effects.ts';
import { tryFix } from '../../scripts/campaign/fix-trial.ts';
import type { Ended, Fixes, Offer } from '../../scripts/campaign/fixes.ts';
import { everyThird, Mender, planned } from '../../scripts/campaign/fixing.ts';
import { numberIn } from '../../scripts/campaign/graph-effects.ts';
import type { Answer, Product } from '../../scripts/campaign/product.ts';
import { Controls, tryFault } from '../../scripts/campaign/trial.ts';
import { isOf, untried } from '../../scripts/campaign/untried.ts';
import { remediations } from '../../src/remediations/index.ts';

const answer = (cause: string | undefined): Answer => ({
  ...{ runId: 'run', seconds: 1, message: '[]', evidence: [] },
  causes: cause === undefined ? [] : [{ id: cause, verdict: 'confirmed' }],
  overall: cause === undefined ? 'no-cause' : 'cause-found',
  title: cause ?? 'nothing',
});

const step = { kind: 'kind', target: '', from: {}, to: {}, precondition: {}, safety: 'idempotent' } as const;

interface Is {
  broken: boolean;
  /** What the diagnosis says of it. */
  said: boolean;
}

interface Acts {
  /** What one press does to the platform; default: it mends it. */
  readonly fix?: (is: Is) => void;
  readonly undo?: (is: Is) => void;
  readonly approvedBy?: readonly string[];
  readonly state?: Ended['state'];
  /** How often the target saw it. */
  readonly count?: number;
}

const named = 'compose.restart-service';

/** A platform with one fault, and a product that says and does what it is told. */
function stage({ fix, undo, approvedBy = ['another'], state = 'succeeded', count = 1 }: Acts = {}) {
  const is: Is = { broken: false, said: false };
  const set = (broken: boolean) => Object.assign(is, { broken, said: broken });
  const fault: Fault = {
    ...{ id: 'S2.b', title: '', variants: ['one', 'two'], runtimes: ['compose'], within: 0.1 },
    plant: async () => void set(true),
    check: async () => is.broken,
    clear: async () => void set(false),
  };
  const offer = {
    ...{ id: 'an-id', handle: 'r-1', fix: named, tier: 2 },
    plan: { steps: [step], undo: [step] },
  } as unknown as Offer;
  const ended = (direction: 'apply' | 'undo'): Ended => ({
    ...{ offer, state, outcome: {}, requestedBy: 'somebody', approvedBy, seconds: 1 },
    steps: [{ direction, idx: 0, attempt: 1, outcome: 'done', facts: {} }],
  });
  const fixes: Fixes = {
    offered: async () => ({ offers: [offer], menu: [], refused: [] }),
    choose: async () => offer,
    carryOut: async () => {
      if (fix === undefined) set(false);
      else fix(is);
      return ended('apply');
    },
    undo: async () => {
      if (undo === undefined) set(true);
      else undo(is);
      return ended('undo');
    },
  };
  const product: Product = {
    health: () => Promise.reject(new Error('not asked for here')),
    diagnose: async () => answer(is.said ? 'S2.b' : undefined),
    seenToRun: async () => undefined,
    stop: async () => undefined,
  };
  const lab = { runtime: 'compose', healthy: async () => undefined } as unknown as Lab;
  const watch = async () => async () => ({ by: 'itself', seen: [{ what: 'restart', count }] });
  return { fault, stage: { lab, product, fixes, watch, patience: 0 } };
}

async function problemsOf(acts?: Acts) {
  const { fault, stage: on } = stage(acts);
  return (await tryFix(on, fault, 'one', { choose: ([first]) => first, undo: () => true })).problems;
}

describe('the campaign to the end', () => {
  it('accepts a fix that mends, and an undo after which the cause is there and is named', async () => {
    expect(await problemsOf()).toEqual([]);
  });

  it('sees a fix after which the cause is still confirmed', async () => {
    expect(await problemsOf({ fix: () => undefined })).toContain('not healthy: S2.b confirmed');
  });

  it('sees that the diagnosis says healthy while the fault is there', async () => {
    expect(await problemsOf({ fix: (is) => (is.said = false) })).toEqual([
      'certain and wrong: healthy is said, and the fault is still there',
    ]);
  });

  it('sees an undo after which the planted state is not back, or is not named', async () => {
    expect(await problemsOf({ undo: () => undefined })).toEqual(['undo: its check never sees it']);
    expect(await problemsOf({ undo: (is) => (is.broken = true) })).toEqual(['not found: not named again: ']);
  });

  it('sees a fix that failed, and one that nobody else approved', async () => {
    expect(await problemsOf({ state: 'failed' })).toContain(`${named} ended as failed`);
    expect(await problemsOf({ approvedBy: ['somebody'] })).toContain('no other person approved it');
    expect(await problemsOf({ approvedBy: [] })).toContain('no other person approved it');
  });

  it('is part of a trial as well, where the fault has a remediation to carry out', async () => {
    const { fault, stage: on } = stage();
    const mender = new Mender(on, {
      seed: 1,
      fixOf: (_fault, variant) => (variant === 'one' ? { fix: named, undone: false } : undefined),
    });
    const options = { ...on, controls: new Controls(), mender };
    const first = await tryFault(options, fault, 'one');
    const second = await tryFault(options, fault, 'two');

    expect(first.mended).toMatchObject({ fix: named, state: 'succeeded', problems: [] });
    expect([...first.problems, ...second.problems]).toEqual([]);
    expect(second.mended).toBeUndefined();
  });

  it('asks once where a fault is planted for its fix alone', async () => {
    const { fault, stage: on } = stage();
    const asked: string[] = [];
    const product: Product = {
      ...on.product,
      diagnose: (symptom) => {
        asked.push(symptom);
        return on.product.diagnose(symptom);
      },
    };
    const mender = new Mender({ ...on, product }, { seed: 1, fixOf: () => ({ fix: named, undone: false }) });
    const options = { ...on, product, controls: new Controls(), mender };
    const { problems, mended } = await tryFault({ ...options, forFix: true }, fault, 'one');

    expect(problems).toEqual([]);
    // While it is planted, after the fix, and after the undo that this seed draws.
    expect(mended?.undone).toMatch(/^succeeded/);
    expect(asked).toHaveLength(4);
  });

  it('takes back, whatever the seed draws, what the fault could not be cleared beside', async () => {
    const { fault, stage: on } = stage();
    for (const seed of [1, 2, 3, 4]) {
      const mender = new Mender(on, { seed, fixOf: () => ({ fix: named, undone: true }) });
      const { mended } = await tryFault({ ...on, controls: new Controls(), mender }, fault, 'one');

      expect(mended?.undone).toMatch(/^succeeded/);
    }
  });

  it('says that no fix was offered', async () => {
    const { fault, stage: on } = stage();
    const { problems, fix } = await tryFix(on, fault, 'one', { choose: () => undefined, undo: () => true });

    expect(fix).toBeUndefined();
    expect(problems).toEqual(['no fix of its cause was offered']);
  });

  it('counts nothing where nobody knows how, and says so', async () => {
    const { fault, stage: on } = stage();
    const watch = () => Promise.resolve(undefined);
    const { problems } = await tryFix({ ...on, watch }, fault, 'one', {
      choose: ([first]) => first,
      undo: () => false,
    });

    expect(problems).toEqual([`nothing counts the effects of ${named}`]);
  });

  it('sees an effect that the target saw twice, or never', async () => {
    expect(await problemsOf({ count: 2 })).toContain('1 steps, and the target saw restart ×2');
    const seen = (...counts: readonly number[]) => ({
      by: 'itself',
      seen: counts.map((count, at) => ({ what: `restart ${at}`, count })),
    });
    const once = { step, batches: false };

    expect(notOnce(seen(1), [once])).toEqual([]);
    expect(notOnce(seen(1, 1), [once, once])).toEqual([]);
    expect(notOnce(seen(2), [once])).toEqual(['1 steps, and the target saw restart 0 ×2']);
    expect(notOnce(seen(), [once])).toEqual(['1 steps, and the target saw nothing']);
    expect(notOnce(seen(7), [{ step, batches: true }])).toEqual([]);
    expect(notOnce(seen(), [{ step, batches: true }])).toEqual(['the target saw nothing']);
  });

  it('takes a start and the network that goes with it for one restart, and two disconnections for one', () => {
    const told = (type: string, action: string, container = 'c1') => ({ type, action, container });
    const [off, on] = [told('network', 'disconnect'), told('network', 'connect')];
    expect(ownWish([off, off])).toEqual([off]);
    expect(ownWish([off, off, on, off, off])).toEqual([off, on, off]);
    expect(ownWish([on, on])).toEqual([on, on]);
    const [restart, start] = [told('container', 'restart', 'nats'), told('container', 'start', 'nats')];
    expect(ownWish([restart, start, told('network', 'connect', 'nats')])).toEqual([restart]);
    expect(ownWish([told('container', 'start'), on])).toEqual([told('container', 'start')]);
  });

  it('takes no start by a policy for one that somebody asked for', () => {
    const told = (action: string, container = 'c1') => ({ type: 'container', action, container });
    const network = { type: 'network', action: 'connect', container: 'c1' };
    const itself = [told('die'), network, told('start')];
    expect(ownWish([...itself, ...itself])).toEqual([]);
    expect(ownWish([told('start'), ...itself], ['c1'])).toEqual([]);
    // It ended before the first look, and the engine tells of its network only afterwards.
    expect(ownWish([{ ...network, action: 'disconnect' }], ['c1'])).toEqual([]);
    const asked = [told('kill'), told('die'), told('stop'), network, told('start')];
    expect(ownWish([...itself, ...asked, ...itself])).toEqual([told('start')]);
  });

  it('takes the network of one that was ending already for nothing that somebody asked for', () => {
    const told = (action: string, container: string) => ({ type: 'container', action, container });
    const before = [told('die', 'c1'), told('die', 'c2'), told('start', 'c2'), told('exec_start', 'c1')];
    expect(ending(before)).toEqual(['c1']);
    // Somebody has stopped it: its next start is a wish.
    expect(ending([told('start', 'c3'), told('kill', 'c3'), told('die', 'c3')])).toEqual([]);
    expect(ending([told('start', 'c3'), told('die', 'c3'), told('stop', 'c3')])).toEqual([]);
    const network = { type: 'network', action: 'disconnect', container: 'c1' };
    expect(ownWish([network], ending(before))).toEqual([]);
    expect(ownWish([{ ...network, container: 'c2' }], ending(before))).toHaveLength(1);
  });

  it.each(['kubernetes-keep-secret', 'kubernetes-keep-password'])(
    'knows that the step %s makes more than one object',
    (kind) => {
      const seen = (count: number) => ({ by: 'itself', seen: [{ what: 'create', count }] });
      const keeps = { step: { ...step, kind }, batches: false };

      expect([2, 3].flatMap((count) => notOnce(seen(count), [keeps]))).toEqual([]);
      expect(notOnce(seen(3), [keeps, { step, batches: false }])).toEqual([]);
      expect(notOnce(seen(1), [keeps])).toEqual(['1 steps, and the target saw create ×1']);
      expect(notOnce(seen(4), [keeps])).toEqual(['1 steps, and the target saw create ×4']);
    },
  );

  it('reads the number of a transaction in a bookmark of Neo4j, and no other thing', () => {
    const bookmark = (...number: readonly number[]) =>
      `FB:${Buffer.from([0x91, 0xcc, 0x10, ...Array<number>(16).fill(0), ...number, 0x90]).toString('base64')}`;

    // As Neo4j 5.26 gave them before a change of a password, and after it.
    expect(numberIn('FB:kcwQAAAAAAAAAAAAAAAAAAAAASyQ')).toBe(44);
    expect(numberIn('FB:kcwQAAAAAAAAAAAAAAAAAAAAAS2Q')).toBe(45);
    expect(numberIn(bookmark(0xc9, 1, 44))).toBe(300);
    expect(numberIn(bookmark(0xca, 0, 1, 0, 0))).toBe(65_536);
    for (const other of ['', 'FB:', 'neo4j:bookmark:v1:tx44', bookmark(0xc1)])
      expect(() => numberIn(other)).toThrow('bookmark');
  });

  it('draws one of each three undos, the same ones by the same seed', () => {
    const draws = (seed: number) => Array.from({ length: 30 }, everyThird(seed));

    expect(draws(7).filter(Boolean)).toHaveLength(10);
    expect(draws(7)).toEqual(draws(7));
    expect(new Set(Array.from({ length: 20 }, (_, seed) => draws(seed).join()))).not.toHaveLength(1);
  });

  it('plants a fault for every remediation that a cause names, or says why it is not tried', () => {
    const named = new Set(everything.map(({ fix }) => fix));
    const tried = new Set(everything.flatMap(({ fix, why }) => (why === undefined ? [fix] : [])));
    const ids = remediations.map(({ id }) => id);

    expect(ids.filter((id) => !named.has(id))).toEqual([]);
    expect(ids.filter((id) => !tried.has(id) && !('left' in ciFixes[id]))).toEqual([]);
  });

  it('leaves nothing out that is not there', () => {
    expect(untried.filter((one) => !everything.some((asked) => isOf(one, asked)))).toEqual([]);
  });
});

const everything = (['compose', 'kubernetes'] as const).flatMap((runtime) =>
  planned(
    {
      faults: faults.filter(({ runtimes }) => runtimes.includes(runtime)),
      variantsOf: ({ variants }) => variants,
    },
    runtime,
  ).map((one) => ({ ...one, runtime })),
);

describe('the fixes that CI carries out', () => {
  const chosen = Object.entries(ciFixes).flatMap(([fix, one]) => ('left' in one ? [] : [{ fix, ...one }]));

  it.each(chosen)('$fix: $fault on $on can be mended by it, and CI plants that', ({ fix, on, ...wish }) => {
    const fault = faultById(wish.fault);
    const variant = wish.variant ?? fault.variants[0] ?? '';
    const choice = { ...ciChoices[on], each: true, mend: true };

    expect(everything).toContainEqual({ fault, variant, fix, runtime: on });
    expect(isWanted(choice, fault)).toBe(true);
    expect(chosenVariants(choice, fault)).toContain(variant);
    expect(fixToCarryOut(fault, variant, on)?.fix).toBe(fix);
  });

  it('are all, or the reason why not stands there', () => {
    const left = Object.values(ciFixes).flatMap((one) => ('left' in one ? [one.left] : []));

    expect(Object.keys(ciFixes).toSorted()).toEqual(remediations.map(({ id }) => id).toSorted());
    expect(left.filter((why) => why.length < 20)).toEqual([]);
  });
});
