/** A bundle, from a command or a shortcut in Slack to a file that the command line checks; roles and logins apart. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AppManifest, SlackMessage } from '@aetherius/slack-emulator';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type KubeServer, startKubeServer } from '../../tools/playground/demo/kube-server.ts';
import { aetherius } from '../support/cli.ts';
import { leaked, plantedSecrets } from '../support/planted-secrets.ts';
import { type Product, people, places, useStage } from '../support/slack-product.ts';

const stage = useStage();
const patient = { timeoutMs: 60_000 };
const manifest = parse(readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8')) as AppManifest;
const roles = ['bot', 'worker', 'scheduler'] as const;

const folder = mkdtempSync(join(tmpdir(), 'aetherius-collect-'));
let kube: KubeServer;
beforeAll(async () => {
  kube = await startKubeServer(() => new Date());
  const file = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
    clusters: [{ name: 'c', cluster: { server: kube.url } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    users: [{ name: 'u', user: { token: 'of-the-simulated-cluster' } }],
  };
  writeFileSync(join(folder, 'kubeconfig.yaml'), JSON.stringify(file));
});
afterEach(() => {
  kube.forbidden = new Set();
});
afterAll(async () => {
  await kube.stop();
  rmSync(folder, { recursive: true, force: true });
});
const kubeYaml = () => `  prod:
    runtime: { kind: kubernetes, namespace: aetherius, agentNamespace: kube-system, kubeconfig: ${JSON.stringify(join(folder, 'kubeconfig.yaml'))} }
`;

/** The message under which the file of a bundle stands. */
const isFile = ({ files }: SlackMessage): boolean => files.length > 0;

/** The file of a message, as it is downloaded from Slack. */
async function download({ slack }: Product, message: SlackMessage): Promise<string> {
  const [id = ''] = message.files;
  const url = new URL(`/files/${id}/bundle.tar.gz`, slack.apiUrl);
  const answer = await fetch(url, { headers: { authorization: `Bearer ${slack.botToken}` } });
  const path = join(folder, `${id}.tar.gz`);
  writeFileSync(path, new Uint8Array(await answer.arrayBuffer()));
  return path;
}

async function verified(path: string): Promise<string> {
  const answer = await aetherius(['bundle', 'verify', path]);
  expect(answer).toMatchObject({ exit: 0, err: '' });
  return answer.out;
}

/** All that people see in a channel. */
const seenIn = ({ slack }: Product, channel: string) =>
  slack.control.messages({ channel, where: ({ ephemeralFor }) => ephemeralFor === null });

describe('/aetherius collect', () => {
  it('puts one bundle without secrets under its card, though Slack loses its answers, and names what is not in it', async () => {
    kube.log = (pod) =>
      plantedSecrets.map(({ value }) => `2026-11-28T10:00:00Z ERROR ${pod} ${value}`).join('\n');
    kube.forbidden = new Set(['networkpolicies']);
    const product = await stage.start({ emulator: { manifest }, environmentsYaml: kubeYaml(), roles });
    const { control } = product.slack;
    control.faults.add({ method: 'upload', fault: { kind: 'drop_before' }, times: 1 });
    control.faults.add({
      ...{ method: 'files.completeUploadExternal', times: 1 },
      fault: { kind: 'drop_after' },
    });
    const asked = await control.command({
      user: people.requester,
      channel: places.incidents,
      text: '/aetherius collect since=2h',
    });
    await control.redeliver(asked.deliveryId ?? '');
    const file = await control.waitForMessage({ channel: places.incidents, where: isFile }, patient);
    const open = `SELECT FROM outbox WHERE state IN ('pending', 'sending')`;
    await expect.poll(() => product.database.sql(open), { timeout: 30_000 }).toEqual([]);
    const [card] = control.messages({ channel: places.incidents, where: ({ ts }) => ts === file.threadTs });
    const shown = JSON.stringify(card?.blocks);
    const path = await download(product, file);
    const texts = gunzipSync(readFileSync(path)).toString('latin1');

    expect(card?.text).toMatch(
      /^:package: \*Bundle of prod\*: \d+ files, .+ sources? (?:is|are) missing or cut\.$/,
    );
    expect(shown).toContain('networkpolicies.json: ');
    expect(shown).toContain('In Slack it stays until');
    expect(await verified(path)).toContain(/SHA-256 ([0-9a-f]{64})/.exec(shown)?.[1]);
    expect(texts).toContain('logs/orchestrator-service/');
    expect(texts).toContain('2026-11-28T10:00:00Z ERROR');
    expect(leaked(texts)).toEqual([]);
    expect(seenIn(product, places.incidents).filter(isFile)).toHaveLength(1);
    expect(await product.database.sql('SELECT FROM runs')).toHaveLength(1);
    expect(await product.database.sql('SELECT FROM bundle_pieces')).toEqual([]);
  });

  it('sends no bundle in which a secret stands that only the bot knows, and says so', async () => {
    const secret = 'Only-The-Bot-Knows-This-Word-Of-41-Bytes.';
    kube.log = (pod) => `2026-11-28T10:00:00Z INFO ${pod} joined the room ${secret} again\n`;
    const product = await stage.start({
      ...{ emulator: { manifest }, environmentsYaml: kubeYaml(), roles: ['scheduler'] },
    });
    const { control } = product.slack;
    await product.add('bot', { TOKEN_KEY: secret });
    await product.add('worker', { TOKEN_KEY: undefined });
    await control.command({ user: people.requester, channel: places.incidents, text: '/aetherius collect' });
    const told = await control.waitForMessage(
      { channel: places.incidents, contains: 'did not come' },
      patient,
    );

    expect(told.text).toContain('a secret that the bot knows stands in it');
    expect(seenIn(product, places.incidents).filter(isFile)).toEqual([]);
    expect(
      control.log
        .all()
        .filter((entry) => entry.kind === 'api' && entry.method === 'files.completeUploadExternal'),
    ).toEqual([]);
  });
});

