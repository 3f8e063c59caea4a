import type { HomeView, KnownBlock } from '@slack/types';
import type { RecordState } from '../../domain/audit/record.ts';
import type { KillSwitch } from '../../domain/fix/kill-switch.ts';
import type { FollowUp, RemediationRow } from '../../domain/fix/rows.ts';
import { type InventoryNews, stageDifferences } from '../../domain/platform/inventory.ts';
import type { Run } from '../../domain/run/run.ts';
import type { BrokenNow, EnvironmentNow } from '../../domain/watch/now.ts';
import { markup } from '../../text/format.ts';
import { verdictText } from '../../text/verdict.ts';
import type { Words } from '../../text/words.ts';
import { actionIds, remediationActionIds } from '../ids.ts';
import { actions, button, context, header, limits, section } from './blocks.ts';
import { inventoryText, stagesText } from './inventory.ts';
import { acceptedLine, type ListedMute, listedMutes } from './mute.view.ts';
import { listOf, partName, remediationTitle, who, whoAsked } from './phrases.ts';
import { planBlocks } from './remediation.view.ts';
import { followUpLines, recordLines, switchLines } from './switches.ts';

export interface HomeData {
  readonly environments: readonly {
    readonly name: string;
    readonly last?: Run;
    /** What the newest look says of it; absent: nobody has looked. */
    readonly current?: EnvironmentNow;
    /** What workers found there, and what is other than yesterday. */
    readonly inventory?: InventoryNews;
    /** Button row that starts a health check of it. */
    readonly healthButton?: string;
  }[];
  readonly pending: readonly {
    readonly remediation: RemediationRow;
    readonly buttons: { readonly approve?: string; readonly reject?: string };
  }[];
  /** Whether the record is what places outside remember of it. */
  readonly record: Pick<RecordState, 'state' | 'why'>;
  /** Fixes that are switched off. */
  readonly switches: readonly KillSwitch[];
  /** What break-glass left open. */
  readonly followUps: readonly FollowUp[];
  /** What is muted, with the button that lifts it. */
  readonly mutes?: readonly ListedMute[];
  /** What the configuration accepts for good. */
  readonly accepted?: Parameters<typeof acceptedLine>[0];
  readonly runs: readonly Run[];
  /** Where the answers of these runs stand, by the run. */
  readonly links?: ReadonlyMap<string, string>;
  readonly fixes: readonly RemediationRow[];
  readonly now: Date;
}

const shown = { environments: 12, pending: 5, lines: 8 } as const;

/** What keeps fixes from being decided or begun. */
function stopped({ record, switches, followUps }: HomeData, words: Words): KnownBlock[] {
  const lines = [
    ...recordLines(record, words),
    ...switchLines(switches, words),
    ...followUpLines(followUps, words),
  ];
  return lines.length === 0 ? [] : [section(lines.join('\n'), words)];
}

/** Nothing where nothing is muted. */
function muted({ mutes = [], accepted = [] }: HomeData, words: Words): KnownBlock[] {
  const line = acceptedLine(accepted, words);
  return mutes.length === 0 && line === undefined
    ? []
    : [
        header(words.plain('mute.home'), words),
        ...listedMutes(mutes.slice(0, shown.lines), words),
        ...(line === undefined ? [] : [context(line, words)]),
      ];
}

/** App Home: what is well, what waits for me, what happened. */
export function homeView(data: HomeData, words: Words): HomeView {
  const blocks: KnownBlock[] = [
    header(words.plain('home.environments'), words),
    ...data.environments
      .slice(0, shown.environments)
      .flatMap((environment) => environmentBlocks(environment, words)),
    ...stageBlocks(data, words),
    ...muted(data, words),
    header(words.plain('home.approvals'), words),
    ...stopped(data, words),
    ...(data.pending.length === 0 ? [section(words.say('home.approvals.none'), words)] : []),
    ...data.pending.slice(0, shown.pending).flatMap((entry) => pendingBlocks(entry, words)),
    header(words.plain('home.runs'), words),
    section(
      data.runs.length === 0
        ? words.say('home.runs.none')
        : data.runs
            .slice(0, shown.lines)
            .map((run) => runLine(run, words, data.links?.get(run.id)))
            .join('\n'),
      words,
    ),
    header(words.plain('home.fixes'), words),
    section(
      data.fixes.length === 0
        ? words.say('home.fixes.none')
        : data.fixes
            .slice(0, shown.lines)
            .map((row) => fixLine(row, words))
            .join('\n'),
      words,
    ),
    context(words.say('home.footer', { time: data.now.toISOString() }), words),
  ];
  return { type: 'home', blocks: blocks.slice(0, limits.viewBlocks) };
}

