/** What `--output json` prints has a schema for every command, and is what its schema says, with no field besides. */
import { describe, expect, it } from 'vitest';
import { explainApproval, listApprovals, reject, showApproval } from '../../../src/cli/approvals.command.ts';
import { verifyAudit } from '../../../src/cli/audit.command.ts';
import { completionCommand } from '../../../src/cli/completion.command.ts';
import { checkConfig } from '../../../src/cli/config.command.ts';
import type { CliContext, ServedContext } from '../../../src/cli/context.ts';
import { digestConfigure, digestNow } from '../../../src/cli/digest.command.ts';
import { faultJson } from '../../../src/cli/faults.ts';
import { confirmRecord, listSwitches } from '../../../src/cli/fixes.command.ts';
import { historyCommand } from '../../../src/cli/history.command.ts';
import { initCommand } from '../../../src/cli/init.command.ts';
import { listFixes, listSymptoms } from '../../../src/cli/lists.command.ts';
import { exportKnown, liftMute, listMutes, setMute } from '../../../src/cli/mute.command.ts';
import { outputSchemas } from '../../../src/cli/output-schemas.ts';
import { allCommands, createProgram } from '../../../src/cli/program.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { Run } from '../../../src/domain/run/run.ts';
import { parseConfig } from '../../../src/platform/settings/config.ts';
import { wordsIn } from '../../../src/text/words.ts';

const id = '0190f1c2-7d3e-7a44-9b1e-2f6f8f4d9a10';
const by = { teamId: 'T1', userId: 'U1', via: 'slack' } as const;
const at = new Date('2026-03-01T10:00:00Z');
const config = parseConfig('environments: { prod: { runtime: { kind: none } } }', {
  ...{ role: 'command-line', where: 'a', folder: '/', env: {} },
});
const row = {
  ...{ id, handle: 'k7-2f9q', environment: 'prod', actionId: 'redis.set-eviction-policy', target: 'redis' },
  ...{ state: 'requested', tier: 2, planHash: 'abcdef0123', requester: by },
  plan: { params: {}, steps: [], blast: { key: 'none', facts: {} } },
} as unknown as RemediationRow;
const asked = { ...row, id: id.replace(/0$/, '1'), handle: 'k8', state: 'proposed' };
const run: Run = {
  ...{ id, kind: 'health', environment: 'prod', params: {}, state: 'complete', attempt: 1, source: 'slash' },
  ...{ requestedBy: by, surface: { teamId: 'T1', channel: 'C1', language: 'en' } },
  ...{ createdAt: at, startedAt: at, finishedAt: at },
  summary: { overall: 'findings', roots: ['redis'] },
};
const followUp = {
  ...{ remediationId: id, handle: 'k7', environment: 'prod', actionId: 'x', people: ['T1:U1'], openedAt: at },
};

const muted = {
  ...{ id, environment: 'prod', part: 'redis', cause: 'MEMORY_NEAR_LIMIT', severity: 'warning' },
  ...{ kind: 'mute', until: at, whileThere: true, reason: 'planned', by, at },
};

/** What the command printed. */
async function printed(command: (context: never) => Promise<unknown>): Promise<unknown> {
  const out: string[] = [];
  const context = {
    ...{ words: wordsIn('en'), output: 'json', person: by, now: () => at, requestId: () => 'r' },
    ...{ signal: new AbortController().signal, config: () => Promise.resolve(config) },
    out: (text: string) => void out.push(text),
    services: {
      runs: { history: () => Promise.resolve([run]) },
      digests: {
        now: () => Promise.resolve({ runId: id }),
        configure: () => Promise.resolve({ enabled: true, at: '09:00', timezone: 'UTC', next: at }),
      },
      remediations: {
        list: () => Promise.resolve([row, asked]),
        get: () => Promise.resolve({ remediation: row }),
        followUps: () => Promise.resolve([followUp]),
        explain: () =>
          Promise.resolve({
            ...{ actionId: 'x', environment: 'prod', tier: 1, needed: 1 },
            people: [{ personId: 'T1:U1', mayApprove: false, why: 'requester' }],
          }),
      },
      switches: {
        list: () => Promise.resolve([{ scope: '*', reason: 'storm', by, at, until: at }]),
        underWay: () => Promise.resolve([row]),
        record: () => Promise.resolve({ state: 'confirmed' }),
      },
      mutes: { list: () => Promise.resolve([muted]) },
      deciding: {
        mutes: { set: () => Promise.resolve(muted), lift: () => Promise.resolve(muted) },
        find: () => Promise.resolve({ id, planHash: 'abcdef0123' }),
        remediations: {
          reject: () =>
            Promise.resolve({ remediation: row, moved: true, from: 'requested', note: 'rejected' }),
        },
        switches: { confirmRecord: () => Promise.resolve({ ended: 2 }) },
      },
    },
    configured: () =>
      Promise.resolve({
        ...{ path: 'aetherius.yaml' },
        missing: [{ setting: 'environments.prod.redis.url', kind: 'variable', name: 'REDIS' }],
      }),
    audit: () =>
      Promise.resolve({
        verify: () =>
          Promise.resolve({
            ...{ verdict: 'gap', seq: 3, detail: 'a row is missing' },
            faults: [{ verdict: 'gap', seq: 3, detail: 'a row is missing' }],
          }),
      }),
    offered: () =>
      Promise.resolve({
        symptoms: ['D3'],
        fixes: [{ id: 'redis.set-memory-limit', takes: 'bytes=1…2' }],
      }),
    save: () => undefined,
    discover: () =>
      Promise.resolve({
        ...{ parts: ['redis'], yaml: {}, variables: [{ name: 'REDIS', meaning: 'redis://:PASSWORD@redis' }] },
        found: [{ part: 'redis', names: ['redis'], address: 'redis:6379' }],
      }),
    look: () => Promise.resolve({ at: at.toISOString(), areas: {} }),
  };
  await command(context as never);
  expect(out).toHaveLength(1);
  return JSON.parse(out[0] ?? '');
}

