import { asConfigured, type Mute } from './mute.ts';

/** Pure: what was accepted for good, as lines of YAML for the configuration. JSON's strings are YAML's. */
export function knownLines(mutes: readonly Mute[]): readonly string[] {
  const environments = [...new Set(mutes.map(({ environment }) => environment))].toSorted();
  return environments.flatMap((environment) => {
    const known = asConfigured(mutes.filter((mute) => mute.environment === environment));
    if (known.length === 0) return [];
    return [
      `${environment}:`,
      '  known:',
      ...known.map(
        ({ part, cause, reason }) =>
          `    - { part: ${part}, cause: ${cause}, reason: ${JSON.stringify(reason)} }`,
      ),
    ];
  });
}
