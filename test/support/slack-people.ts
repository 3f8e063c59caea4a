/** One person of each kind, as Slack's directory knows them. */
import type { Directory, DirectoryPerson } from '../../src/domain/fix/eligibility.ts';
import type { Person } from '../../src/domain/kernel/person.ts';

const home = 'THOME';
const partner = 'TPARTNER';

export const member: DirectoryPerson = {
  userId: 'UMEMBER',
  teamId: home,
  deleted: false,
  bot: false,
  restricted: false,
  ultraRestricted: false,
  stranger: false,
};

export const everyKind: readonly DirectoryPerson[] = [
  member,
  { ...member, userId: 'UGUEST', restricted: true },
  { ...member, userId: 'USINGLE', ultraRestricted: true },
  { ...member, userId: 'UOTHER', teamId: partner, stranger: true },
  { ...member, userId: 'UGONE', deleted: true },
  { ...member, userId: 'UBOT', bot: true },
];

/** Who a payload says that it is from. */
export const asPerson = (userId: string, teamId = userId === 'UOTHER' ? partner : home): Person => ({
  userId,
  teamId,
  via: 'slack',
});

/** `DMEMBER` is the conversation with `UMEMBER`; the bot is not in `DELSE`. `CSHARED` is read by another organisation; Slack does not tell of `CLOST`, and the bot is not in `CWITHOUT`. */
export function directoryOf(groups: Readonly<Record<string, readonly string[]>> = {}): Directory {
  const unavailable: Readonly<Record<string, string>> = {
    ...{ CLOST: 'slack-unavailable', DLOST: 'slack-unavailable' },
    ...{ CWITHOUT: 'not-found', DELSE: 'not-found' },
  };
  return {
    installation: () => Promise.resolve({ known: { teamIds: [home], enterpriseIds: [] } }),
    person(id) {
      const known = everyKind.find(({ userId }) => userId === id);
      return Promise.resolve(known === undefined ? { unavailable: 'not-found' } : { known });
    },
    groupMembers(id) {
      const known = groups[id];
      return Promise.resolve(known === undefined ? { unavailable: 'slack-unavailable' } : { known });
    },
    channel(id) {
      const why = unavailable[id];
      if (why !== undefined) return Promise.resolve({ unavailable: why });
      return Promise.resolve({
        known: {
          ...{ externallyShared: id === 'CSHARED', private: false, archived: false },
          ...(id.startsWith('D') ? { with: id === 'DMEMBER' ? 'UMEMBER' : 'USOMEBODY' } : {}),
        },
      });
    },
  };
}