describe('"Collect logs here"', () => {
  it('answers in the thread of the message, to the person where others read, and to no guest', async () => {
    const product = await stage.start({ emulator: { manifest }, roles });
    const { control } = product.slack;
    const shortcut = async (user: string, channel: string) => {
      const said = await control.say({ user: people.approver, channel, text: 'it is slow' });
      const ts = said.ts ?? '';
      await control.messageShortcut({ user, channel, callbackId: 'aetherius_collect_logs', ts });
      return ts;
    };
    const refused = await shortcut(people.guest, places.ops);
    await control.waitForMessage({
      ...{ channel: places.ops, user: people.guest },
      where: ({ ephemeralFor, text }) => ephemeralFor === people.guest && text.includes('guests see'),
    });
    const asked = await shortcut(people.requester, places.incidents);
    const file = await control.waitForMessage({ channel: places.incidents, where: isFile }, patient);
    await verified(await download(product, file));
    const shared = await shortcut(people.chinese, places.shared);
    const dm = control.world.directChannel(people.chinese).id;
    const own = await control.waitForMessage({ channel: dm, where: isFile }, patient);
    await verified(await download(product, own));
    control.faults.add({
      ...{ method: 'files.completeUploadExternal', match: { channel_id: places.withoutBot } },
      fault: { kind: 'error', error: 'not_in_channel' },
    });
    await control.command({ user: people.requester, channel: places.withoutBot, text: '/aetherius collect' });
    const other = control.world.directChannel(people.requester).id;
    const instead = await control.waitForMessage({ channel: other, where: isFile }, patient);

    expect(file.threadTs).toBe(asked);
    expect(control.messages({ channel: places.ops, threadTs: refused })).toEqual([]);
    expect(seenIn(product, places.shared).filter(({ user }) => user !== people.approver)).toEqual([
      expect.objectContaining({
        threadTs: shared,
        text: expect.stringContaining(`<@${people.chinese}> gets the bundle in a direct message`) as string,
      }),
    ]);
    expect(control.messages({ channel: dm, where: ({ ts }) => ts === own.threadTs })[0]?.text).toContain(
      '*prod 的收集包*',
    );
    expect(instead.text).toContain('The channel does not take the file');
    expect(await product.database.sql('SELECT FROM runs')).toHaveLength(3);
  });
});

describe('"Collect logs" under a diagnosis', () => {
  it('puts one bundle into its thread, however often it is pressed, and tells whoever presses again', async () => {
    kube.log = () => '';
    kube.setReady('orchestrator-service', false, 'Error');
    const product = await stage.start({ emulator: { manifest }, environmentsYaml: kubeYaml(), roles });
    const { control } = product.slack;
    await control.command({
      ...{ user: people.requester, channel: places.incidents, text: '/aetherius diagnose K1' },
    });
    const diagnosis = await control.waitForMessage(
      { channel: places.incidents, contains: '"collect"' },
      patient,
    );
    // The diagnosis has a file of its own, which is no bundle.
    const evidence = await control.waitForMessage({ channel: places.incidents, where: isFile }, patient);
    const isBundle = (message: SlackMessage) => isFile(message) && message.ts !== evidence.ts;
    const press = (user: string) =>
      control.click({ user, channel: places.incidents, ts: diagnosis.ts, actionId: 'collect' });
    const pressed = await Promise.all([press(people.requester), press(people.requester)]);
    const file = await control.waitForMessage({ channel: places.incidents, where: isBundle }, patient);
    await press(people.approver);
    const isTold = (user: string) => ({
      ...{ channel: places.incidents, user },
      where: ({ ephemeralFor, text }: SlackMessage) =>
        ephemeralFor === user && text.includes('with this button already'),
    });
    await control.waitForMessage(isTold(people.requester), patient);
    await control.waitForMessage(isTold(people.approver), patient);
    const [run] = await product.database.sql(`SELECT params, surface FROM runs WHERE kind = 'collect'`);

    expect(pressed.map(({ ok }) => ok)).toEqual([true, true]);
    expect(file.threadTs).toBe(diagnosis.threadTs ?? diagnosis.ts);
    await verified(await download(product, file));
    expect(run?.params).toEqual({ since: expect.stringMatching(/^\d{4}-.+Z$/) as string });
    expect(seenIn(product, places.incidents).filter(isBundle)).toHaveLength(1);
    expect(await product.database.sql(`SELECT FROM runs WHERE kind = 'collect'`)).toHaveLength(1);
  });
});
