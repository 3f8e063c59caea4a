import {
  type AccessRules,
  askFacts,
  type Entry,
  mayBeShown,
  mayEnter,
  type Right,
  rights,
} from '../domain/access/access.ts';
import { createPace, type StartsPerMinute } from '../domain/access/pace.ts';
import type { AllowList, Directory } from '../domain/fix/eligibility.ts';
import type { Clock } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import type { Person } from '../domain/kernel/person.ts';
import { present } from '../domain/kernel/present.ts';
import type { Services } from '../services/contract.ts';

/** What an entry point wants to do. */
export interface Wanted {
  readonly right: Right;
  /** Absent where it is not known yet: then any environment opens the door, and what is shown is asked for again. */
  readonly environment?: string;
  /** Channel in which the answer will stand. */
  readonly shownIn?: string;
}

/** The use cases that judge the person themselves, by the approval policy and with an audit row for a refusal. */
export type Deciding = Pick<Services, 'mutes' | 'remediations' | 'switches' | 'tokens'>;

/** Who asks, and in which channel; the command line has no channel. */
export interface Asker {
  readonly person: Person;
  readonly delivery: { readonly channel?: string };
}

/** What Slack itself says of channels and of the app: no person asks for it. */
export type Upkeep = Pick<Services, 'places' | 'digests'>;

/** In the order of `rights`. */
export interface EnvironmentRights {
  readonly environment: string;
  readonly rights: readonly Right[];
}

/** R-A11: the only way of an entry point in Slack to the use cases. */
export interface Door {
  /** AppError NOT_ALLOWED with whom to ask. */
  enter(request: Asker, wanted: Wanted): Promise<Services>;
  /** For decisions about fixes. */
  readonly deciding: Deciding;
  /** For events that Slack makes, not people. */
  readonly upkeep: Upkeep;
  /** Environments of which this person may read. */
  readable(person: Person | { readonly userId: string }, channel?: string): Promise<readonly string[]>;
  /** What this person may do with each environment of which they may read. */
  rightsOf(person: Person, channel?: string): Promise<readonly EnvironmentRights[]>;
  /** Whether what an environment has inside may stand in a channel for everybody to read. */
  shows(environment: string, channel: string): Promise<Entry>;
  /** App Home is published for people who sent nothing, too; undefined for somebody who may read nothing. */
  home(
    person: Person | { readonly userId: string },
  ): Promise<{ readonly services: Services; readonly readable: readonly string[] } | undefined>;
}

export interface DoorOptions {
  readonly services: Services;
  /** By environment. */
  readonly rules: Readonly<Record<string, AccessRules>>;
  readonly directory: Directory;
  readonly startsPerMinute: StartsPerMinute;
  readonly clock: Clock;
}

/** Of an environment that there is not. */
const noRules: AccessRules = { sharedChannels: [], ask: { users: [], usergroups: [] } };

export function createDoor(options: DoorOptions): Door {
  const { services, rules, directory, startsPerMinute, clock } = options;
  const pace = createPace();
  const entryTo = (
    name: string,
    person: Parameters<Door['readable']>[0],
    wish: Parameters<typeof mayEnter>[1],
  ): Promise<Entry> => {
    const own = rules[name];
    // A refusal tells no asker which environments there are: an unknown one is said by the use case.
    return mayEnter(person, wish, own ?? noRules, directory);
  };
  const mustNotHurry = ({ person, delivery: { channel } }: Asker): void => {
    const keys = [
      [`person ${person.teamId}:${person.userId}`, startsPerMinute.person],
      ...(channel === undefined ? [] : [[`channel ${channel}`, startsPerMinute.channel] as const]),
    ] as const;
    const seconds = pace.take(keys, clock.now().getTime());
    if (seconds !== undefined)
      throw new AppError('NOT_ALLOWED', 'too many starts within a minute', {
        facts: { reason: 'access-too-often', seconds },
      });
  };
  const readable: Door['readable'] = async (person, channel) => {
    const names = Object.keys(rules);
    const entries = await Promise.all(
      names.map((name) => entryTo(name, person, { right: 'read', ...present({ channel }) })),
    );
    return names.filter((_, index) => entries[index]?.ok === true);
  };
  return {
    deciding: services,
    upkeep: services,
    readable,
    async rightsOf(person, channel) {
      const names = await readable(person, channel);
      return Promise.all(
        names.map(async (environment) => {
          const entries = await Promise.all(
            rights.map((right) => entryTo(environment, person, { right, ...present({ channel }) })),
          );
          return { environment, rights: rights.filter((_, index) => entries[index]?.ok === true) };
        }),
      );
    },
    shows: (environment, channel) => mayBeShown(channel, rules[environment] ?? noRules, directory),
    async home(person) {
      const mine = await readable(person);
      return mine.length === 0 ? undefined : { services, readable: mine };
    },
    async enter(request, wanted) {
      const { right, environment, shownIn } = wanted;
      const { channel } = request.delivery;
      const wish = { right, ...present({ channel, shownIn }) };
      const names = environment === undefined ? Object.keys(rules) : [environment];
      let first: { readonly name: string; readonly entry: Entry } | undefined;
      for (const name of names) {
        const entry = await entryTo(name, request.person, wish);
        if (entry.ok) {
          if (right === 'start' && environment !== undefined) mustNotHurry(request);
          return services;
        }
        first ??= { name, entry };
      }
      throw refusal(first?.entry, rules[first?.name ?? '']?.ask);
    },
  };
}

function refusal(entry: Entry | undefined, ask: AllowList | undefined): AppError {
  const why = entry === undefined || entry.ok ? 'unknown' : entry.why;
  return new AppError('NOT_ALLOWED', `refused at the door: ${why}`, {
    facts: { reason: `access-${why}`, ...askFacts(ask) },
  });
}
