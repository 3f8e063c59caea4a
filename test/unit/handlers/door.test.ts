/** R-A11: each kind of person, in each kind of channel, at every entry point with every verb and button. */
import type { App } from '@slack/bolt';
import { describe, expect, it } from 'vitest';
import { type ActionId, actionIds, callbacks } from '../../../src/bot/ids.ts';
import type { Right } from '../../../src/domain/access/access.ts';
import type { Clock } from '../../../src/domain/kernel/clock.ts';
import { AppError } from '../../../src/domain/kernel/errors.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { HandlerDeps } from '../../../src/handlers/deps.ts';
import { createDoor } from '../../../src/handlers/door.ts';
import { type Verb, verbs } from '../../../src/handlers/grammar/command.ts';
import { registerHandlers } from '../../../src/handlers/index.ts';
import { catalogueOf } from '../../../src/main/understanding.ts';
import type { Services } from '../../../src/services/contract.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { silentLogger } from '../../support/logger.ts';
import { asPerson, directoryOf, member } from '../../support/slack-people.ts';

type Rule = Right | 'decide' | 'open';
/** Whether the answer stands in the channel for everybody. */
interface Entry {
  readonly rule: Rule;
  readonly public?: boolean;
  readonly text?: string;
}

/** A verb without a line here does not compile; one with another rule than here fails. */
const verbRules: Readonly<Record<Verb, Entry>> = {
  help: { rule: 'open' },
  whoami: { rule: 'open' },
  health: { rule: 'start', public: true, text: 'health prod' },
  diagnose: { rule: 'start', public: true, text: 'diagnose D3 prod' },
  logs: { rule: 'start', public: true, text: 'logs redis prod' },
  // Where it may not stand, it goes to the person.
  collect: { rule: 'start', text: 'collect prod' },
  fix: { rule: 'start', public: true, text: 'fix redis.set-eviction-policy prod' },
  report: { rule: 'read', text: 'report prod' },
  approvals: { rule: 'read' },
  approve: { rule: 'decide', text: 'approve r1' },
  reject: { rule: 'decide', text: 'reject r1 because' },
  resolve: { rule: 'decide', text: 'resolve r1 worked I looked' },
  fixes: { rule: 'decide', text: 'fixes off because' },
  mute: { rule: 'decide', text: 'mute redis NO_MEMORY_LIMIT because' },
  symptoms: { rule: 'read' },
  history: { rule: 'read', text: 'history prod' },
  // The file stands where everybody there reads it.
  timeline: { rule: 'read', public: true, text: 'timeline prod' },
  digest: { rule: 'configure', public: true, text: 'digest on' },
  // One's own, and shown to oneself; what is issued is judged by the service.
  token: { rule: 'open', text: 'token' },
};
const moreCommands: readonly Entry[] = [
  { rule: 'open', text: 'token list' },
  { rule: 'open', text: 'token revoke abcdefgh' },
  { rule: 'read', text: 'digest' },
  { rule: 'configure', text: 'digest off' },
  { rule: 'start', public: true, text: 'digest now' },
  { rule: 'read', text: 'fixes' },
  { rule: 'read', text: 'mute' },
  { rule: 'read', text: 'mute export' },
  { rule: 'decide', text: 'mute known redis NO_MEMORY_LIMIT because' },
  { rule: 'decide', text: 'mute lift redis NO_MEMORY_LIMIT' },
  { rule: 'read', text: 'history' },
  { rule: 'read', text: 'a word that is no verb' },
  { rule: 'read', text: 'diagnose' },
  { rule: 'read', text: 'logs nobody' },
  { rule: 'read', text: 'fix redis.set-eviction-policy policy=none' },
  { rule: 'read', text: 'health nowhere' },
];
const actionRules: Readonly<Record<ActionId, Entry>> = {
  [actionIds.details]: { rule: 'read' },
  [actionIds.diagnose]: { rule: 'start', public: true },
  [actionIds.readLog]: { rule: 'start', public: true },
  // Where it may not stand, it goes to the person.
  [actionIds.collect]: { rule: 'start' },
  [actionIds.report]: { rule: 'read' },
  [actionIds.otherFix]: { rule: 'start', public: true },
  [actionIds.choose]: { rule: 'start', public: true },
  [actionIds.homeHealth]: { rule: 'start' },
  // The modal asks for a reason; what it submits is a decision.
  [actionIds.requestWhy]: { rule: 'open' },
  [actionIds.reject]: { rule: 'open' },
  [actionIds.resolve]: { rule: 'open' },
  [actionIds.breakGlass]: { rule: 'open' },
  [actionIds.request]: { rule: 'decide' },
  [actionIds.approve]: { rule: 'decide' },
  [actionIds.cancel]: { rule: 'decide' },
  [actionIds.stop]: { rule: 'decide' },
  [actionIds.undo]: { rule: 'decide' },
  [actionIds.mute]: { rule: 'read' },
  [actionIds.muteLift]: { rule: 'decide' },
  [actionIds.timeline]: { rule: 'read', public: true },
};
type CallbackId = (typeof callbacks)[keyof typeof callbacks];
/** These have nothing to submit. */
type Shown = 'aetherius_details_modal' | 'aetherius_token_shown';
const callbackRules: Readonly<Record<Exclude<CallbackId, Shown>, Entry>> = {
  [callbacks.healthShortcut]: { rule: 'start' },
  [callbacks.diagnoseMessage]: { rule: 'start' },
  [callbacks.analyseLog]: { rule: 'start', public: true },
  [callbacks.collectHere]: { rule: 'start' },
  [callbacks.healthModal]: { rule: 'start', public: true },
  [callbacks.diagnoseModal]: { rule: 'start', public: true },
  [callbacks.requestModal]: { rule: 'decide' },
  [callbacks.rejectModal]: { rule: 'decide' },
  [callbacks.resolveModal]: { rule: 'decide' },
  [callbacks.glassModal]: { rule: 'decide' },
  [callbacks.tokenModal]: { rule: 'decide' },
  [callbacks.muteModal]: { rule: 'decide' },
};

