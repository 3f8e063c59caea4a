import { describe, expect, it } from 'vitest';
import {
  everybodyOn,
  firstAvailable,
  mayDecide,
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
