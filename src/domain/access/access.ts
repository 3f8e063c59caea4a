import {
  type AllowList,
  type Directory,
  expand,
  memberStandingOf,
  type Standing,
  standingOf,
} from '../fix/eligibility.ts';
import type { Person } from '../kernel/person.ts';

/** What a person may do with an environment, apart from deciding fixes (that is the approval policy's). */
export const rights = ['read', 'start', 'configure'] as const;
export type Right = (typeof rights)[number];

/** Who is named for a right; `channels` names the full members who ask there. */
export interface Named extends AllowList {
  readonly channels: readonly string[];
}

/** The rule of one environment. Without a list for a right, full members of the installed workspaces have it. */
export interface AccessRules {
  readonly read?: Named;
  readonly start?: Named;
  /** Channels shared with another organisation in which answers may be shown all the same. */
  readonly sharedChannels: readonly string[];
  /** Whom a refusal names. */
  readonly ask: AllowList;
}

/** Catalogue key `denied.access-<denial>`. */
export type AccessDenial =
  | 'unknown'
  | 'mismatch'
  | 'deactivated'
  | 'bot'
  | 'guest'
  | 'external'
  | 'not-named'
  | 'channel-unknown'
  | 'shared-channel'
  | 'others-conversation';

export type Entry = { readonly ok: true } | { readonly ok: false; readonly why: AccessDenial };

export interface Wish {
  readonly right: Right;
  /** Channel in which it was asked; counts for `channels` of a rule. */
  readonly channel?: string;
  /** Channel in which the answer will stand for everybody to read. */
  readonly shownIn?: string;
}

const refused = (why: AccessDenial): Entry => ({ ok: false, why });

/**
 * R-A11: full members of the installed workspaces, unless the rule names others; guests and people of another
 * organisation only by name. Whoever Slack cannot tell is refused. `person` is who the verified payload says, or a
 * user id alone where there is no payload (App Home that is published again).
 */
export async function mayEnter(
  person: Person | { readonly userId: string },
  wish: Wish,
  rules: AccessRules,
  directory: Directory,
): Promise<Entry> {
  const standing =
    'via' in person ? await standingOf(person, directory) : await memberStandingOf(person.userId, directory);
  const mine = await membership(person.userId, standing, wish, rules, directory);
  if (!mine.ok) return mine;
  const { shownIn, channel } = wish;
  if (shownIn === undefined) return mine;
  // Who asks in a conversation is in it; a place that was only named may be anybody's.
  if (shownIn !== channel && !(await isOwnConversation(person.userId, shownIn, directory)))
    return refused('others-conversation');
  return mayBeShown(shownIn, rules, directory);
}

/** False for a direct conversation with somebody else, and where Slack does not say with whom it is. */
async function isOwnConversation(
  userId: string,
  place: string,
  directory: Pick<Directory, 'channel'>,
): Promise<boolean> {
  if (/^[UW]/.test(place)) return place === userId;
  if (!place.startsWith('D')) return true;
  const found = await directory.channel(place);
  // One that the bot is not in: it can post nothing there.
  return 'unavailable' in found ? found.unavailable === 'not-found' : found.known.with === userId;
}

async function membership(
  userId: string,
  standing: Standing,
  wish: Wish,
  rules: AccessRules,
  directory: Directory,
): Promise<Entry> {
  const lists = listsFor(wish.right, rules);
  if (standing.ok) {
    if (lists === undefined) return { ok: true };
    const asked = wish.channel;
    if (asked !== undefined && lists.some(({ channels }) => channels.includes(asked))) return { ok: true };
    return named(standing.userIds, lists, directory);
  }
  switch (standing.why) {
    case 'guest':
    case 'stranger':
    case 'not-installed': {
      const why = standing.why === 'guest' ? 'guest' : 'external';
      // Settings of a channel are for members, even when others are named.
      if (wish.right === 'configure' || lists === undefined) return refused(why);
      const entry = await named([userId], lists, directory);
      return entry.ok || entry.why === 'unknown' ? entry : refused(why);
    }
    case 'bot':
    case 'deactivated':
      return refused(standing.why);
    case 'identity-mismatch':
      return refused('mismatch');
    default:
      return refused('unknown');
  }
}

/** A person who may start may also read; a person who may not start may not change settings. */
function listsFor(right: Right, { read, start }: AccessRules): readonly Named[] | undefined {
  if (right !== 'read') return start === undefined ? undefined : [start];
  if (read === undefined) return undefined;
  return start === undefined ? [read] : [read, start];
}

async function named(
  userIds: readonly string[],
  lists: readonly Named[],
  directory: Directory,
): Promise<Entry> {
  const current = await expand(lists, directory);
  if (userIds.some((id) => current.userIds.has(id))) return { ok: true };
  return refused(current.missing.length > 0 ? 'unknown' : 'not-named');
}

/** R-A11: not where another organisation reads, and not where Slack does not say who does. */
export async function mayBeShown(
  channel: string,
  rules: Pick<AccessRules, 'sharedChannels'>,
  directory: Pick<Directory, 'channel'>,
): Promise<Entry> {
  if (channel.startsWith('D') || rules.sharedChannels.includes(channel)) return { ok: true };
  const found = await directory.channel(channel);
  // Where the bot is no member it can post nothing; the answer then reaches the asker alone.
  if ('unavailable' in found)
    return found.unavailable === 'not-found' ? { ok: true } : refused('channel-unknown');
  return found.known.externallyShared ? refused('shared-channel') : { ok: true };
}

/**
 * Whether everybody who reads an answer about one environment may read about the other one, too. A list may name guests,
 * whom "every full member" leaves out, so the two rules have to be the same; of a channel that another organisation
 * shares, both have to allow it.
 */
function haveSameReaders(one: AccessRules, other: AccessRules, shownIn: string | undefined): boolean {
  const readers = (rules: AccessRules) => JSON.stringify(listsFor('read', rules) ?? 'members');
  const shared = shownIn !== undefined && one.sharedChannels.includes(shownIn);
  return readers(one) === readers(other) && (!shared || other.sharedChannels.includes(shownIn));
}

/** The other environments that an answer about one, shown in that channel, may speak of as well. */
export type EnvironmentsBeside = (environment: string, shownIn: string | undefined) => readonly string[];

/** Those whose answers the same people read: who may not see an environment is not told its name. */
export function environmentsBeside(
  environments: Readonly<Record<string, { readonly access: AccessRules }>>,
): EnvironmentsBeside {
  return (environment, shownIn) => {
    const own = environments[environment]?.access;
    if (own === undefined) return [];
    return Object.entries(environments).flatMap(([name, { access }]) =>
      name !== environment && haveSameReaders(own, access, shownIn) ? [name] : [],
    );
  };
}

/** Whom a refusal names, as facts of an AppError. */
export function askFacts(ask: AllowList | undefined): {
  readonly askUsers: string;
  readonly askGroups: string;
} {
  return { askUsers: ask?.users.join(',') ?? '', askGroups: ask?.usergroups.join(',') ?? '' };
}