const barred = ['UGUEST', 'USINGLE', 'UOTHER', 'UGONE', 'UBOT', 'UNKNOWN'];
const channels = { open: 'COPEN', shared: 'CSHARED' } as const;

type Listener = (args: never) => Promise<void>;

/** Everything that is registered, by what it listens to. */
function stage() {
  const listeners = new Map<string, Listener>();
  const name = (id: unknown): string =>
    typeof id === 'string' ? id : (Object.values(id as Record<string, string>)[0] ?? '');
  const on = (kind: string) => (id: unknown, listener: Listener) =>
    void listeners.set(`${kind} ${name(id)}`, listener);
  const app = {
    command: on('command'),
    event: on('event'),
    shortcut: on('shortcut'),
    view: on('view'),
    action: on('action'),
  };
  const calls: string[] = [];
  const opened: unknown[] = [];
  const homes: unknown[] = [];
  const said: string[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    'runs.start': { runId: '00000000-run', duplicate: false, courier: 'ok' },
    'runs.lastIn': {
      ...{ id: 'run-1', environment: 'prod', kind: 'diagnose', params: { symptom: 'D3' }, outcomes: [] },
      summary: { causes: [{ id: 'D3.a', part: 'redis', verdict: 'confirmed' }] },
    },
    'runs.history': [
      { id: 'run-1', environment: 'prod', kind: 'health', state: 'complete', createdAt: new Date(0) },
    ],
    'remediations.list': [],
    'remediations.followUps': [],
    'switches.list': [],
    'switches.underWay': [],
    'mutes.list': [],
    'mutes.set': { cause: 'NO_MEMORY_LIMIT', part: 'redis' },
    'mutes.lift': { cause: 'NO_MEMORY_LIMIT', part: 'redis' },
    'switches.record': { state: 'confirmed', places: [], seq: 0 },
    'switches.confirmRecord': { ended: 0 },
    'tokens.list': [],
    'tokens.revoke': { id: 'abcdefgh', name: 'laptop' },
    'tokens.issue': { id: 'abcdefgh', expiresAt: new Date(0), text: { reveal: () => 'shown' } },
    'digests.now': { runId: 'r' },
    'digests.configure': { enabled: true, at: '09:00', timezone: 'UTC' },
  };
  const decided = { moved: true, note: 'recorded', remediation: { handle: 'h', state: 'requested' } };
  const room = (service: string) =>
    new Proxy(
      {},
      {
        get: (_, method) => (input: unknown) => {
          const call = `${service}.${String(method)}`;
          calls.push(call);
          void input;
          if (call in answers) return Promise.resolve(answers[call]);
          if (service === 'remediations' && method !== 'get') return Promise.resolve(decided);
          return Promise.resolve(undefined);
        },
      },
    );
  const services = Object.fromEntries(
    [
      'runs',
      'remediations',
      'switches',
      'mutes',
      'places',
      'digests',
      'reports',
      'timelines',
      'audit',
      'tokens',
      'inventories',
      'watched',
      'attachedLogs',
    ].map((one) => [one, room(one)]),
  ) as unknown as Services;
  const rules = { prod: { sharedChannels: [], ask: { users: ['UBOSS'], usergroups: [] } } };
  const limits = { person: 1_000, channel: 1_000 };
  const clock = { now: () => new Date(0) } as Clock;
  let purpose = '';
  const button = () =>
    Promise.resolve({
      ...{ id: 'b1', purpose, remediationId: 'r1', runId: 'run1', planHash: 'h', expired: false },
      data: purpose === 'mute' ? { part: 'redis', cause: 'NO_MEMORY_LIMIT', severity: 'warning' } : {},
    });
  const deps = {
    door: createDoor({ services, rules, directory: directoryOf(), startsPerMinute: limits, clock }),
    settings: {
      environments: ['prod'],
      channel: () => ({ language: 'en' }),
      watchedEvery: () => undefined,
      defaultEnvironment: 'prod',
      issuesTokens: true,
      known: () => [],
    },
    answers: {
      privately: () => Promise.resolve(void said.push('privately')),
      inPlace: () => Promise.resolve(void said.push('in place')),
    },
    slack: {
      views: { open: (view: unknown) => Promise.resolve(void opened.push(view)) },
      conversations: {
        open: () => Promise.resolve({ channel: { id: 'D1' } }),
        info: () => Promise.resolve({ channel: { id: 'C1' } }),
      },
    },
    buttons: {
      get: button,
      deciding: button,
      make: () => Promise.resolve('b2'),
      offeredIn: () => Promise.resolve([{ id: 'b1', ts: '1.2' }]),
    },
    words: () => Promise.resolve(wordsIn('en')),
    forgetChannel: () => undefined,
    barred: () => Promise.resolve(undefined),
    tiers: () => Promise.resolve([]),
    linksTo: () => Promise.resolve(new Map()),
    catalogue: catalogueOf(() => asInGuide),
    home: {
      publish: (_: string, view: unknown) => Promise.resolve(void homes.push(view)),
      opened: () => Promise.resolve(),
    },
    botUserId: 'UAETHER',
    clock,
    logger: silentLogger,
  } as unknown as HandlerDeps;
  registerHandlers(app as unknown as App, deps);

  const deliver = async (
    what: string,
    given: Readonly<Record<string, unknown>>,
    userId: string,
    channel: string,
    buttonPurpose = '',
    threadTs?: string,
  ) => {
    calls.length = 0;
    opened.length = 0;
    homes.length = 0;
    said.length = 0;
    purpose = buttonPurpose;
    const person = asPerson(userId);
    const delivery = { key: 'k', digest: 'd', teamIds: ['THOME'], person, channel, ...present({ threadTs }) };
    const listener = listeners.get(what);
    if (listener === undefined) throw new Error(`nothing listens to ${what}`);
    const args = { ack: () => Promise.resolve(), context: { delivery }, ...given };
    const refused = await listener(args as never).then(
      () => undefined,
      (error: unknown) => (error instanceof AppError ? error : Promise.reject(error)),
    );
    return { refused, calls: [...calls], opened: [...opened], homes: [...homes], said: [...said] };
  };
  return { listeners, deliver };
}

