import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type KubeServer, startKubeServer } from '../../tools/playground/demo/kube-server.ts';
import type { SayMessage } from '../../tools/slack-emulator/control/speech.ts';
import type { AppManifest } from '../../tools/slack-emulator/types.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';

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

  it('says that there is no such part', async () => {
    const { slack } = await stage.start();
    await slack.control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius logs toaster',
    });
    const answer = await slack.control.waitForMessage(
      {
        channel: places.incidents,
        where: ({ text }) => text.includes('toaster') && text.includes('no part'),
      },
      patient,
    );

    expect(answer.text).toContain('There is no part “toaster”');
  });
});

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
    expect(shown).toContain('at 2026-11-28');
    expect(shown).toContain('no servers available');
    expect(shown).not.toContain('Spectrum');

    await control.click({
      user: people.requester,
      channel: places.incidents,
      ts: answer.ts,
      actionId: 'diagnose',
    });
    await control.waitForMessage(
      { channel: places.incidents, threadTs: ts, contains: 'The way to NATS' },
      patient,
    );
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

  it('follows one request through all parts, in the order of its times', async () => {
    kube.log = (pod) => {
      if (pod.startsWith('orchestrator-service-a')) return `${stamp(3)} ERROR req-7f3a has no answer\n`;
      return pod.startsWith('reasoning-service-a') ? `${stamp(4)} ERROR req-7f3a ran out of memory\n` : '';
    };
    kube.setReady('orchestrator-service', true);
    const { slack } = await stage.start({ environmentsYaml });
    const { control } = slack;
    await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius logs all grep=req-7f3a',
    });
    const answer = await control.waitForMessage(
      { channel: places.incidents, contains: 'has no answer' },
      patient,
    );
    const shown = JSON.stringify(answer.blocks);

    expect(answer.text).toContain('*All parts* in prod');
    expect(shown).toMatch(
      /reasoning-service-a.{0,60}ran out of memory.{0,60}orchestrator-service-a.{0,60}has no answer/,
    );
  });
});
