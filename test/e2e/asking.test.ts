/** The whole way through Slack of what people ask: each surface, both languages, and what must start nothing. */
import { readFileSync } from 'node:fs';
import type { AppManifest, SlackMessage } from '@aetherius/slack-emulator';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { askForHealth } from '../support/slack-steps.ts';
import { until } from '../support/until.ts';

const stage = useStage();
const manifest = parse(readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8')) as AppManifest;
const slow = { timeoutMs: 30_000 };

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const start = (options: Parameters<typeof stage.start>[0] = {}) =>
  stage.start({ emulator: { manifest }, ...options });
const full = "OOM command not allowed when used memory > 'maxmemory'.";
const shows = ({ blocks }: SlackMessage, id: string) => JSON.stringify(blocks).includes(id);

/** As an app posts it, or as the bot finds out where it talks to somebody. */
async function call(
  { slack }: Product,
  method: string,
  body: object,
): Promise<Readonly<Record<string, never>>> {
  const answer = await fetch(`${slack.apiUrl}${method}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Readonly<Record<string, never>>;
}

async function directWith(product: Product, user: string): Promise<string> {
  const { channel } = (await call(product, 'conversations.open', { users: user })) as unknown as {
    channel: { id: string };
  };
  return channel.id;
}

const runs = async ({ database }: Product) =>
  (await database.sql('SELECT kind, state, params FROM runs ORDER BY created_at')) as readonly {
    readonly kind: string;
    readonly state: string;
    readonly params: Readonly<Record<string, unknown>>;
  }[];
const allHandled = (product: Product) =>
  until(
    async () =>
      (await product.database.sql('SELECT FROM inbox WHERE handled_at IS NULL')).length === 0 &&
      (await product.database.sql("SELECT FROM runs WHERE state IN ('queued', 'running')")).length === 0,
    60_000,
  );

describe('a mistake', () => {
  it.each([
    [people.requester, 'diagnose lunch tomorrow', 'No symptom fits “lunch tomorrow”'],
    [people.requester, 'diagnose', '`diagnose` needs a symptom or a part'],
    [people.requester, 'logs nobody', 'There is no part “nobody”'],
    [people.requester, 'fix redis.set-eviction-policy polcy=x', 'did you mean `policy`? It takes [policy='],
    [people.requester, 'fix redis.set-eviction-policy policy=x', '“x” is not possible for `policy`'],
    [
      people.requester,
      'fix redis.set-evction-policy',
      'Did you mean `/aetherius fix redis.set-eviction-policy`',
    ],
    [people.chinese, '诊断 今天天气不错', '没有与“今天天气不错”相符的症状'],
    [people.chinese, '修复 redis.set-eviction-policy polcy=x', '是不是 `policy`？它接受 [policy='],
  ])('of %s is told to them alone, and nothing is stored or posted: %s', async (user, text, said) => {
    const lines: string[] = [];
    const product = await start({ logLines: (line) => lines.push(line) });
    const { control } = product.slack;
    await control.command({ user, channel: places.incidents, text: `/aetherius ${text}` });
    const answer = await control.waitForMessage({ user, channel: places.incidents, contains: said });
    // In a thread that is not open, nobody would see it (R-SLACK21).
    const { ts } = await control.say({ user, channel: places.incidents, text: `<@U0AETHBOT> ${text}` });
    const mentioned = await control.waitForMessage({
      ...{ user, channel: places.incidents, contains: said },
      where: (message) => message.ts !== answer.ts && message.user !== user,
    });
    await allHandled(product);

    expect([answer.ephemeralFor, mentioned.ephemeralFor]).toEqual([user, user]);
    expect(mentioned.threadTs).not.toBe(ts);
    expect(await runs(product)).toEqual([]);
    // Everybody else reads the request itself, and nothing of the bot.
    expect(
      product.slack.control.visible(people.approver, places.incidents).filter((one) => one.user !== user),
    ).toEqual([]);
    expect(lines.filter((line) => (JSON.parse(line) as { level: string }).level === 'error')).toEqual([]);
  });

  it('offers what there is to choose from, and one choice starts it where it was asked', async () => {
    const product = await start();
    const { control } = product.slack;
    const asked = { user: people.requester, channel: places.incidents };
    await control.command({ ...asked, text: '/aetherius diagnose lunch tomorrow prod' });
    const menu = await control.waitForMessage({ ...asked, contains: '"choose"' });
    const chosen = await control.choose({
      ...asked,
      ts: menu.ts,
      actionId: 'choose',
      choice: 'diagnose D3 env=prod',
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
      slow,
    );

    expect(chosen.ok).toBe(true);
    expect(answer.ephemeralFor).toBeNull();
    expect((await runs(product)).map(({ kind, params }) => [kind, params])).toEqual([
      ['diagnose', { symptom: 'D3' }],
    ]);
  });
});

describe('words that fit several symptoms', () => {
  it('are asked about in private, and one tap starts the run', async () => {
    const product = await start();
    const { control } = product.slack;
    const asked = { user: people.requester, channel: places.incidents };
    await control.command({ ...asked, text: '/aetherius no slow log in redis prod' });
    const question = await control.waitForMessage({ ...asked, contains: '"diagnose D3 env=prod"' });
    expect(question.ephemeralFor).toBe(people.requester);
    expect(question.text).toContain('It is not clear what "no slow log in redis" is about');
    expect(await runs(product)).toEqual([]);

    await control.click({ ...asked, ts: question.ts, actionId: 'choose', value: 'diagnose D3 env=prod' });
    await control.waitForMessage(
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
      slow,
    );
    expect((await runs(product)).map(({ params }) => params)).toEqual([{ symptom: 'D3' }]);
  });
});

describe('what there is', () => {
  it.each([
    [people.requester, 'symptoms', 'What can be diagnosed', 'diagnose D3'],
    [people.requester, 'fixes', 'What can be mended', 'fix redis.set-eviction-policy'],
    [people.requester, 'logs', '`logs` needs a part', 'logs redis'],
    [people.requester, 'fix', '`fix` needs an id', 'fix redis.set-eviction-policy'],
    [people.chinese, '症状', '能诊断的症状', 'diagnose D3'],
    [people.chinese, '修复列表', '能做的修复', 'fix redis.set-eviction-policy'],
  ])('is shown to %s with a menu: %s', async (user, text, said, entry) => {
    const product = await start();
    const { control } = product.slack;
    await control.command({ user, channel: places.incidents, text: `/aetherius ${text}` });
    const answer = await control.waitForMessage({ user, channel: places.incidents, contains: said });

    expect(answer.ephemeralFor).toBe(user);
    expect(JSON.stringify(answer.blocks)).toContain(`"value":"${entry}"`);
  });

  it('a fix that is chosen without its values is told what it takes', async () => {
    const product = await start();
    const { control } = product.slack;
    const asked = { user: people.requester, channel: places.incidents };
    await control.command({ ...asked, text: '/aetherius fixes' });
    const menu = await control.waitForMessage({ ...asked, contains: '"choose"' });
    await control.choose({
      ...asked,
      ts: menu.ts,
      actionId: 'choose',
      choice: 'fix postgres.set-max-connections',
    });
    const answer = await control.waitForMessage({ ...asked, contains: 'it takes value=20…1000' });

    expect(answer.ephemeralFor).toBe(people.requester);
    expect(await runs(product)).toEqual([]);
  });
});

describe('a direct message', () => {
  it.each([
    [people.requester, 'why is the memory of redis full?', 'The limit is reached'],
    [people.chinese, 'redis 内存满了', '已达上限'],
  ])('of %s is a request like a mention: %s', async (user, text, said) => {
    const product = await start();
    const { control } = product.slack;
    const channel = await directWith(product, user);
    const { ts } = await control.say({ user, channel, text });
    const answer = await control.waitForMessage(
      { channel, where: (message) => shows(message, 'D3.a') },
      slow,
    );

    expect(answer.threadTs).toBe(ts);
    expect(answer.text).toContain(said);
    // What the bot writes there comes back to it as an event, and starts nothing.
    await allHandled(product);
    expect(await runs(product)).toHaveLength(1);
  });

  it.each([
    ['a file', { text: '', files: [{ name: 'redis.log', content: full }] }],
    ['a file and small talk', { text: 'look at this', files: [{ name: 'redis.log', content: full }] }],
  ])('that is %s starts what it says', async (_what, message) => {
    const product = await start();
    const { control } = product.slack;
    const user = people.requester;
    const channel = await directWith(product, user);
    const { ts } = await control.say({ user, channel, ...message });
    const answer = await control.waitForMessage({ channel, where: (shown) => shows(shown, 'D3.a') }, slow);

    expect(answer.threadTs).toBe(ts);
    expect(await runs(product)).toHaveLength(1);
  });

  it('that fits several symptoms is asked there, and one tap starts the run in its thread', async () => {
    const product = await start();
    const { control } = product.slack;
    const user = people.requester;
    const channel = await directWith(product, user);
    const { ts } = await control.say({ user, channel, text: 'no slow log in redis' });
    const asked = await control.waitForMessage({ user, channel, contains: '"diagnose D3"' });
    expect([asked.ephemeralFor, asked.threadTs]).toEqual([null, ts]);
    expect(await runs(product)).toEqual([]);

    await control.click({ user, channel, ts: asked.ts, actionId: 'choose', value: 'diagnose D3' });
    const answer = await control.waitForMessage(
      { channel, where: (message) => shows(message, 'D3.a') },
      slow,
    );
    expect(answer.threadTs).toBe(ts);
  });

  it('that fits nothing, a picture and what another app writes start nothing', async () => {
    const product = await start();
    const { control } = product.slack;
    const user = people.requester;
    const channel = await directWith(product, user);
    await control.say({ user, channel, text: 'redis memory full', throughBot: 'B0OTHER01' });
    await control.say({
      user,
      channel,
      text: '',
      files: [{ name: 'a.png', content: '\u0089PNG\0\0redis is full' }],
    });
    await control.say({ user, channel, text: 'thanks a lot' });
    const answer = await control.waitForMessage({ user, channel, contains: 'I do not know “thanks”' });
    await allHandled(product);

    expect(answer.ephemeralFor).toBe(user);
    expect(await runs(product)).toEqual([]);
    // One answer: to the words.
    expect(control.visible(user, channel).filter((one) => one.user === 'U0AETHBOT')).toHaveLength(1);
  });
});

describe('“Diagnose this message”', () => {
  const ask = async (product: Product, ts: string) => {
    const { control } = product.slack;
    const at = { user: people.requester, channel: places.incidents, ts };
    await control.messageShortcut({ ...at, callbackId: 'aetherius_diagnose_message' });
    return control.waitFor(() => control.modal(people.requester));
  };

  it('reads an alert from the attachments in which Alertmanager puts it', async () => {
    const product = await start();
    const { control } = product.slack;
    const posted = (await call(product, 'chat.postMessage', {
      channel: places.incidents,
      text: '',
      attachments: [
        {
          fallback: '[FIRING:1] RedisOutOfConfiguredMaxmemory',
          title: '[FIRING:1] RedisOutOfConfiguredMaxmemory (redis:6379 critical)',
          text: 'Redis is running out of configured maxmemory (&gt; 90%)',
        },
      ],
    })) as unknown as { readonly ts: string };
    const modal = await ask(product, posted.ts);
    expect(JSON.stringify(modal.content)).toContain('RedisOutOfConfiguredMaxmemory');

    await control.submit({ user: people.requester, viewId: modal.id });
    const answer = await control.waitForMessage(
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
      slow,
    );
    expect(answer.threadTs).toBe(posted.ts);
  });

  it('reads the text of a file, its beginning and its end', async () => {
    const product = await start();
    const { control } = product.slack;
    const content = `${'noise without a meaning\n'.repeat(400)}OOM command not allowed when used memory > 'maxmemory'.`;
    const { ts } = await control.say({
      ...{ user: people.requester, channel: places.incidents, text: '' },
      files: [{ name: 'redis.log', content }],
    });
    const modal = await ask(product, String(ts));

    expect(JSON.stringify(modal.content)).toContain('OOM command not allowed');
    await control.submit({ user: people.requester, viewId: modal.id });
    await control.waitForMessage(
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
      slow,
    );
  });

  it('asks in its window where several fit', async () => {
    const product = await start();
    const { control } = product.slack;
    const { ts } = await control.say({
      ...{ user: people.chinese, channel: places.incidents, text: 'redis 没有慢日志' },
    });
    const modal = await ask(product, String(ts));
    await control.submit({ user: people.requester, viewId: modal.id });
    const again = await control.waitFor(() => control.modal(people.requester));
    expect(JSON.stringify(again.content)).toContain('These words fit several symptoms. Which one is it?');
    expect(await runs(product)).toEqual([]);

    await control.submit({ user: people.requester, viewId: again.id, values: { choice: 'diagnose D3' } });
    const answer = await control.waitForMessage(
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
      slow,
    );
    expect(answer.threadTs).toBe(ts);
  });

  it('stays open where no symptom fits, and one is chosen in it', async () => {
    const product = await start();
    const { control } = product.slack;
    const { ts } = await control.say({
      ...{ user: people.requester, channel: places.incidents, text: 'lunch tomorrow?' },
    });
    const modal = await ask(product, String(ts));
    const refused = await control.submit({ user: people.requester, viewId: modal.id });
    expect(JSON.stringify(refused)).toContain('No symptom fits these words');
    expect(await runs(product)).toEqual([]);

    await control.submit({ user: people.requester, viewId: modal.id, values: { choice: 'diagnose D3' } });
    await control.waitForMessage(
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
      slow,
    );
    expect((await runs(product)).map(({ params }) => params)).toEqual([{ symptom: 'D3' }]);
  });
});

/** Slack shows a message a moment before the bot has written down where it stands. */
const writtenDown = ({ database }: Product, { ts }: SlackMessage) =>
  until(
    async () => (await database.sql(`SELECT FROM messages WHERE ts = '${ts}'`)).length === 1,
    slow.timeoutMs,
  );

describe('in the thread of an answer', () => {
  const diagnosed = async (product: Product, user: string = people.requester) => {
    const { control } = product.slack;
    await control.command({ user, channel: places.incidents, text: '/aetherius diagnose D3 prod' });
    const answer = await control.waitForMessage(
      { channel: places.incidents, where: (message) => shows(message, 'D3.a') },
      slow,
    );
    const offer = await control.waitForMessage(
      { channel: places.incidents, threadTs: answer.ts, contains: 'remediation.request' },
      slow,
    );
    await writtenDown(product, offer);
    const ask = (text: string, by = user) =>
      control.say({
        user: by,
        channel: places.incidents,
        threadTs: answer.ts,
        text: `<@U0AETHBOT> ${text}`,
      });
    const inThread = (contains: string, by = user) =>
      control.waitForMessage({ user: by, channel: places.incidents, threadTs: answer.ts, contains }, slow);
    return { control, answer, offer, ask, inThread };
  };

  it.each([
    [
      people.requester,
      'why?',
      'Why I say so',
      'since when?',
      'Nothing that I saw says since when',
      'what changed?',
      'I saw no change',
    ],
    [
      people.chinese,
      '为什么？',
      '为什么这样说',
      '什么时候开始的？',
      '都没有说明从什么时候开始',
      '改了什么？',
      '没有看到变更',
    ],
  ])('%s asks about it', async (user, why, because, since, dated, changed, changes) => {
    const product = await start();
    const { ask, inThread } = await diagnosed(product, user);
    await ask(why);
    const reason = await inThread(because);
    await ask(since);
    await inThread(dated);
    await ask(changed);
    await inThread(changes);

    expect(reason.text).toContain('D3.a');
    // Everybody in the incident reads it.
    expect(reason.ephemeralFor).toBeNull();
    expect(await runs(product)).toHaveLength(1);
  });

  it('“again” looks again there, in another environment too, and “why not …” looks at that part', async () => {
    const product = await start({
      environmentsYaml: ['prod', 'staging']
        .map(
          (name) =>
            `  ${name}:\n    runtime: { kind: none }\n    redis: { url: { env: TARGET_REDIS_URL } }\n`,
        )
        .join(''),
    });
    const { ask, control, answer } = await diagnosed(product);
    await ask('again');
    await allHandled(product);
    await ask('and staging?');
    await allHandled(product);
    await ask('why not NATS?');
    await allHandled(product);

    const all = (await product.database.sql(
      "SELECT environment, params->>'symptom' AS symptom, surface->>'threadTs' AS thread FROM runs ORDER BY created_at",
    )) as readonly object[];
    expect(all).toEqual([
      { environment: 'prod', symptom: 'D3', thread: null },
      { environment: 'prod', symptom: 'D3', thread: answer.ts },
      { environment: 'staging', symptom: 'D3', thread: answer.ts },
      { environment: 'staging', symptom: 'NATS', thread: answer.ts },
    ]);
    expect(control.visible(people.requester, places.incidents).some((one) => one.ephemeral === true)).toBe(
      false,
    );
  });

  it('“why?” after a health check finds the cause of what is worst', async () => {
    const product = await start();
    const { control } = product.slack;
    const table = await askForHealth(control);
    await writtenDown(product, table);
    await control.say({
      ...{ user: people.requester, channel: places.incidents, threadTs: table.ts },
      text: '<@U0AETHBOT> why?',
    });
    await control.waitForMessage(
      { channel: places.incidents, threadTs: table.ts, where: (message) => shows(message, 'D3.a') },
      slow,
    );

    expect((await runs(product)).map(({ kind, params }) => [kind, params])).toEqual([
      ['health', {}],
      ['diagnose', { symptom: 'redis' }],
    ]);
  });

  it('“fix it” of a person equals pressing the button of the one fix that is offered there', async () => {
    const product = await start();
    const { ask, inThread, offer } = await diagnosed(product);
    await ask('fix it');
    const card = await inThread('remediation.approve');
    const [row] = await product.database.sql('SELECT state, requester_id FROM remediations');
    const audited = await product.database.sql(
      "SELECT actor, plan_hash IS NOT NULL AS bound FROM audit_log WHERE action = 'remediation.requested'",
    );

    expect(card.ts).toBe(offer.ts);
    expect(row).toMatchObject({
      state: 'requested',
      requester_id: expect.stringContaining(people.requester),
    });
    expect(audited).toEqual([{ actor: expect.stringContaining(people.requester), bound: true }]);

    // Nothing is offered there any more.
    await ask('fix it');
    await inThread('No fix is offered in this thread');
  });

  it('“fix it” of an app, and in another thread, asks for nothing', async () => {
    const product = await start();
    const { control, answer } = await diagnosed(product);
    const elsewhere = await control.say({
      ...{ user: people.requester, channel: places.incidents, text: 'another matter' },
    });
    await control.say({
      ...{ user: people.requester, channel: places.incidents, text: '<@U0AETHBOT> fix it' },
      threadTs: String(elsewhere.ts),
    });
    await control.waitForMessage({
      ...{ user: people.requester, channel: places.incidents, threadTs: String(elsewhere.ts) },
      contains: 'No fix is offered in this thread',
    });
    await control.say({
      ...{ user: people.requester, channel: places.incidents, text: '<@U0AETHBOT> fix it' },
      ...{ threadTs: answer.ts, throughBot: 'B0OTHER01' },
    });
    await allHandled(product);

    expect(await product.database.sql('SELECT state FROM remediations')).toEqual([{ state: 'proposed' }]);
  });
});

/** Surface, words, and what becomes of them: the first diagnosis of the run, `?` for a question in private, `-` for nothing. */
const twenty = {
  [people.requester]: [
    ['mention', 'why is the memory of redis full?', 'D3'],
    ['slash', 'PostgreSQL is slow', 'D2'],
    ['direct', 'WRONGPASS invalid username-password pair', 'S1'],
    ['mention', 'FATAL:  database "agent_manager" does not exist', 'S1'],
    ['slash', '[FIRING:2] KubePodNotReady (agent-manager)', 'K1'],
    ['direct', 'agent-manager cannot reach redis', 'N1'],
    ['mention', 'workflows are stuck', 'S4'],
    ['shortcut', full, 'D3'],
    ['slash', 'connection refused', '?'],
    ['direct', 'kafka lags behind', '-'],
  ],
  [people.chinese]: [
    ['mention', 'redis 内存满了', 'D3'],
    ['slash', '数据库慢', 'D2'],
    ['direct', '推理服务起不来', 'K1'],
    ['mention', '编排服务访问不到推理服务', 'N1'],
    ['slash', '工作流卡住了', 'S4'],
    ['direct', '图数据库挂了', 'S7'],
    ['mention', '事件处理很慢', 'S3'],
    ['shortcut', '消息总线积压了', 'D4'],
    ['slash', '内存一直往上爬直到进程被杀', '?'],
    ['direct', '今天天气不错', '-'],
  ],
} as const;

describe('twenty requests through Slack', () => {
  it.each(Object.entries(twenty))('of %s each start what they ask for', async (user, requests) => {
    const product = await start();
    const { control } = product.slack;
    const own = await directWith(product, user);
    const ask = {
      mention: (text: string) =>
        control.say({ user, channel: places.incidents, text: `<@U0AETHBOT> ${text}` }),
      slash: (text: string) =>
        control.command({ user, channel: places.incidents, text: `/aetherius ${text}` }),
      direct: (text: string) => control.say({ user, channel: own, text }),
      async shortcut(text: string) {
        const { ts } = await control.say({ user, channel: places.incidents, text });
        const at = { user, channel: places.incidents, ts: String(ts) };
        await control.messageShortcut({ ...at, callbackId: 'aetherius_diagnose_message' });
        const modal = await control.waitFor(() => control.modal(user));
        await control.submit({ user, viewId: modal.id });
      },
    };
    const answers: string[] = [];
    for (const [surface, text] of requests) {
      const before = (await runs(product)).length;
      const channel = surface === 'direct' ? own : places.incidents;
      const told = control.messages({ user, channel }).length;
      await ask[surface](text);
      // One's own words, and what the bot says to them.
      const due = told + (surface === 'slash' ? 1 : 2);
      await control.waitFor(() => control.messages({ user, channel }).length >= due, slow);
      await allHandled(product);
      const [run] = (await product.database.sql(
        `SELECT kind, summary->'diagnoses'->>0 AS first FROM runs ORDER BY created_at OFFSET ${before}`,
      )) as readonly { readonly first: string }[];
      const said = control.messages({ user, channel }).at(-1)?.text ?? '';
      answers.push(run?.first ?? (/^(?:It is not clear what|无法确定)/.test(said) ? '?' : '-'));
    }

    expect(answers).toEqual(requests.map(([, , answer]) => answer));
  });
});
