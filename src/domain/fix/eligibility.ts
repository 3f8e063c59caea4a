import type { Person } from '../kernel/person.ts';
import { present } from '../kernel/present.ts';
import { personId } from './approval.ts';

/** A workspace member, as Slack's `users.info` tells it (or a fresh copy of that). */
export interface DirectoryPerson {
  readonly userId: string;
  readonly teamId: string;
  readonly enterpriseId?: string;
  /** Grid: the id that is the same in all workspaces (`enterprise_user.id`). */
  readonly globalUserId?: string;
  readonly deleted: boolean;
  /** `is_bot`, `is_workflow_bot` or USLACKBOT. */
  readonly bot: boolean;
  readonly restricted: boolean;
  readonly ultraRestricted: boolean;
  readonly stranger: boolean;
}

/** The workspaces and Grid organisations in which the app is installed. */
export interface Installation {
  readonly teamIds: readonly string[];
  readonly enterpriseIds: readonly string[];
}

/** What the directory knows, or why it cannot say: `not-found`, `stale`, `slack-unavailable`, `rate-limited`. */
export type Known<T> = { readonly known: T } | { readonly unavailable: string };

/**
 * Who people are, read from Slack: by the bot process live, by everybody else from the snapshot the bot keeps
 * in PostgreSQL. It answers `unavailable` instead of throwing; the caller must then deny (R-A3).
 */
export interface Directory {
  installation(): Promise<Known<Installation>>;
  person(userId: string): Promise<Known<DirectoryPerson>>;
  /** User ids of a usergroup's current members; empty for a disabled group. */
  groupMembers(groupId: string): Promise<Known<readonly string[]>>;
  /** `not-found` also for a channel that the bot does not see. */
  channel(channelId: string): Promise<Known<DirectoryChannel>>;
}

export interface DirectoryChannel {
  /** `is_ext_shared`, or about to be (R-S7). */
  readonly externallyShared: boolean;
  /** Only its members may know of it. */
  readonly private: boolean;
  readonly archived: boolean;
  /** Of a direct conversation with the bot: its other side. */
  readonly with?: string;
}

/** Named people of the policy: users by id, and usergroups that are expanded each time they are asked for (R-A8). */
export interface AllowList {
  readonly users: readonly string[];
  readonly usergroups: readonly string[];
}

/** Catalogue key `denied.<denial>`. */
export type Denial =
  | 'directory-unavailable'
  | 'identity-mismatch'
  | 'not-installed'
  | 'deactivated'
  | 'bot'
  | 'guest'
  | 'stranger'
  | 'not-in-policy'
  | 'joined-after-request'
  | 'own-request';

export type Standing =
  | { readonly ok: true; readonly personId: string; readonly userIds: readonly string[] }
  | { readonly ok: false; readonly why: Denial; readonly detail: string };

const denied = (why: Denial, detail = ''): Standing => ({ ok: false, why, detail });

/** One id for one person, also across the workspaces of a Grid (R-A4, R-A5). */
export function canonicalPersonId(person: DirectoryPerson): string {
  return personId({
    teamId: person.teamId,
    userId: person.globalUserId ?? person.userId,
    ...present({ enterpriseId: person.enterpriseId }),
  });
}

/** R-A3 without the allow-list: a full, active, human member of a workspace in which the app is installed. */
export async function standingOf(person: Person, directory: Directory): Promise<Standing> {
  const [installed, found] = await Promise.all([directory.installation(), directory.person(person.userId)]);
  if ('unavailable' in installed) return denied('directory-unavailable', installed.unavailable);
  if ('unavailable' in found) return denied('directory-unavailable', found.unavailable);
  if (!belongs(person, installed.known)) return denied('not-installed', person.teamId);
  return memberStanding(found.known, installed.known, person);
}

