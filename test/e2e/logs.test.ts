import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { AppManifest, SayMessage, SlackMessage } from '@aetherius/slack-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { LogPicture } from '../../src/domain/logs/picture.ts';
import { type KubeServer, startKubeServer } from '../../tools/playground/demo/kube-server.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';
import { barsOf } from '../support/timeline-bars.ts';

const stage = useStage();
const patient = { timeoutMs: 30_000 };
const manifest = parse(readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8')) as AppManifest;

describe('/aetherius logs', () => {
  it('answers in the channel, and does not call well what it could not read', async () => {
    const { slack } = await stage.start();
    await slack.control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius logs redis since=10m level=error',
    });
    const answer = await slack.control.waitForMessage(
      { channel: places.incidents, where: ({ text }) => text.includes('could not be read') },
      patient,
    );

    expect(answer.text).toMatch(/^:grey_question: \*Redis\*/);
    expect(JSON.stringify(answer.blocks)).toContain('names no Kubernetes and no Compose project');
  });

  it('says that there is no such part, to whoever asked', async () => {
    const { slack } = await stage.start();
    await slack.control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius logs toaster',
    });
    const answer = await slack.control.waitForMessage(
      {
        ...{ user: people.requester, channel: places.incidents },
        where: ({ text }) => text.includes('toaster') && text.includes('no part'),
      },
      patient,
    );

    expect(answer.text).toContain('There is no part “toaster”');
    expect(answer.ephemeralFor).toBe(people.requester);
  });
});

const nothing: LogPicture = { from: 0, stepMs: 60_000, errors: [], warnings: [], others: [] };
const isPicture = ({ files }: SlackMessage): boolean => files.length > 0;

/** The picture of a message: its bytes, as they are downloaded, and what Slack says of it. */
async function pictureOf({ slack }: Product, message: SlackMessage) {
  const [id = ''] = message.files;
  const file = slack.control.world.files.get(id);
  const url = new URL(`/files/${id}/timeline.png`, slack.apiUrl);
  const answer = await fetch(url, { headers: { authorization: `Bearer ${slack.botToken}` } });
  return { png: new Uint8Array(await answer.arrayBuffer()), title: file?.title, alt: file?.altText };
}

const refused = (at: number) =>
  `2026-11-28T08:00:${String(at % 60).padStart(2, '0')}Z\tERROR\tapp/bus.go:41\tattempt ${at}: nats: no servers available for connection`;
const log = (lines: number): string => Array.from({ length: lines }, (_, at) => refused(at)).join('\n');

