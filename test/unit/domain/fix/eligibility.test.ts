import { describe, expect, it } from 'vitest';
import {
  canonicalPersonId,
  everybodyOn,
  expand,
  firstAvailable,
  mayDecide,
  memberStandingOf,
  standingOf,
} from '../../../../src/domain/fix/eligibility.ts';
import { idOf, member, memoryDirectory, person } from '../../../support/approvals.ts';

const lists = [{ users: ['ULEAD'], usergroups: ['SLEADS'] }];

describe('who may decide', () => {
  it('lets a named user and a member of a named group', async () => {
    const directory = memoryDirectory();

    expect(await mayDecide(person('ULEAD'), lists, directory)).toMatchObject({
      ok: true,
      personId: idOf('ULEAD'),
    });
    expect(await mayDecide(person('UMEMBER'), lists, directory)).toMatchObject({ ok: true });
    expect(await mayDecide(person('UREQ'), lists, directory)).toMatchObject({
      ok: false,
      why: 'not-in-policy',
    });
  });

  it('says that it could not see a group instead of saying that somebody is not in it', async () => {
    const directory = memoryDirectory();
    directory.groups.delete('SLEADS');

    expect(await mayDecide(person('UMEMBER'), lists, directory)).toMatchObject({
      ok: false,
      why: 'directory-unavailable',
    });
    expect(await mayDecide(person('ULEAD'), lists, directory)).toMatchObject({ ok: true });
  });

  it('denies whom Slack does not know', async () => {
    expect(await standingOf(person('UNOBODY'), memoryDirectory())).toMatchObject({
      ok: false,
      why: 'directory-unavailable',
      detail: 'not-found',
    });
  });

  it('denies a payload that names another place than the directory does', async () => {
    const directory = memoryDirectory();
    directory.installation = () =>
      Promise.resolve({ known: { teamIds: ['T0HOME', 'T1'], enterpriseIds: [] } });

    expect(await standingOf(person('ULEAD', { teamId: 'T1' }), directory)).toMatchObject({
      why: 'identity-mismatch',
    });
  });

  it('knows a person of a Grid by the global id, and lets a list name either', async () => {
    const directory = memoryDirectory();
    directory.installation = () => Promise.resolve({ known: { teamIds: [], enterpriseIds: ['E1'] } });
    directory.people.set('ULOCAL', member('ULOCAL', { enterpriseId: 'E1', globalUserId: 'ULEAD' }));
    const somebody = person('ULOCAL', { teamId: 'TX', enterpriseId: 'E1' });

    expect(await mayDecide(somebody, lists, directory)).toMatchObject({ ok: true, personId: 'E1:ULEAD' });
  });

  it('lists everybody with their standing, each once', async () => {
    const directory = memoryDirectory();
    directory.people.set('UMEMBER', member('UMEMBER', { restricted: true }));

    const everybody = await everybodyOn([...lists, ...lists], directory);

    expect(everybody).toMatchObject([
      { userId: 'ULEAD', standing: { ok: true } },
      { userId: 'UMEMBER', standing: { ok: false, why: 'guest' } },
    ]);
  });

  it('asks the second directory what the first cannot say', async () => {
    const [first, second] = [memoryDirectory([]), memoryDirectory()];
    first.groups.clear();

    expect(await mayDecide(person('UMEMBER'), lists, firstAvailable(first, second))).toMatchObject({
      ok: true,
    });
  });
});