/** Of the environments that are shown: somebody who may not read one is not told what it runs. */
function stageBlocks({ environments }: HomeData, words: Words): KnownBlock[] {
  const stages = environments.flatMap(({ name, inventory }) =>
    inventory === undefined ? [] : [{ environment: name, images: inventory.images }],
  );
  const differences = stageDifferences(stages);
  return differences.length === 0 ? [] : [context(stagesText(differences, words), words)];
}

/** For somebody who may read nothing. */
export function closedHomeView(words: Words): HomeView {
  return { type: 'home', blocks: [section(words.say('home.closed'), words)] };
}

function environmentBlocks(environment: HomeData['environments'][number], words: Words): KnownBlock[] {
  const { inventory, healthButton } = environment;
  const text = environmentLine(environment, words);
  const found = inventory === undefined ? [] : [context(inventoryText(inventory, words), words)];
  if (healthButton === undefined) return [section(text, words), ...found];
  const accessory = button(
    { actionId: actionIds.homeHealth, value: healthButton, label: words.plain('button.health') },
    words,
  );
  return [{ ...section(text, words), accessory }, ...found];
}

function environmentLine({ name, last, current }: HomeData['environments'][number], words: Words): string {
  const environment = name;
  const lines: string[] = [];
  if (current !== undefined) lines.push(presentLine(environment, current, words));
  const isNewest = current === undefined || (last !== undefined && last.createdAt > current.lookedAt);
  if (last === undefined) return lines[0] ?? words.say('home.environment.never', { environment });
  const time = (last.finishedAt ?? last.startedAt ?? last.createdAt).toISOString();
  if (isNewest && (last.state === 'queued' || last.state === 'running'))
    lines.push(words.say('home.environment.running', { environment, time }));
  else if (isNewest) lines.push(words.say('home.environment.failed', { environment, time }));
  return lines.join('\n');
}

/** What is so now, and since when; what is too old for that is said to have been so when it was looked at. */
function presentLine(environment: string, current: EnvironmentNow, words: Words): string {
  const { overall, broken, lookedAt, stale, mendedAt } = current;
  const facts = { environment, time: (mendedAt ?? lookedAt).toISOString() };
  const what = markup(broken.length === 0 ? words.say('home.findings') : brokenText(broken, words));
  if (stale) {
    if (mendedAt !== undefined) return words.say('home.was.mended', facts);
    return overall === 'findings'
      ? words.say('home.was.findings', { ...facts, what })
      : words.say(`home.was.${overall}`, facts);
  }
  if (mendedAt !== undefined) return words.say('home.environment.mended', facts);
  return overall === 'findings'
    ? words.say('home.environment.findings', { ...facts, what })
    : words.say(`home.environment.${overall}`, facts);
}

function brokenText(broken: readonly BrokenNow[], words: Words): string {
  const named = broken.map(({ part, state, since }) => {
    const facts = { part: partName(part, words), state: words.plain(`state.${state}`) };
    return since === undefined
      ? words.say('home.broken', facts)
      : words.say('home.broken.since', { ...facts, since });
  });
  return listOf(named, words);
}

function pendingBlocks(
  { remediation: row, buttons }: HomeData['pending'][number],
  words: Words,
): KnownBlock[] {
  const ids = [
    ...(buttons.approve === undefined
      ? []
      : [
          button(
            {
              actionId: remediationActionIds.approve,
              value: buttons.approve,
              label: words.plain('button.approve'),
              style: 'primary',
            },
            words,
          ),
        ]),
    ...(buttons.reject === undefined
      ? []
      : [
          button(
            {
              actionId: remediationActionIds.reject,
              value: buttons.reject,
              label: words.plain('button.reject'),
              style: 'danger',
            },
            words,
          ),
        ]),
  ];
  return [
    section(pendingLine(row, words), words),
    ...planBlocks(row, words),
    ...actions(ids),
    { type: 'divider' },
  ];
}

export function pendingLine(row: RemediationRow, words: Words): string {
  return words.say('approvals.line', {
    handle: row.handle,
    remediation: markup(remediationTitle(row, words)),
    environment: row.environment,
    hash: row.planHash,
    who: markup(who(row.requester, words)),
    until: row.requestExpiresAt?.toISOString(),
  });
}

/** When, what, where, what it came to, who, and its id: where its answer stands, that leads there. */
export function runLine(run: Run, words: Words, link?: string): string {
  const id = run.id.slice(-8);
  return words.say('run.line', {
    time: run.createdAt.toISOString(),
    kind: words.lookupPlain(`run.kind.${run.kind}`) ?? run.kind,
    environment: run.environment,
    verdict: verdictText(run, words),
    who: markup(whoAsked(run, words)),
    run: markup(link === undefined ? `\`${id}\`` : `<${link}|${id}>`),
  });
}

export function fixLine(row: RemediationRow, words: Words): string {
  return words.say('fix.line', {
    handle: row.handle,
    remediation: markup(remediationTitle(row, words)),
    environment: row.environment,
    state: words.say(`fix.state.${row.state}`),
  });
}