/** The same for a member of the policy who has not clicked anything. */
export async function memberStandingOf(userId: string, directory: Directory): Promise<Standing> {
  const [installed, found] = await Promise.all([directory.installation(), directory.person(userId)]);
  if ('unavailable' in installed) return denied('directory-unavailable', installed.unavailable);
  if ('unavailable' in found) return denied('directory-unavailable', found.unavailable);
  return memberStanding(found.known, installed.known, undefined);
}

function memberStanding(
  member: DirectoryPerson,
  installed: Installation,
  claimed: Person | undefined,
): Standing {
  if (member.stranger) return denied('stranger');
  if (!belongs(member, installed)) return denied('not-installed', member.teamId);
  if (claimed !== undefined && !samePlace(claimed, member)) return denied('identity-mismatch');
  if (member.deleted) return denied('deactivated');
  if (member.bot) return denied('bot');
  if (member.restricted || member.ultraRestricted) return denied('guest');
  const userIds = member.globalUserId === undefined ? [member.userId] : [member.userId, member.globalUserId];
  return { ok: true, personId: canonicalPersonId(member), userIds };
}

function belongs(who: { teamId: string; enterpriseId?: string }, installed: Installation): boolean {
  if (installed.teamIds.includes(who.teamId)) return true;
  return who.enterpriseId !== undefined && installed.enterpriseIds.includes(who.enterpriseId);
}

/** The payload and Slack's directory speak about the same member: same organisation, or same workspace. */
function samePlace(claimed: Person, member: DirectoryPerson): boolean {
  if (claimed.enterpriseId !== undefined && member.enterpriseId !== undefined)
    return claimed.enterpriseId === member.enterpriseId;
  return claimed.teamId === member.teamId;
}

/** Current user ids of the lists. `missing` names usergroups that could not be expanded. */
export async function expand(
  lists: readonly AllowList[],
  directory: Directory,
): Promise<{ readonly userIds: ReadonlySet<string>; readonly missing: readonly string[] }> {
  const userIds = new Set(lists.flatMap((list) => list.users));
  const groups = [...new Set(lists.flatMap((list) => list.usergroups))];
  const missing: string[] = [];
  const answers = await Promise.all(groups.map((group) => directory.groupMembers(group)));
  answers.forEach((answer, index) => {
    if ('unavailable' in answer) missing.push(groups[index] ?? '');
    else for (const userId of answer.known) userIds.add(userId);
  });
  return { userIds, missing };
}

/**
 * R-A3 with the allow-list, now. A person whom the named users do not contain and one of whose groups cannot be
 * expanded is denied for that reason, not for not being a member.
 */
export async function mayDecide(
  person: Person,
  lists: readonly AllowList[],
  directory: Directory,
): Promise<Standing> {
  const standing = await standingOf(person, directory);
  if (!standing.ok) return standing;
  const current = await expand(lists, directory);
  if (standing.userIds.some((userId) => current.userIds.has(userId))) return standing;
  if (current.missing.length > 0) return denied('directory-unavailable', current.missing.join(', '));
  return denied('not-in-policy');
}

/** Everybody on the lists with their standing: what is stored at the request (R-A8), and what `explain` prints. */
export async function everybodyOn(
  lists: readonly AllowList[],
  directory: Directory,
): Promise<readonly { readonly userId: string; readonly standing: Standing }[]> {
  const current = await expand(lists, directory);
  const people = [...current.userIds].sort();
  return Promise.all(
    people.map(async (userId) => ({ userId, standing: await memberStandingOf(userId, directory) })),
  );
}

/** Asks the first; where it cannot say, the second. */
export function firstAvailable(first: Directory, second: Directory): Directory {
  const either = async <T>(a: Promise<Known<T>>, b: () => Promise<Known<T>>): Promise<Known<T>> => {
    const answer = await a;
    return 'known' in answer ? answer : b();
  };
  return {
    installation: () => either(first.installation(), () => second.installation()),
    person: (id) => either(first.person(id), () => second.person(id)),
    groupMembers: (id) => either(first.groupMembers(id), () => second.groupMembers(id)),
    channel: (id) => either(first.channel(id), () => second.channel(id)),
  };
}
