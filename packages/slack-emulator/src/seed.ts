import type { SlackChannel, SlackUser, SlackUsergroup } from './types.ts';
import type { AppIdentity, Workspace } from './world.ts';

/** A user to create; what is left out is that of an ordinary member. */
export type UserSeed = Partial<SlackUser> & { readonly id: string; readonly name: string };

/** A channel to create; the bot is a member unless `withoutBot` is set. */
export type ChannelSeed = Partial<Omit<SlackChannel, 'members'>> & {
  readonly id: string;
  readonly name: string;
  readonly members?: readonly string[];
  readonly withoutBot?: boolean;
};

export type UsergroupSeed = Partial<SlackUsergroup> & { readonly id: string; readonly handle: string };

export interface WorldSeed {
  readonly workspace?: Partial<Workspace>;
  readonly app?: Partial<AppIdentity>;
  readonly users?: readonly UserSeed[];
  readonly channels?: readonly ChannelSeed[];
  readonly usergroups?: readonly UsergroupSeed[];
}

export const defaultWorkspace: Workspace = { id: 'T0AETHER1', name: 'Aetherius', domain: 'aetherius' };

export const defaultApp: AppIdentity = {
  appId: 'A0AETHER1',
  botId: 'B0AETHER1',
  botUserId: 'U0AETHBOT',
  name: 'aetherius',
};

export function makeUser(seed: UserSeed, teamId: string): SlackUser {
  return {
    teamId,
    realName: seed.name,
    email: `${seed.name}@example.test`,
    locale: 'en-US',
    tz: 'Europe/Berlin',
    isBot: false,
    isAdmin: false,
    isRestricted: false,
    isUltraRestricted: false,
    isStranger: false,
    deleted: false,
    ...seed,
  };
}

export function makeChannel(seed: ChannelSeed, botUserId: string, createdSeconds: number): SlackChannel {
  const { members = [], withoutBot = false, ...rest } = seed;
  return {
    kind: 'public',
    isArchived: false,
    isExtShared: false,
    isReadOnly: false,
    topic: '',
    created: createdSeconds,
    ...rest,
    members: new Set(withoutBot ? members : [...members, botUserId]),
  };
}

export const makeUsergroup = (seed: UsergroupSeed): SlackUsergroup => ({
  name: seed.handle,
  disabled: false,
  users: [],
  ...seed,
});

/** The people of the default world, by what a test or a demonstration needs them for. */
export const people = {
  requester: 'U0REQUEST',
  approver: 'U0APPROVE',
  guest: 'U0GUEST01',
  chinese: 'U0CHINESE',
  admin: 'U0ADMIN01',
  stranger: 'U0STRANGE',
  deactivated: 'U0DELETED',
} as const;

export const places = {
  ops: 'C0OPS0001',
  incidents: 'C0INCIDEN',
  general: 'C0GENERAL',
  /** The bot is not a member. */
  withoutBot: 'C0NOBOT01',
  archived: 'C0ARCHIVE',
  /** Shared with another organisation. */
  shared: 'C0SHARED1',
  private: 'C0PRIVATE',
} as const;

export const groups = { sre: 'S0SRE0001' } as const;

const insiders = [people.requester, people.approver, people.chinese, people.admin];

export const defaultUsers: readonly UserSeed[] = [
  { id: people.requester, name: 'rita', realName: 'Rita Requester' },
  { id: people.approver, name: 'adam', realName: 'Adam Approver', tz: 'America/New_York' },
  { id: people.guest, name: 'gil', realName: 'Gil Guest', isRestricted: true },
  { id: people.chinese, name: 'lei', realName: '李雷', locale: 'zh-CN', tz: 'Asia/Shanghai' },
  { id: people.admin, name: 'ada', realName: 'Ada Admin', isAdmin: true },
  {
    id: people.stranger,
    name: 'sam',
    realName: 'Sam Stranger',
    teamId: 'T0PARTNER',
    isStranger: true,
    email: null,
  },
  { id: people.deactivated, name: 'dora', realName: 'Dora Deactivated', deleted: true },
];

export const defaultChannels: readonly ChannelSeed[] = [
  { id: places.ops, name: 'ops', topic: 'Aetherius platform', members: [...insiders, people.guest] },
  { id: places.incidents, name: 'incidents', members: insiders },
  { id: places.general, name: 'general', members: insiders },
  { id: places.withoutBot, name: 'random', members: insiders, withoutBot: true },
  { id: places.archived, name: 'old-stuff', members: insiders, isArchived: true },
  { id: places.shared, name: 'partner-shared', isExtShared: true, members: [...insiders, people.stranger] },
  { id: places.private, name: 'war-room', kind: 'private', members: [people.approver, people.admin] },
];

export const defaultUsergroups: readonly UsergroupSeed[] = [
  { id: groups.sre, handle: 'sre', name: 'Site reliability', users: [people.approver, people.admin] },
];

/** Slack's own voice: it says when a command failed. */
export const slackbot: UserSeed = {
  id: 'USLACKBOT',
  name: 'slackbot',
  realName: 'Slackbot',
  isBot: true,
  email: null,
};