describe('"Analyse this log"', () => {
  /** Somebody's message, and the shortcut on it by somebody else; the answer in its thread. */
  async function analysed(
    { slack: { control } }: Product,
    message: Pick<SayMessage, 'text' | 'files'>,
    isAnswer: (text: string) => boolean = (text) => text.includes('The log in this message'),
  ) {
    const said = await control.say({ user: people.approver, channel: places.incidents, ...message });
    const ts = said.ts ?? '';
    const pressed = await control.messageShortcut({
      user: people.requester,
      channel: places.incidents,
      callbackId: 'aetherius_analyse_log',
      ts,
    });
    expect(pressed.ok).toBe(true);
    const answer = await control.waitForMessage(
      { channel: places.incidents, threadTs: ts, where: ({ text }) => isAnswer(text) },
      patient,
    );
    return { answer, shown: JSON.stringify(answer.blocks), ts, deliveryId: pressed.deliveryId ?? '' };
  }

  it('says in the thread what a pasted log says, without its secrets, and a button finds the cause', async () => {
    const product = await stage.start({ emulator: { manifest } });
    const { control } = product.slack;
    const pasted = [
      '```',
      log(7),
      '2026-11-28T08:02:00Z\tERROR\tapp/db.go:9\tcannot use postgres://app:Zx81-Spectrum@db:5432/agents: timeout',
      '```',
    ].join('\n');
    const { answer, shown, ts } = await analysed(product, { text: pasted });

    expect(answer.text).toContain('NATS could not be reached (7 times');
    expect(shown).toMatch(/at <!date\^\d+\^\{date_num\} \{time_secs\}\|2026-11-28 /);
    expect(shown).toContain('no servers available');
    expect(shown).not.toContain('Spectrum');

    await control.click({
      user: people.requester,
      channel: places.incidents,
      ts: answer.ts,
      actionId: 'diagnose',
    });
    await control.waitForMessage(
      {
        channel: places.incidents,
        threadTs: ts,
        contains: 'A service cannot be reached: cannot be checked here',
      },
      patient,
    );
  });

  it('draws what an attached log says by time, once, in the thread and on the clocks of the one who asked', async () => {
    const product = await stage.start({ emulator: { manifest }, roles: ['bot', 'worker', 'scheduler'] });
    const { control } = product.slack;
    control.faults.add({
      ...{ method: 'files.completeUploadExternal', times: 1 },
      fault: { kind: 'drop_after' },
    });
    const line = (minute: number, level: string) =>
      `2026-11-28T08:0${minute}:30Z\t${level}\tapp/a.go:1\tno luck`;
    const content = [
      ...Array.from({ length: 6 }, () => line(0, 'ERROR')),
      ...Array.from({ length: 3 }, () => line(0, 'WARN')),
      ...Array.from({ length: 18 }, () => line(2, 'ERROR')),
      ...Array.from({ length: 9 }, () => line(3, 'WARN')),
    ].join('\n');
    const { ts, deliveryId } = await analysed(product, { text: '', files: [{ name: 'a.log', content }] });
    const where = { channel: places.incidents, threadTs: ts };
    const picture = await pictureOf(
      product,
      await control.waitForMessage({ ...where, where: isPicture }, patient),
    );
    await control.redeliver(deliveryId);
    const open = `SELECT FROM outbox WHERE state IN ('pending', 'sending')`;
    await expect.poll(() => product.database.sql(open), { timeout: 30_000 }).toEqual([]);
    const bars = barsOf(picture.png, 4);

    expect(bars.map(({ tall }) => Math.round(tall * 18))).toEqual([9, 0, 18, 9]);
    expect(bars.map(({ errors }) => Math.round(errors * 18))).toEqual([6, 0, 18, 0]);
    expect(picture.title).toBe('Timeline of the log in this message');
    expect(picture.alt).toMatch(/^36 entries, .+ Entries by time, .+ ▅·█▅ .+Most at .+: 18\.$/);
    expect(control.messages({ ...where, where: isPicture })).toHaveLength(1);
  });

  it('answers whole in words where Slack takes no picture', async () => {
    const product = await stage.start({ emulator: { manifest } });
    const { control } = product.slack;
    control.faults.add({
      method: 'files.completeUploadExternal',
      fault: { kind: 'error', error: 'not_in_channel' },
    });
    const { shown, ts } = await analysed(product, {
      text: '2026-11-28T08:00:00Z ERROR a\n2026-11-28T08:02:00Z ERROR a',
    });
    const given = `SELECT state, error FROM outbox WHERE kind = 'upload'`;
    await expect
      .poll(() => product.database.sql(given), { timeout: 30_000 })
      .toEqual([{ state: 'failed', error: 'not_in_channel' }]);

    expect(shown).toContain('█·█');
    expect(await product.database.sql('SELECT lost FROM messages WHERE lost IS NOT NULL')).toEqual([]);
    expect(control.messages({ channel: places.incidents, threadTs: ts, where: isPicture })).toEqual([]);
  });

  it('reads attached files, packed ones too, in a bot of its own role, and says what it did not read', async () => {
    const product = await stage.start({ emulator: { manifest }, roles: ['bot', 'worker', 'scheduler'] });
    const files = [
      { name: 'a.log', content: log(40) },
      { name: 'b.log.gz', content: gzipSync(log(60)) },
      { name: 'picture.png', content: new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]) },
      { name: 'broken.gz', content: gzipSync(log(900)).subarray(0, 200) },
      { name: 'large.log', content: new Uint8Array(50 * 1024 * 1024 + 1).fill(10) },
      { name: 'sixth.log', content: log(5) },
    ];
    const { answer, shown } = await analysed(product, { text: '', files });

    expect(answer.text).toMatch(/NATS could not be reached \(1\d\d times/);
    expect(shown).toContain('Could not read picture.png: it is no text');
    expect(shown).toContain('Could not read broken.gz: its compressed data is damaged or cut off');
    expect(shown).toContain('Could not read large.log: it has 50');
    expect(shown).toContain('the bot reads at most 5 files of a message');
  });

  it('says which scope it lacks when Slack gives it no file, and never reads a sign-in page as a log', async () => {
    const product = await stage.start({ emulator: { manifest } });
    product.slack.control.setScopes(
      manifest.oauth_config?.scopes?.bot?.filter((scope) => scope !== 'files:read') ?? [],
    );
    const { answer, shown } = await analysed(product, {
      text: '',
      files: [{ name: 'a.log', content: log(40) }],
    });

    expect(answer.text).toContain('could not be read, so nothing is known');
    expect(shown).toContain('files:read');
  });

  it('answers once however often Slack delivers it', async () => {
    const product = await stage.start({ emulator: { manifest } });
    const { control } = product.slack;
    const { ts, deliveryId } = await analysed(product, { text: log(3) });
    await control.redeliver(deliveryId);
    await analysed(product, { text: log(4) });

    const answers = control.messages({ channel: places.incidents, threadTs: ts });
    expect(answers.map(({ text }) => text)).toEqual([expect.stringContaining('3 times')]);
  });
});

