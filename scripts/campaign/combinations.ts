/** Which faults are planted together: every two that have something in common, and a drawn sample of the rest. */

import { random } from '../../lab/platform/generated/installation.ts';
import type { Fault } from '../../lab/types.ts';
import { diagnoses } from '../../src/diagnoses/index.ts';
import { unreachable } from '../../src/diagnoses/unreachable.diagnosis.ts';
import { dependencies } from '../../src/domain/platform/dependencies.ts';
import { type PartId, partIds } from '../../src/domain/platform/part.ts';
import { type Expectation, expectationOf } from './expectation.ts';

/** What a fault has in common with others: the parts that it breaks, and the probes by which its cause is known. */
export interface Touch {
  readonly parts: ReadonlySet<PartId>;
  readonly probes: ReadonlySet<string>;
}

export type Combination = readonly Fault[];
export const kindsOfCombination = ['related', 'others', 'triples'] as const;
export type KindOfCombination = (typeof kindsOfCombination)[number];

const isPart = (word: string | undefined): word is PartId => partIds.some((id) => id === word);

/** What is asked for a symptom, and the part that its cause is about. Throws where no diagnosis asks for it. */
export function askedFor({ symptom, cause }: Pick<Expectation, 'symptom' | 'cause'>) {
  const [id = '', part] = symptom.split(' ');
  const diagnosis = isPart(part) ? unreachable(part) : diagnoses.find((one) => one.id === id);
  if (diagnosis === undefined) throw new Error(`no diagnosis asks for ${symptom}`);
  return { diagnosis, part: diagnosis.causes.find((one) => one.id === cause)?.part ?? diagnosis.part };
}

/** Throws for a fault whose symptom no diagnosis asks for. */
export function touchOf(fault: Fault): Touch {
  const { diagnosis, part } = askedFor(expectationOf(fault));
  const [, named] = fault.id.split('.');
  const parts = [named, part].filter((one) => isPart(one));
  return {
    parts: new Set(parts),
    probes: new Set(diagnosis.evidence.map((call) => JSON.stringify(call))),
  };
}

/** Whether two share a part, a probe or an edge of the graph of dependencies. */
export function areRelated(one: Touch, other: Touch): boolean {
  const edge = (from: Touch, to: Touch) =>
    [...from.parts].some((part) => dependencies[part].some((below) => to.parts.has(below)));
  return (
    [...one.parts].some((part) => other.parts.has(part)) ||
    [...one.probes].some((probe) => other.probes.has(probe)) ||
    edge(one, other) ||
    edge(other, one)
  );
}

/** One part cannot be in two states at once. */
function excludeEachOther(one: Fault, other: Fault): boolean {
  const stateOf = (fault: Fault) => /^part\.[^.]+/.exec(fault.id)?.[0];
  return one.id === other.id || (stateOf(one) !== undefined && stateOf(one) === stateOf(other));
}

/** All pairs of a kind, in the order of the registry. */
export function pairsOf(faults: readonly Fault[], related: boolean): readonly Combination[] {
  const touches = new Map(faults.map((fault) => [fault, touchOf(fault)]));
  const touch = (fault: Fault): Touch => touches.get(fault) ?? touchOf(fault);
  return faults.flatMap((one, at) =>
    faults
      .slice(at + 1)
      .filter((other) => !excludeEachOther(one, other) && areRelated(touch(one), touch(other)) === related)
      .map((other) => [one, other]),
  );
}

/** So many of a list, drawn by the seed; all of a shorter one. */
export function drawn<T>(list: readonly T[], count: number, seed: number): readonly T[] {
  const next = random(seed);
  return list
    .map((one) => ({ one, at: next() }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ one }) => one);
}

/** So many sets of three, drawn by the seed, none twice. */
export function triplesOf(faults: readonly Fault[], count: number, seed: number): readonly Combination[] {
  const next = random(seed);
  const pick = () => faults[Math.floor(next() * faults.length)];
  const found = new Map<string, Combination>();
  for (let tries = 0; found.size < count && tries < count * 50; tries += 1) {
    const three = [pick(), pick(), pick()].filter((one) => one !== undefined);
    const clash = three.some((one, at) => three.slice(at + 1).some((other) => excludeEachOther(one, other)));
    if (three.length < 3 || clash) continue;
    const sorted = three.toSorted((a, b) => (a.id < b.id ? -1 : 1));
    found.set(sorted.map(({ id }) => id).join(' + '), sorted);
  }
  return [...found.values()];
}

/** What a campaign plants of a kind. */
export function combinationsOf(
  kind: KindOfCombination,
  faults: readonly Fault[],
  { count, seed }: { readonly count: number; readonly seed: number },
): readonly Combination[] {
  if (kind === 'triples') return triplesOf(faults, count, seed);
  return drawn(pairsOf(faults, kind === 'related'), count, seed);
}