type Served = (context: ServedContext) => Promise<unknown>;
type Own = (context: CliContext) => Promise<unknown>;
const place = { channel: 'C1' };
const mutedCause = { part: 'redis', cause: 'MEMORY_NEAR_LIMIT', reason: 'planned' };
const cases: readonly (readonly [keyof typeof outputSchemas, string, Served | Own])[] = [
  ['approvals', 'approvals list', (context: ServedContext) => listApprovals(context, { limit: 20 })],
  ['audit', 'audit verify', (context: CliContext) => verifyAudit(context)],
  ['config', 'config check', (context: CliContext) => checkConfig(context)],
  ['confirm', 'fixes confirm', (context: ServedContext) => confirmRecord(context, 'why')],
  ['symptoms', 'symptoms', (context: CliContext) => listSymptoms(context)],
  ['fix-list', 'fixes list', (context: CliContext) => listFixes(context)],
  [
    'completion',
    'completion',
    (context: CliContext) => {
      const nothing = (): Promise<void> => Promise.resolve();
      const tree = createProgram(wordsIn('en'), '1', { here: nothing, asPerson: nothing });
      return completionCommand(context, tree, 'zsh');
    },
  ],
  ['digest', 'digest on', (context: ServedContext) => digestConfigure(context, place, { enabled: true })],
  ['digest-now', 'digest now', (context: ServedContext) => digestNow(context, place)],
  ['explain', 'approvals explain', (context: ServedContext) => explainApproval(context, 'x', {})],
  ['fix', 'approvals show', (context: ServedContext) => showApproval(context, 'k7')],
  ['fix', 'approvals reject', (context: ServedContext) => reject(context, 'k7', 'no')],
  ['fixes', 'fixes status', (context: ServedContext) => listSwitches(context)],
  ['mute', 'mute list', (context: ServedContext) => listMutes(context, {})],
  ['mute', 'mute add', (context: ServedContext) => setMute(context, 'mute', mutedCause, { for: '2h' })],
  ['mute', 'mute known', (context: ServedContext) => setMute(context, 'known', mutedCause, {})],
  ['mute', 'mute lift', (context: ServedContext) => liftMute(context, mutedCause, {})],
  ['mute', 'mute export', (context: ServedContext) => exportKnown(context, {})],
  ['history', 'history', (context: ServedContext) => historyCommand(context, { limit: 5 })],
  [
    'init',
    'init',
    (context: CliContext) =>
      initCommand(context, { file: '/none/a.yaml', name: 'prod', namespace: 'a', socket: '/none' }),
  ],
];

describe('--output json', () => {
  it('has a schema for every command', () => {
    const nothing = (): Promise<void> => Promise.resolve();
    const tree = createProgram(wordsIn('en'), '1', { here: nothing, asPerson: nothing });
    const leaves = allCommands(tree).filter(({ commands }) => commands.length === 0);
    const named = leaves.map((leaf) =>
      leaf.parent === tree ? leaf.name() : `${leaf.parent?.name()} ${leaf.name()}`,
    );

    const described: readonly string[] = Object.values(outputSchemas).flatMap(({ commands }) => commands);
    expect(described.toSorted()).toEqual(named.toSorted());
  });

  it.each(cases)('is as schema %s says, for %s', async (name, _command, command) => {
    const json = await printed(command as (context: never) => Promise<unknown>);

    expect(outputSchemas[name].schema.parse(json)).toEqual(json);
  });

  it('lists what waits for a decision, as in Slack, and with --all what nobody asked for, too', async () => {
    const handles = async (all: boolean) => {
      const json = await printed((context) => listApprovals(context, { limit: 20, all }));
      return outputSchemas.approvals.schema.parse(json).remediations.map(({ handle }) => handle);
    };

    expect([await handles(false), await handles(true)]).toEqual([['k7-2f9q'], ['k7-2f9q', 'k8']]);
  });

  it('has what a run of the history came to, in words', async () => {
    const json = await printed((context) => historyCommand(context, { limit: 5 }));

    expect(json).toMatchObject({ runs: [{ id, verdict: 'broken: Redis' }] });
  });

  it('is the same for what went wrong', () => {
    const faults = [{ path: 'slack', line: 1, message: 'is unknown' }];
    const json: unknown = JSON.parse(faultJson({ code: 'x', text: 'y', exit: 64, reason: 'z', faults }));

    expect(outputSchemas.error.schema.parse(json)).toEqual(json);
  });
});