describe('"Read its log"', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-read-log-'));
  let kube: KubeServer;
  beforeAll(async () => {
    kube = await startKubeServer(() => new Date());
    const cluster = { clusters: [{ name: 'c', cluster: { server: kube.url } }] };
    const context = { contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }] };
    const user = { users: [{ name: 'u', user: { token: 'of-the-simulated-cluster' } }] };
    const file = {
      apiVersion: 'v1',
      kind: 'Config',
      ...cluster,
      ...context,
      ...user,
      'current-context': 'c',
    };
    writeFileSync(join(folder, 'kubeconfig.yaml'), JSON.stringify(file));
  });
  afterAll(async () => {
    await kube.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const environmentsYaml = `  prod:
    runtime: { kind: kubernetes, namespace: aetherius, agentNamespace: kube-system, kubeconfig: ${JSON.stringify(join(folder, 'kubeconfig.yaml'))} }
    services: { orchestrator-service: { url: "http://127.0.0.1:9" } }
`;
  const stamp = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();

  it('reads the log of the crashed part, that of the container before it, too, in the thread of the finding', async () => {
    kube.log = (pod, previous) => {
      if (!pod.startsWith('orchestrator-service')) return '';
      const said = previous ? 'FATAL open /etc/aetherius/key: no space left on device' : 'INFO starting';
      return `${stamp(previous ? 4 : 1)} ${said} password=Zx81-Spectrum\n`;
    };
    kube.setReady('orchestrator-service', false, 'Error');
    const { slack } = await stage.start({ environmentsYaml, roles: ['bot', 'worker', 'scheduler'] });
    const { control } = slack;
    await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius health',
    });
    const finding = await control.waitForMessage(
      {
        channel: places.incidents,
        contains: '"logs.read"',
        where: ({ text }) => text.includes('orchestrator'),
      },
      patient,
    );
    const pressed = await control.click({
      user: people.approver,
      channel: places.incidents,
      ts: finding.ts,
      actionId: 'logs.read',
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, threadTs: finding.threadTs ?? '', contains: 'A disk is full' },
      patient,
    );
    const shown = JSON.stringify(answer.blocks);

    expect(pressed.ok).toBe(true);
    expect(answer.text).toContain('*orchestrator-service* in prod: A disk is full');
    expect(shown).toContain('(previous)');
    expect(shown).not.toContain('Spectrum');
  });

  it('is under a diagnosis, too, and its answer goes into the thread of that', async () => {
    kube.log = () => '';
    kube.setReady('orchestrator-service', false, 'Error');
    const { slack } = await stage.start({ environmentsYaml });
    const { control } = slack;
    await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius diagnose K1',
    });
    const diagnosis = await control.waitForMessage(
      { channel: places.incidents, contains: '"logs.read"' },
      patient,
    );
    await control.click({
      user: people.approver,
      channel: places.incidents,
      ts: diagnosis.ts,
      actionId: 'logs.read',
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, threadTs: diagnosis.ts, contains: 'The log is empty' },
      patient,
    );

    expect(answer.text).toContain('orchestrator-service');
  });

  it('draws the log of a part, in Chinese where the channel is, and tells the time as its reader has it', async () => {
    const now = Math.floor(Date.now() / 60_000) * 60_000;
    const line = (ago: number, level: string) =>
      `${new Date(now - ago * 60_000).toISOString()} ${level} no luck\n`;
    kube.log = (pod, previous) =>
      previous || !pod.startsWith('orchestrator-service-a')
        ? ''
        : line(9, 'ERROR') + line(4, 'WARN').repeat(4) + line(2, 'ERROR').repeat(8) + line(0, 'INFO');
    kube.setReady('orchestrator-service', true);
    const product = await stage.start({
      ...{ environmentsYaml, roles: ['bot', 'worker', 'scheduler'] },
      slackYaml: `  channels: { ${places.ops}: { language: zh-CN } }`,
    });
    const { control } = product.slack;
    await control.command({
      user: people.chinese,
      channel: places.ops,
      text: '/aetherius logs orchestrator-service since=20m',
    });
    const message = await control.waitForMessage({ channel: places.ops, where: isPicture }, patient);
    const picture = await pictureOf(product, message);
    const [run] = await product.database.sql(`SELECT id FROM runs WHERE kind = 'logs'`);
    const [root] = await product.database.sql('SELECT ts FROM messages WHERE run_id = $1', [run?.id]);
    const [order] = await product.database.sql(`SELECT payload FROM outbox WHERE kind = 'upload'`);
    const numbers = (order?.payload as { readonly picture: LogPicture } | undefined)?.picture ?? nothing;
    const bars = barsOf(picture.png, numbers.errors.length);
    const all = numbers.errors.map((count, at) => count + (numbers.warnings[at] ?? 0));

    expect(message.threadTs).toBe(root?.ts);
    expect(picture.title).toBe('时间线：prod 的 orchestrator-service');
    expect(picture.alt).toContain('按时间的条数');
    expect(all.filter((count) => count > 0)).toEqual([1, 4, 8]);
    expect(bars.map(({ tall }) => Math.round(tall * 8))).toEqual(all);
    expect(bars.map(({ errors }) => Math.round(errors * 8))).toEqual(numbers.errors);
  });

  it.each([
    [
      'words',
      '/aetherius logs all grep=req-7f3a',
      /reasoning-service-a.{0,60}ran out.{0,200}orchestrator-service-a.{0,60}has no/,
    ],
    [
      'its id',
      '/aetherius logs trace=req-7f3a',
      /reasoning-service: error.{0,60}ran out.{0,60}orchestrator-service: error.{0,60}has no/,
    ],
  ])('follows one request through all parts by %s, in the order of its times', async (_by, text, inOrder) => {
    kube.log = (pod) => {
      if (pod.startsWith('orchestrator-service-a')) return `${stamp(3)} ERROR req-7f3a has no answer\n`;
      return pod.startsWith('reasoning-service-a')
        ? `${stamp(4)} ERROR req-7f3a ran out of memory\n${stamp(4)} ERROR xreq-7f3ab of another\n`
        : '';
    };
    kube.setReady('orchestrator-service', true);
    const { slack } = await stage.start({ environmentsYaml });
    const { control } = slack;
    await control.command({
      user: people.requester,
      channel: places.incidents,
      text,
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, contains: 'has no answer' },
      patient,
    );
    const shown = JSON.stringify(answer.blocks);

    expect(answer.text).toContain('*All parts* in prod');
    expect(shown).toMatch(inOrder);
    expect(shown.includes('of another')).toBe(text.includes('grep='));
  });
});
