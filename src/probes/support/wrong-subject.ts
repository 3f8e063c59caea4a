import type { ConfiguredId } from '../../domain/platform/part.ts';
import { partNamed } from '../../domain/platform/part-names.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import { covers, withoutPlaceholders } from './nats-subjects.ts';

/** A client of NATS with what it listens to. */
interface Listener {
  readonly name: string;
  readonly subjects: readonly string[];
}

/** What stands before the last word, which says what kind of message it is. */
function stemOf(subject: string): string {
  return withoutPlaceholders(subject).split('.').slice(0, -1).join('.');
}

/**
 * Which of two parts has the wrong subject, by the other subjects of both: the commands that agents listen for, the
 * heartbeats that agent-manager listens for. Those of both sides stand beside the one subject, and those of neither side
 * beside the other one. Undefined where that is not so: then people know what was meant.
 */
export function wrongSide(
  subjects: { readonly 'agent-manager': string; readonly 'collect-agent': string },
  clients: readonly Listener[],
  platform: Platform,
): ConfiguredId | undefined {
  const sides = ['agent-manager', 'collect-agent'] as const;
  const own = (side: (typeof sides)[number]) =>
    clients.filter(({ name }) => partNamed(name, platform) === side).flatMap((client) => client.subjects);
  // In effect is what is listened to, whatever the file says.
  if (!own('agent-manager').includes(withoutPlaceholders(subjects['agent-manager']))) return undefined;
  const besides = (side: (typeof sides)[number], subject: string) =>
    own(side).some(
      (one) =>
        one !== withoutPlaceholders(subjects['agent-manager']) &&
        one.split('.').length === subject.split('.').length &&
        covers(stemOf(subject), stemOf(one)),
    );
  const right = sides.filter((side) => sides.every((each) => besides(each, subjects[side])));
  const other = sides.find((side) => side !== right[0]);
  if (right.length !== 1 || other === undefined) return undefined;
  return sides.some((each) => besides(each, subjects[other])) ? undefined : other;
}