const { listeners, deliver } = stage();
const input = (values: Readonly<Record<string, string>>, metadata: unknown = {}) => ({
  view: {
    private_metadata: JSON.stringify(metadata),
    state: {
      values: Object.fromEntries(
        Object.entries(values).map(([id, value]) => [
          id,
          {
            [id]: {
              type: 'plain_text_input',
              value,
              selected_option: { value },
              selected_conversation: value,
            },
          },
        ]),
      ),
    },
  },
});

interface Case {
  readonly name: string;
  readonly what: string;
  readonly entry: Entry;
  readonly purpose?: string;
  readonly given: (channel: string) => Readonly<Record<string, unknown>>;
}
const commandCases: readonly Case[] = [
  ...Object.entries(verbRules).map(([verb, entry]) => ({ ...entry, text: entry.text ?? verb })),
  ...moreCommands.map((entry) => ({ ...entry, text: entry.text ?? '' })),
].flatMap((entry) => [
  {
    name: `/aetherius ${entry.text}`,
    what: 'command /aetherius',
    entry,
    given: () => ({ command: { text: entry.text, trigger_id: 't' } }),
  },
  {
    name: `@aetherius ${entry.text}`,
    what: 'event app_mention',
    entry,
    given: () => ({ event: { text: `<@UAETHER> ${entry.text}` } }),
  },
  {
    name: `${entry.text} in a direct message`,
    what: 'event message',
    entry,
    given: () => ({ event: { channel_type: 'im', ts: '1.1', text: entry.text === '' ? '?' : entry.text } }),
  },
]);
const purposes: Readonly<Partial<Record<ActionId, string>>> = {
  [actionIds.details]: 'details',
  [actionIds.diagnose]: 'diagnose',
  [actionIds.readLog]: 'read-log',
  [actionIds.report]: 'report',
  [actionIds.homeHealth]: 'home-health',
  [actionIds.mute]: 'mute',
  [actionIds.muteLift]: 'mute-lift',
  [actionIds.timeline]: 'timeline',
};
const actionCases: readonly Case[] = Object.entries(actionRules).map(([id, entry]) => ({
  name: `button ${id}`,
  what: `action ${id}`,
  entry,
  purpose: purposes[id as ActionId] ?? id.replace('remediation.', ''),
  given: () => ({
    body: { trigger_id: 't', actions: [{ value: id === actionIds.choose ? 'diagnose D3' : 'b1' }] },
  }),
}));
const message = {
  shortcut: { trigger_id: 't', channel: { id: 'COPEN' }, message: { ts: '1.1', text: 'it is slow' } },
};
const callbackCases: readonly Case[] = Object.entries(callbackRules).map(([id, entry]) => {
  const kind = listeners.has(`shortcut ${id}`) ? 'shortcut' : 'view';
  const values = (channel: string) => ({
    environment: 'prod',
    depth: 'full',
    channel,
    symptom: 'D3',
    reason: 'because',
    outcome: 'worked',
    name: 'laptop',
    days: '30',
    span: '1h',
  });
  return {
    name: `${kind} ${id}`,
    what: `${kind} ${id}`,
    entry,
    purpose: purposeOf(id),
    given: (channel) => (kind === 'shortcut' ? message : input(values(channel), { button: 'b1', channel })),
  };
});
function purposeOf(id: string): string {
  if (id === callbacks.glassModal) return 'break-glass';
  if (id === callbacks.requestModal) return 'request';
  if (id === callbacks.muteModal) return 'mute';
  return id === callbacks.resolveModal ? 'resolve' : 'reject';
}
const cases = [...commandCases, ...actionCases, ...callbackCases];

