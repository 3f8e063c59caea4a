import { readFileSync } from 'node:fs';
import type { AppManifest } from '@aetherius/slack-emulator';
import { connect } from 'nats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startNats } from '../../lab/components/nats.ts';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix, askForHealth, isAnswered, isRoot } from '../support/slack-steps.ts';
import { scratch } from '../support/targets.ts';

const stage = useStage();
const manifest = parse(readFileSync(new URL('../../manifest.yml', import.meta.url), 'utf8')) as AppManifest;

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

describe('with the scopes, commands and shortcuts of the manifest alone', () => {
  it('opens the health modal from the global shortcut and posts where it was told to', async () => {
    const { slack } = await stage.start({ emulator: { manifest } });
    const { control } = slack;

    await control.shortcut({ user: people.requester, callbackId: 'aetherius_health' });
    const modal = await control.waitFor(() => control.modal(people.requester));
    const submitted = await control.submit({
      user: people.requester,
      viewId: modal.id,
      values: { environment: 'prod', depth: 'full', channel: places.ops },
    });
    const table = await control.waitForMessage(
      { channel: places.ops, where: (message) => isRoot(message) && isAnswered(message) },
      { timeoutMs: 15_000 },
    );

    expect(submitted.ok).toBe(true);
    expect(table.text).toContain('Redis');
  });

  it('shows environments, what waits for me and recent runs in App Home, and keeps it current', async () => {
    const { slack } = await stage.start({ emulator: { manifest } });
    const { control } = slack;
    await control.openHome({ user: people.approver });
    const empty = await control.waitFor(() => control.home(people.approver));

    const { card } = await askForFix(control);
    const home = await control.waitFor(
      () => {
        const view = control.home(people.approver);
        return view !== undefined && JSON.stringify(view.content).includes('remediation.approve')
          ? view
          : undefined;
      },
      { timeoutMs: 20_000 },
    );
    const clicked = await control.click({
      user: people.approver,
      home: true,
      actionId: 'remediation.approve',
    });
    await control.waitForMessage(
      {
        channel: places.incidents,
        where: ({ ts, text }) => ts === card.ts && text.includes('Fixed and verified'),
      },
      { timeoutMs: 40_000 },
    );

    expect(JSON.stringify(empty.content)).toContain('not checked yet');
    expect(JSON.stringify(home.content)).toContain('noeviction → allkeys-lru');
    expect(clicked.ok).toBe(true);
  });

  it('shows in App Home what the worker found, without a run', async () => {
    const folder = scratch('home-inventory');
    const nats = await startNats({ dir: folder.dir });
    const client = await connect({ servers: nats.url, name: 'watcher' });
    try {
      client.subscribe('fleet.*.pulse');
      await client.flush();
      const { slack } = await stage.start({
        emulator: { manifest },
        environmentsYaml: `  prod:
    runtime: { kind: none }
    nats: { url: "${nats.url}", monitorUrl: "${nats.monitorUrl}" }
`,
      });
      const { control } = slack;
      const text = () => JSON.stringify(control.home(people.approver)?.content ?? '');
      await expect
        .poll(
          async () => {
            await control.openHome({ user: people.approver });
            return text();
          },
          { timeout: 20_000, interval: 200 },
        )
        .toContain('Found at');

      const shown = text();
      expect(shown).toContain('1 client of NATS, 1 subject of NATS');
      expect(shown).toContain('Nothing is other than');
      expect(shown).not.toContain('database');
    } finally {
      await client.close();
      await nats.stop();
      folder.remove();
    }
  });

  it('publishes App Home again after a run has ended', async () => {
    const { slack } = await stage.start({ emulator: { manifest } });
    const { control } = slack;
    await control.openHome({ user: people.approver });
    await control.waitFor(() => control.home(people.approver));

    await askForHealth(control);
    const home = await control.waitFor(
      () => {
        const view = control.home(people.approver);
        return view !== undefined && JSON.stringify(view.content).includes('Redis degraded')
          ? view
          : undefined;
      },
      { timeoutMs: 20_000 },
    );

    expect(JSON.stringify(home.content)).toContain('*prod*: Redis degraded');
  });

  it('shows everything a run saw behind "Details"', async () => {
    const { slack } = await stage.start({ emulator: { manifest } });
    const { control } = slack;
    const table = await askForHealth(control);
    await control.waitForMessage({
      channel: places.incidents,
      where: ({ ts, blocks }) => ts === table.ts && JSON.stringify(blocks).includes('"details"'),
    });

    await control.click({
      user: people.approver,
      channel: places.incidents,
      ts: table.ts,
      actionId: 'details',
    });
    const modal = await control.waitFor(() => control.modal(people.approver));

    expect(JSON.stringify(modal.content)).toContain('redis.eviction-policy');
    // The table that the answer has no room for: each part with what decides it.
    expect(JSON.stringify(modal.content)).toMatch(/Redis · degraded · memory /);
  });

  it('answers a Chinese reader in Chinese and a Chinese channel in Chinese', async () => {
    const slackYaml = `  channels: { ${places.incidents}: { environment: prod, language: zh-CN } }`;
    const { slack } = await stage.start({ slackYaml, emulator: { manifest } });
    const { control } = slack;

    await control.command({ user: people.chinese, channel: places.ops, text: '/aetherius 帮助' });
    const help = await control.waitForMessage({
      channel: places.ops,
      user: people.chinese,
      contains: '哪里坏了',
    });
    const table = await askForHealth(control, { text: '/aetherius 健康' });

    expect(help.ephemeralFor).toBe(people.chinese);
    expect(table.text).toMatch(/异常|故障/);
    expect(JSON.stringify(table.blocks)).toContain('话题中提供了');
  });

  it('answers a word that it does not know, typed or mentioned, with those that it knows, and starts nothing', async () => {
    const product = await stage.start({ emulator: { manifest } });
    const { control } = product.slack;

    const typed = await control.command({
      user: people.requester,
      channel: places.ops,
      text: '/aetherius shuffle since=30m',
    });
    const told = await control.waitForMessage({
      channel: places.ops,
      user: people.requester,
      contains: 'I do not know “shuffle”',
    });
    await control.say({ user: people.chinese, channel: places.incidents, text: '@aetherius 备份' });
    const toldInChinese = await control.waitForMessage({
      channel: places.incidents,
      user: people.chinese,
      contains: '不认识“备份”',
    });
    const gone = await control.messageShortcut({
      user: people.requester,
      channel: places.ops,
      ts: '1700000000.000100',
      callbackId: 'aetherius_gather',
    });

    expect(typed.ok).toBe(true);
    expect(told.ephemeralFor).toBe(people.requester);
    expect(told.text).toContain('I know: health, diagnose, logs, collect, report, fix, approvals');
    expect(toldInChinese.text).toContain('可用命令：health, diagnose, logs, collect, report');
    expect(gone).toMatchObject({ ok: false, error: 'shortcut_not_found' });
    expect(await product.database.sql('SELECT count(*)::int AS n FROM runs')).toEqual([{ n: 0 }]);
  });

  it('makes a digest on demand and sets its time for the channel', async () => {
    const slackYaml = `  channels: { ${places.ops}: { environment: prod } }`;
    const product = await stage.start({ slackYaml, emulator: { manifest } });
    const { control } = product.slack;

    await control.command({ user: people.requester, channel: places.ops, text: '/aetherius digest at 9:30' });
    await control.waitForMessage({ channel: places.ops, user: people.requester, contains: 'daily at 09:30' });
    await control.command({ user: people.requester, channel: places.ops, text: '/aetherius digest now' });
    const digest = await control.waitForMessage(
      { channel: places.ops, contains: 'Daily digest' },
      { timeoutMs: 15_000 },
    );

    expect(digest.text).toContain('new');
    expect(await product.database.sql('SELECT digest_at FROM channel_settings')).toEqual([
      { digest_at: '09:30' },
    ]);
  });
});

describe('many processes', () => {
  it('two bots and three workers answer each of ten commands once', async () => {
    const product = await stage.start({ roles: ['bot', 'bot', 'worker', 'worker', 'worker', 'scheduler'] });
    const { control } = product.slack;
    const channels = [places.incidents, places.ops, places.general];

    await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        control.command({
          user: people.requester,
          channel: channels[index % 3] ?? places.ops,
          text: '/aetherius health prod',
        }),
      ),
    );
    const done = () =>
      channels.flatMap((channel) =>
        control.messages({ channel, where: (message) => isRoot(message) && isAnswered(message) }),
      );
    await control.waitFor(() => done().length === 10, { timeoutMs: 60_000 });

    // An answer that is not whole yet says already what it has seen.
    const complete =
      "SELECT count(*)::int AS n, max(attempt)::int AS attempts FROM runs WHERE state = 'complete'";
    await expect
      .poll(() => product.database.sql(complete), { timeout: 60_000 })
      .toEqual([{ n: 10, attempts: 1 }]);
    const roots = channels.flatMap((channel) => control.messages({ channel, where: isRoot }));
    expect(roots).toHaveLength(10);
  });
});
