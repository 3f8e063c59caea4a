import { describe, expect, it } from 'vitest';
import {
  type AccessRules,
  environmentsBeside,
  mayEnter,
  type Right,
  rights,
} from '../../../../src/domain/access/access.ts';
import { asPerson as as, directoryOf, everyKind as people } from '../../../support/slack-people.ts';

const directory = directoryOf({ SOPS: ['UMEMBER', 'UGUEST'], SNOBODY: [] });

const nobody = { users: [], usergroups: [], channels: [] };
const open: AccessRules = { sharedChannels: [], ask: { users: [], usergroups: [] } };
const whyNot = async (
  person: Parameters<typeof mayEnter>[0],
  right: Right,
  rules: AccessRules,
  at: { readonly channel?: string; readonly shownIn?: string } = {},
) => {
  const entry = await mayEnter(person, { right, ...at }, rules, directory);
  return entry.ok ? 'ok' : entry.why;
};

describe('without a rule', () => {
  it.each([
    ['UMEMBER', 'ok'],
    ['UGUEST', 'guest'],
    ['USINGLE', 'guest'],
    ['UOTHER', 'external'],
    ['UGONE', 'deactivated'],
    ['UBOT', 'bot'],
    ['UNKNOWN', 'unknown'],
  ])('%s: %s, for every right', async (userId, expected) => {
    for (const right of rights) {
      expect(await whyNot(as(userId), right, open)).toBe(expected);
      // App Home has no payload, only an id.
      if (userId !== 'UOTHER') expect(await whyNot({ userId }, right, open)).toBe(expected);
    }
    expect(await whyNot({ userId: 'UOTHER' }, 'read', open)).toBe('external');
  });

  it('a member who came with the payload of another workspace is not believed', async () => {
    expect(await whyNot(as('UMEMBER', 'TPARTNER'), 'read', open)).toBe('external');
  });
});

describe('a rule', () => {
  const named: AccessRules = {
    ...open,
    read: { ...nobody, users: ['UGUEST'], channels: ['CWAR'] },
    start: { ...nobody, usergroups: ['SOPS'] },
  };

  it('names who may read, and whoever may start may read too', async () => {
    expect(await whyNot(as('UGUEST'), 'read', named)).toBe('ok');
    expect(await whyNot(as('UMEMBER'), 'read', named)).toBe('ok');
    expect(await whyNot(as('UMEMBER'), 'read', { ...named, start: nobody })).toBe('not-named');
    expect(await whyNot(as('USINGLE'), 'read', named)).toBe('guest');
    expect(await whyNot(as('UOTHER'), 'read', named)).toBe('external');
  });

  it('of a channel counts for members who ask there, and for nobody else', async () => {
    const only = { ...named, start: nobody };
    expect(await whyNot(as('UMEMBER'), 'read', only, { channel: 'CWAR' })).toBe('ok');
    expect(await whyNot(as('UMEMBER'), 'read', only, { channel: 'CELSE' })).toBe('not-named');
    expect(await whyNot(as('USINGLE'), 'read', only, { channel: 'CWAR' })).toBe('guest');
    expect(await whyNot(as('UMEMBER'), 'start', only, { channel: 'CWAR' })).toBe('not-named');
  });

  it('with a list of nobody keeps everybody out', async () => {
    for (const { userId } of people)
      expect(await whyNot(as(userId), 'start', { ...open, start: nobody })).not.toBe('ok');
  });

  it('that names a guest lets them start, and change no settings of a channel', async () => {
    expect(await whyNot(as('UGUEST'), 'start', named)).toBe('ok');
    expect(await whyNot(as('UGUEST'), 'configure', named)).toBe('guest');
    expect(await whyNot(as('UMEMBER'), 'configure', named)).toBe('ok');
  });

  it('never names a deactivated account or an app into it', async () => {
    const rules = { ...open, read: { ...nobody, users: ['UGONE', 'UBOT'] } };
    expect(await whyNot(as('UGONE'), 'read', rules)).toBe('deactivated');
    expect(await whyNot(as('UBOT'), 'read', rules)).toBe('bot');
  });

  it('whose group Slack cannot tell refuses for that reason', async () => {
    const rules = { ...open, read: { ...nobody, usergroups: ['SAWAY'] } };
    expect(await whyNot(as('UMEMBER'), 'read', rules)).toBe('unknown');
    expect(await whyNot(as('UGUEST'), 'read', rules)).toBe('unknown');
  });
});