describe('R-A3: a full, active, human member', () => {
  const standing = async (more: Parameters<typeof member>[1], claimed: Parameters<typeof person>[1] = {}) => {
    const directory = memoryDirectory();
    directory.people.set('UX', member('UX', more));
    const asked = await standingOf(person('UX', claimed), directory);
    return asked.ok ? 'ok' : asked.why;
  };

  it.each([
    ['deleted', { deleted: true }, 'deactivated'],
    ['a bot', { bot: true }, 'bot'],
    ['a guest', { restricted: true }, 'guest'],
    ['a guest of one channel', { ultraRestricted: true }, 'guest'],
    ['a stranger', { stranger: true }, 'stranger'],
    ['of another workspace', { teamId: 'TELSEWHERE' }, 'not-installed'],
    ['full', {}, 'ok'],
  ])('is none who is %s', async (_what, more, why) => {
    expect(await standing(more)).toBe(why);
  });

  it('is one of a Grid that has the app, and none of another Grid or of no Grid at all', async () => {
    const directory = memoryDirectory();
    directory.installation = () => Promise.resolve({ known: { teamIds: ['T1'], enterpriseIds: ['E1'] } });
    directory.people.set('UIN', member('UIN', { teamId: 'T8', enterpriseId: 'E1', globalUserId: 'WIN' }));
    directory.people.set('UOUT', member('UOUT', { teamId: 'T8', enterpriseId: 'E9', globalUserId: 'WOUT' }));
    directory.people.set('UALONE', member('UALONE', { teamId: 'T8' }));

    expect(await memberStandingOf('UIN', directory)).toMatchObject({ ok: true, personId: 'E1:WIN' });
    expect(await memberStandingOf('UOUT', directory)).toMatchObject({ ok: false, why: 'not-installed' });
    expect(await memberStandingOf('UALONE', directory)).toMatchObject({ ok: false, why: 'not-installed' });
  });

  it('has one id where there is no global one', async () => {
    const directory = memoryDirectory();

    expect(await memberStandingOf('ULEAD', directory)).toEqual({
      ok: true,
      personId: idOf('ULEAD'),
      userIds: ['ULEAD'],
    });
  });

  it('is not one whose request comes from a workspace without the app', async () => {
    expect(await standing({}, { teamId: 'TELSEWHERE' })).toBe('not-installed');
  });

  it('says why the directory could not tell', async () => {
    const away = { unavailable: 'slack-unavailable' } as const;
    const directory = memoryDirectory();
    directory.installation = () => Promise.resolve(away);

    for (const asked of [standingOf(person('ULEAD'), directory), memberStandingOf('ULEAD', directory)])
      expect(await asked).toEqual({ ok: false, why: 'directory-unavailable', detail: 'slack-unavailable' });
    expect(await memberStandingOf('UNOBODY', memoryDirectory())).toMatchObject({ detail: 'not-found' });
  });

  it('is the same person by either id, and only in one organisation', async () => {
    const directory = memoryDirectory();
    directory.installation = () =>
      Promise.resolve({ known: { teamIds: ['T1'], enterpriseIds: ['E1', 'E2'] } });
    directory.people.set('UG', member('UG', { teamId: 'T1', enterpriseId: 'E1', globalUserId: 'UGLOBAL' }));
    const claim = (more: Parameters<typeof person>[1]) => standingOf(person('UG', more), directory);

    expect(await claim({ teamId: 'T9', enterpriseId: 'E1' })).toEqual({
      ok: true,
      personId: 'E1:UGLOBAL',
      userIds: ['UG', 'UGLOBAL'],
    });
    expect(await claim({ teamId: 'T1', enterpriseId: 'E2' })).toMatchObject({ why: 'identity-mismatch' });
    expect(await claim({ teamId: 'T1' })).toMatchObject({ ok: true });
  });
});

it('R-A4: the id of a person is the global one where there is one', () => {
  expect(canonicalPersonId(member('U1', { teamId: 'T1' }))).toBe('T1:U1');
  expect(canonicalPersonId(member('U1', { teamId: 'T1', enterpriseId: 'E1', globalUserId: 'W1' }))).toBe(
    'E1:W1',
  );
});

it('expands each group once, and names those that it cannot', async () => {
  const directory = memoryDirectory();
  const asked: string[] = [];
  const known = directory.groupMembers.bind(directory);
  directory.groupMembers = (id) => {
    asked.push(id);
    return known(id);
  };
  const twice = { users: ['U1'], usergroups: ['SLEADS', 'SGONE', 'SLEADS'] };
  const { userIds, missing } = await expand([twice, twice], directory);

  expect(asked).toEqual(['SLEADS', 'SGONE']);
  expect(missing).toEqual(['SGONE']);
  expect([...userIds].toSorted()).toEqual(['U1', 'UMEMBER']);
});

it('asks the second directory only what the first cannot say', async () => {
  const [first, second] = [memoryDirectory(), memoryDirectory()];
  const asked: string[] = [];
  for (const name of ['installation', 'person', 'groupMembers', 'channel'] as const)
    Object.assign(second, {
      [name]: () => {
        asked.push(name);
        return Promise.resolve({ unavailable: 'second' });
      },
    });
  const both = firstAvailable(first, second);

  expect(await both.person('ULEAD')).toHaveProperty('known');
  expect(await both.installation()).toHaveProperty('known');
  expect(await both.groupMembers('SLEADS')).toHaveProperty('known');
  expect(asked).toEqual([]);
  expect(await both.person('UNOBODY')).toEqual({ unavailable: 'second' });
  expect(await both.groupMembers('SGONE')).toEqual({ unavailable: 'second' });
  expect(asked).toEqual(['person', 'groupMembers']);
});