/** R-S7: Slack itself says these, and no person asks for anything: only what is open is moved or ended. */
const upkeepRules: Readonly<Record<string, readonly string[]>> = {
  channel_shared: ['places.closed', 'digests.close'],
  channel_archive: ['places.closed', 'digests.close'],
  group_archive: ['places.closed', 'digests.close'],
  channel_deleted: ['places.closed', 'digests.close'],
  group_deleted: ['places.closed', 'digests.close'],
  channel_left: ['places.closed', 'digests.close'],
  group_left: ['places.closed', 'digests.close'],
  channel_id_changed: ['places.renumbered'],
  channel_unshared: [],
  app_uninstalled: ['places.gone'],
  tokens_revoked: ['places.gone'],
};

describe('every entry point', () => {
  it('has a rule here', () => {
    const ruled = new Set([
      ...cases.map(({ what }) => what),
      'event app_home_opened',
      ...Object.keys(upkeepRules).map((type) => `event ${type}`),
    ]);
    expect([...listeners.keys()].filter((what) => !ruled.has(what))).toEqual([]);
    expect(Object.keys(verbRules).toSorted()).toEqual([...verbs].toSorted());
  });

  it.each(cases)('$name', async ({ what, entry, given, purpose }) => {
    for (const channel of Object.values(channels)) {
      const ours = await deliver(what, given(channel), member.userId, channel, purpose);
      const shown = entry.public === true && channel === channels.shared;
      const because = ours.refused?.facts['reason'];
      expect({ channel, because }).toEqual({ channel, because: shown ? 'access-shared-channel' : undefined });
      if (entry.rule !== 'open' && !shown)
        expect(ours.calls.length + ours.opened.length + ours.said.length).toBeGreaterThan(0);

      for (const userId of barred) {
        const other = await deliver(what, given(channel), userId, channel, purpose);
        if (entry.rule === 'open' || entry.rule === 'decide') {
          // The decision itself is judged by the service, which writes a refusal down.
          expect(other.refused).toBeUndefined();
          continue;
        }
        expect({
          userId,
          code: other.refused?.code,
          calls: other.calls,
          opened: other.opened,
          said: other.said,
        }).toEqual({
          userId,
          code: 'NOT_ALLOWED',
          calls: [],
          opened: [],
          said: [],
        });
        expect(other.refused?.facts).toMatchObject({
          reason: expect.stringMatching(/^access-/),
          askUsers: 'UBOSS',
        });
      }
    }
  });

  it.each(['why?', 'why not Redis?', 'again', 'and prod?', 'since when?', 'what changed?', 'fix it'])(
    'in a thread answers “%s” of members alone, and shows nothing in a shared channel',
    async (text) => {
      const ask = (userId: string, channel: string) =>
        deliver(
          'event app_mention',
          { event: { text: `<@UAETHER> ${text}` } },
          userId,
          channel,
          'request',
          '1.1',
        );
      const ours = await ask(member.userId, channels.open);
      expect(ours.refused).toBeUndefined();
      expect(ours.calls.length + ours.said.length).toBeGreaterThan(0);
      // Who asks for a fix is judged by the service, as with its button.
      if (text !== 'fix it')
        expect((await ask(member.userId, channels.shared)).refused?.facts['reason']).toBe(
          'access-shared-channel',
        );
      for (const userId of barred) {
        const other = await ask(userId, channels.open);
        expect({ userId, code: other.refused?.code, calls: other.calls, said: other.said }).toEqual({
          ...{ userId, code: 'NOT_ALLOWED', calls: [], said: [] },
        });
      }
    },
  );

  it.each(Object.entries(upkeepRules))(
    'event %s starts, shows and decides nothing',
    async (type, expected) => {
      const event = {
        type,
        channel: 'COPEN',
        old_channel_id: 'COPEN',
        new_channel_id: 'CNEW',
        tokens: { bot: ['B1'] },
      };
      for (const userId of [member.userId, ...barred]) {
        const { calls, opened, said } = await deliver(`event ${type}`, { event }, userId, 'COPEN');
        expect({ calls, opened, said }).toEqual({ calls: expected, opened: [], said: [] });
      }
    },
  );

  it('shows App Home to members, and to nobody else a word of it', async () => {
    const given = { event: { tab: 'home' } };
    const ours = await deliver('event app_home_opened', given, member.userId, 'D1');
    expect(JSON.stringify(ours.homes)).toContain('prod');
    for (const userId of barred) {
      const other = await deliver('event app_home_opened', given, userId, 'D1');
      expect(other.calls).toEqual([]);
      expect(JSON.stringify(other.homes)).not.toContain('prod');
      expect(JSON.stringify(other.homes)).toContain('may not see');
    }
  });
});
