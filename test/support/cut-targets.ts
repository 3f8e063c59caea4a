/**
 * Targets that come to harm at one call: they hang, die before it, or die after it with the answer lost; or something else
 * happens right before it.
 */

import { TargetError } from '../../src/domain/kernel/errors.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';

export const harms = ['hangs', 'is dead', 'loses its answer'] as const;
export type Harm = (typeof harms)[number];

export interface CutTargets {
  readonly targets: Targets;
  /** Calls that were made so far, and which one was harmed last. */
  calls(): number;
  harmed(): string | undefined;
}

const dead = () => new TargetError('closed', 'the target is dead');
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const hasCalls = (value: object) => Object.values(value).some((one) => typeof one === 'function');

/** Never answers; ends with the signal that it was given, and without one not at all. */
function hung(args: readonly unknown[]): Promise<never> {
  return new Promise((_resolve, reject) => {
    for (const arg of args) {
      const signal = isObject(arg) && 'signal' in arg ? arg.signal : undefined;
      if (!(signal instanceof AbortSignal)) continue;
      const end = () => reject(signal.reason as Error);
      if (signal.aborted) end();
      signal.addEventListener('abort', end, { once: true });
    }
  });
}

/** `at`: the call that is harmed, from 0; a target that is dead stays dead. A function is what happens right before it. */
export function cutTargets(targets: Targets, harm: Harm | (() => void), at: number): CutTargets {
  let count = 0;
  let harmed: string | undefined;
  const wrap = (target: object, path: string): object =>
    new Proxy(target, {
      get(from, key) {
        const value: unknown = Reflect.get(from, key);
        if (typeof key !== 'string') return value;
        if (typeof value === 'function') return call(value as Call, from, `${path}.${key}`);
        return isObject(value) && hasCalls(value) ? wrap(value, `${path}.${key}`) : value;
      },
    });
  const call =
    (method: Call, from: object, path: string) =>
    (...args: unknown[]): unknown => {
      // What is told at once asks no target.
      if (/\.(?:databaseName|find|hasListed|knows|left|limit|requests|pages)$/.test(path))
        return Reflect.apply(method, from, args) as unknown;
      const own = count;
      count += 1;
      const isCut = own === at || (own > at && harm === 'is dead');
      if (isCut) harmed ??= path;
      if (isCut && typeof harm === 'function') harm();
      if (isCut && harm === 'hangs') return hung(args);
      if (isCut && harm === 'is dead') return Promise.reject(dead());
      const inner = args.map((arg) =>
        typeof arg === 'function'
          ? (...given: unknown[]) =>
              Reflect.apply(
                arg,
                undefined,
                given.map((one) => (isObject(one) && hasCalls(one) ? wrap(one, path) : one)),
              ) as unknown
          : arg,
      );
      const answer: unknown = Reflect.apply(method, from, inner);
      if (!(answer instanceof Promise)) return answer;
      return answer.then((given: unknown) => {
        if (isCut && typeof harm === 'string') throw dead();
        if (Array.isArray(given))
          return given.map((one: unknown) => (isObject(one) && hasCalls(one) ? wrap(one, path) : one));
        return isObject(given) && hasCalls(given) ? wrap(given, path) : given;
      });
    };
  const members = Object.entries(targets).map(([name, target]): readonly [string, unknown] => [
    name,
    isObject(target) && name !== 'platform' && hasCalls(target) ? wrap(target, name) : target,
  ]);
  return {
    targets: Object.fromEntries(members) as unknown as Targets,
    calls: () => count,
    harmed: () => harmed,
  };
}

type Call = (...args: unknown[]) => unknown;