describe('a channel in which the answer will stand', () => {
  it.each([
    ['COPEN', 'ok'],
    ['CSHARED', 'shared-channel'],
    ['CLOST', 'channel-unknown'],
    ['CWITHOUT', 'ok'],
    ['DMEMBER', 'ok'],
    ['DDIRECT', 'others-conversation'],
    ['DLOST', 'others-conversation'],
    ['DELSE', 'ok'],
    ['UMEMBER', 'ok'],
    ['UOTHER', 'others-conversation'],
  ])('%s: %s', async (shownIn, expected) => {
    expect(await whyNot(as('UMEMBER'), 'start', open, { shownIn })).toBe(expected);
  });

  it('is theirs where they ask in it', async () => {
    const asked = { channel: 'DDIRECT', shownIn: 'DDIRECT' };
    expect(await whyNot(as('UMEMBER'), 'start', open, asked)).toBe('ok');
  });

  it('may be shared when it is allowed, and a private answer may be asked for there', async () => {
    const allowed = { ...open, sharedChannels: ['CSHARED'] };
    expect(await whyNot(as('UMEMBER'), 'start', allowed, { shownIn: 'CSHARED' })).toBe('ok');
    expect(await whyNot(as('UOTHER'), 'start', allowed, { shownIn: 'CSHARED' })).toBe('external');
    expect(await whyNot(as('UMEMBER'), 'read', open, { channel: 'CSHARED' })).toBe('ok');
  });
});

describe('R-A11: two environments have the same readers', () => {
  const haveSameReaders = (one: AccessRules, other: AccessRules, shownIn: string | undefined) =>
    environmentsBeside({ one: { access: one }, other: { access: other } })('one', shownIn).length === 1;
  const ops: AccessRules = { ...open, read: { ...nobody, usergroups: ['SOPS'] } };
  const few: AccessRules = { ...open, read: { ...nobody, users: ['UMEMBER'] } };

  it.each([
    ['without a rule', open, open, true],
    ['with the same list', ops, { ...ops, start: undefined }, true],
    ['with other people who may only start where everybody reads', open, { ...open, start: few.read }, true],
    ['with another list', ops, few, false],
    ['where further people may start, who read as well', ops, { ...ops, start: few.read }, false],
    // A list may name guests, whom "full members" leaves out.
    ['where one has a list and the other none', ops, open, false],
    ['where one has none and the other a list', open, ops, false],
  ] as const)('%s', (_what, one, other, same) => {
    expect(haveSameReaders(one, other as AccessRules, undefined)).toBe(same);
  });

  it('in a channel that another organisation shares only where both allow it', () => {
    const shared: AccessRules = { ...open, sharedChannels: ['CSHARED'] };
    expect(haveSameReaders(shared, open, 'CSHARED')).toBe(false);
    expect(haveSameReaders(shared, shared, 'CSHARED')).toBe(true);
    expect(haveSameReaders(shared, open, 'COWN')).toBe(true);
  });

  it('and only those are named beside one, never itself', () => {
    const environments = { prod: ops, staging: ops, secret: few, dev: ops };
    const beside = environmentsBeside(
      Object.fromEntries(Object.entries(environments).map(([name, access]) => [name, { access }])),
    );
    expect(beside('prod', 'C1')).toEqual(['staging', 'dev']);
    expect(beside('secret', 'C1')).toEqual([]);
    expect(beside('gone', 'C1')).toEqual([]);
  });
});
