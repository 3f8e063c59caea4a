import type { Facts } from '../kernel/facts.ts';
import type { FindingCode } from './findings.ts';

/**
 * A probe that looked and could not have seen everything says of which findings: their absence rules nothing out. `why`
 * is a catalogue key (`cause.<why>`), filled with the facts of the probe.
 */
export function leftOpen(why: string, ...codes: readonly [FindingCode, ...FindingCode[]]): Facts {
  return { open: codes.join(', '), openWhy: why };
}

/** Whether the absence of this finding shows nothing in what a probe has seen. */
export function isLeftOpen(facts: Facts, code: string): boolean {
  const { open } = facts;
  return typeof open === 'string' && open.split(', ').includes(code);
}

/**
 * A probe that saw what a finding speaks of, and not to the extent that makes it one: it is not reported, and it is not
 * told that it is not there.
 */
export function thereAnyway(...codes: readonly [FindingCode, ...FindingCode[]]): Facts {
  return { there: codes.join(', ') };
}

export function isThereAnyway(facts: Facts, code: string): boolean {
  const { there } = facts;
  return typeof there === 'string' && there.split(', ').includes(code);
}
