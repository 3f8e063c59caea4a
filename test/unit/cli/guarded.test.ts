/** R-A11 on the command line: every use case that a token reaches asks the door, or is a decision. */
import { describe, expect, it } from 'vitest';
import { guardServices, type PersonServices } from '../../../src/cli/guarded.ts';
import type { Right } from '../../../src/domain/access/access.ts';
import type { Clock } from '../../../src/domain/kernel/clock.ts';
import { AppError } from '../../../src/domain/kernel/errors.ts';
import { createDoor } from '../../../src/handlers/door.ts';
import type { Services } from '../../../src/services/contract.ts';
import { asPerson, directoryOf, member } from '../../support/slack-people.ts';

interface Rule {
  readonly right: Right;
  readonly ask: (services: PersonServices) => Promise<unknown>;
}
type Asking = Omit<PersonServices, 'deciding'>;

const by = asPerson(member.userId);
const surface = { teamId: 'THOME', channel: 'COPEN', language: 'en' } as const;
const place = { channel: 'COPEN', teamId: 'THOME', by };
/** A use case without a rule here does not compile. */
const rules: { readonly [S in keyof Asking]: { readonly [M in keyof Asking[S]]: Rule } } = {
  runs: {
    start: {
      right: 'start',
      ask: ({ runs }) => runs.start({ kind: 'propose', environment: 'prod', source: 'command-line' }),
    },
    get: { right: 'read', ask: ({ runs }) => runs.get('run') },
    history: { right: 'read', ask: ({ runs }) => runs.history('prod', 5) },
  },
  reports: { make: { right: 'read', ask: ({ reports }) => reports.make({ language: 'en' }) } },
  cases: {
    find: { right: 'read', ask: ({ cases }) => cases.find('run') },
    keep: { right: 'read', ask: ({ cases }) => cases.keep('run') },
  },
  digests: {
    now: { right: 'start', ask: ({ digests }) => digests.now({ surface, environment: 'prod', by }) },
    configure: { right: 'configure', ask: ({ digests }) => digests.configure({ ...place, enabled: true }) },
  },
  remediations: {
    get: { right: 'read', ask: ({ remediations }) => remediations.get('r1') },
    list: {
      right: 'read',
      ask: ({ remediations }) => remediations.list({ environment: 'prod', limit: 5 }),
    },
    explain: { right: 'read', ask: ({ remediations }) => remediations.explain('x', 'prod') },
    followUps: { right: 'read', ask: ({ remediations }) => remediations.followUps(5) },
  },
  switches: {
    list: { right: 'read', ask: ({ switches }) => switches.list() },
    underWay: { right: 'read', ask: ({ switches }) => switches.underWay() },
    record: { right: 'read', ask: ({ switches }) => switches.record() },
  },
  mutes: { list: { right: 'read', ask: ({ mutes }) => mutes.list('prod') } },
};
const cases = Object.entries(rules).flatMap(([service, methods]) =>
  Object.entries(methods as Readonly<Record<string, Rule>>).map(([method, rule]) => ({
    name: `${service}.${method}`,
    ...rule,
  })),
);

/** Two environments; who is named may do that in `prod`, and nobody here anything in `stage`. */
function world(
  named: { readonly read: readonly string[]; readonly start: readonly string[] },
  userId: string,
) {
  const effects: string[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    'runs.get': { environment: 'prod' },
    'runs.history': [{ environment: 'stage' }, { environment: 'prod' }],
    'cases.find': { id: 'r', environment: 'prod' },
    'reports.make': { report: { run: { environment: 'prod' } } },
    'remediations.get': { remediation: { id: 'r1', planHash: 'h', environment: 'prod', secret: 'plan' } },
    'remediations.followUps': [{ environment: 'stage' }, { environment: 'prod' }],
    'remediations.list': [{ environment: 'stage' }, { environment: 'prod' }],
    'switches.underWay': [{ environment: 'stage' }, { environment: 'prod' }],
    'mutes.list': [{ environment: 'stage' }, { environment: 'prod' }],
  };
  const room = (service: string) =>
    new Proxy(
      {},
      {
        get: (_, method) => () => {
          const call = `${service}.${String(method)}`;
          if (!(call in answers) && !/list|explain/.test(call)) effects.push(call);
          return Promise.resolve(answers[call] ?? 'shown');
        },
      },
    );
  const services = Object.fromEntries(
    ['runs', 'remediations', 'switches', 'mutes', 'digests', 'reports', 'cases'].map((one) => [
      one,
      room(one),
    ]),
  ) as unknown as Services;
  const list = (users: readonly string[]) => ({ users, usergroups: [], channels: [] });
  const ask = { users: ['UBOSS'], usergroups: [] };
  const person = asPerson(userId);
  const door = createDoor({
    services,
    rules: {
      prod: { read: list(named.read), start: list(named.start), sharedChannels: [], ask },
      stage: { read: list([]), start: list([]), sharedChannels: [], ask },
    },
    directory: directoryOf(),
    startsPerMinute: { person: 100, channel: 100 },
    clock: { now: () => new Date(0) } as Clock,
  });
  const guarded = guardServices(
    services,
    {
      need: async (wanted) => void (await door.enter({ person, delivery: {} }, wanted)),
      readable: () => door.readable(person),
    },
    () => 'prod',
  );
  return { guarded, effects };
}

const refusalOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof AppError ? error : Promise.reject(error)),
  );

describe('R-A11: what a token reaches', () => {
  it.each(cases)('$name asks for the right to $right', async ({ right, ask }) => {
    const mine = world({ read: [member.userId], start: [member.userId] }, member.userId);
    const reader = world({ read: [member.userId], start: [] }, member.userId);
    const others = world({ read: [], start: [] }, member.userId);
    const guest = world({ read: [], start: [] }, 'UGUEST');

    expect(await refusalOf(ask(mine.guarded))).toBeUndefined();
    expect((await refusalOf(ask(reader.guarded)))?.code).toBe(right === 'read' ? undefined : 'NOT_ALLOWED');
    for (const { guarded, effects } of [others, guest]) {
      const refused = await refusalOf(ask(guarded));
      expect(refused).toMatchObject({ code: 'NOT_ALLOWED', facts: { askUsers: 'UBOSS' } });
      expect(effects).toEqual([]);
    }
  });

  it('shows of all environments only those that the person may read', async () => {
    const { guarded } = world({ read: [member.userId], start: [] }, member.userId);

    expect(await guarded.runs.history(undefined, 5)).toEqual([{ environment: 'prod' }]);
    expect(await guarded.remediations.list({ limit: 5 })).toEqual([{ environment: 'prod' }]);
    expect(await guarded.switches.underWay()).toEqual([{ environment: 'prod' }]);
    expect(await guarded.mutes.list()).toEqual([{ environment: 'prod' }]);
    expect((await refusalOf(guarded.runs.history('stage', 5)))?.code).toBe('NOT_ALLOWED');
  });

  it('starts no digest in a channel that another organisation reads', async () => {
    const { guarded, effects } = world({ read: [member.userId], start: [member.userId] }, member.userId);
    const shared = { ...surface, channel: 'CSHARED' };

    const refused = await refusalOf(guarded.digests.now({ surface: shared, environment: 'prod', by }));

    expect(refused?.facts.reason).toBe('access-shared-channel');
    expect(effects).toEqual([]);
  });

  it('finds a fix for who may decide, and shows nothing of it', async () => {
    const { guarded } = world({ read: [], start: [] }, member.userId);

    expect(await guarded.deciding.find('r1')).toEqual({ id: 'r1', planHash: 'h' });
  });
});
