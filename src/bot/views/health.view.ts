import type { Button, KnownBlock, TableBlock } from '@slack/types';
import type { HealthReport, PartRow, PartState } from '../../domain/health/health.ts';
import type { HealthView } from '../../domain/message/health-view.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { PartId } from '../../domain/platform/part.ts';
import { markup, span } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { actionIds, messageEventType } from '../ids.ts';
import { actions, button, context, cut, limits, type RichInline, section } from './blocks.ts';
import { findingFacts, findingSentence, listOf, partName, runFooter, unseenText } from './phrases.ts';
import { heldBlocks, heldLines } from './switches.ts';

/** The thread's first message. Its first line must do on a lock screen at 3 a.m. */
export function healthMessage(view: HealthView, words: Words): Rendered {
  const title = titleLine(view, words);
  const shown = view.report.rows.filter((row) => row.state !== 'not-configured' || row.pending > 0);
  const blocks = [
    section(title, words),
    ...heldBlocks(view.held, words),
    ...(shown.length === 0 ? [] : [table(shown, view, words)]),
    ...notes(view, words),
    context(runFooter(view.run, words), words),
    ...actions(runButtons(view, words)),
  ] satisfies KnownBlock[];
  return {
    text: cut([title, ...heldLines(view.held, words)].join('\n'), limits.messageText, words),
    blocks,
    metadata: { eventType: messageEventType, payload: { run_id: view.run.id, kind: 'health' } },
  };
}

function runButtons({ detailsButton, reportButton }: HealthView, words: Words): readonly Button[] {
  const one = (actionId: string, value: string | undefined, label: string): readonly Button[] =>
    value === undefined ? [] : [button({ actionId, value, label }, words)];
  return [
    ...one(actionIds.details, detailsButton, words.plain('button.details')),
    ...one(actionIds.report, reportButton, words.plain('button.report')),
  ];
}

function titleLine(view: HealthView, words: Words): string {
  const { report, run } = view;
  const { environment } = run;
  const bad = badness(report, words);
  if (!report.complete) {
    if (report.rows.length === 0)
      return `:hourglass_flowing_sand: ${words.say('health.queued', { environment })}`;
    if (bad !== '')
      return `:red_circle: ${words.say('health.title.looking-bad', { environment, what: markup(bad) })}`;
    return `:hourglass_flowing_sand: ${words.say('health.title.looking', { environment, parts: report.rows.length })}`;
  }
  const repaired = [...new Set(view.repaired.map(({ part }) => partName(part, words)))];
  const open = report.rows.filter(
    (row) => isBad(row) && !view.repaired.some(({ part }) => part === row.part),
  );
  if (report.overall === 'findings' && open.length === 0 && repaired.length > 0) {
    return `:large_green_circle: ${words.say('health.title.repaired', { environment, parts: listOf(repaired, words) })}`;
  }
  if (report.overall === 'healthy') {
    const up = report.rows.filter((row) => row.state === 'up').length;
    return `:large_green_circle: ${words.say('health.title.healthy', { environment, parts: up })}`;
  }
  if (report.overall === 'unknown') {
    const unseen = report.rows
      .filter((row) => row.state === 'unknown')
      .map((row) => partName(row.part, words));
    const checks = report.unseen?.length ?? 0;
    const said =
      unseen.length === 0
        ? words.say('health.title.unseen', { environment, checks })
        : words.say('health.title.unknown', { environment, parts: listOf(unseen, words) });
    return `:grey_question: ${said}`;
  }
  const worst = report.rows.some((row) => row.state === 'down') ? ':red_circle:' : ':large_orange_circle:';
  return `${worst} ${words.say('health.title.findings', { environment, what: markup(bad) })}`;
}

function isBad(row: PartRow): boolean {
  return row.state === 'down' || row.state === 'degraded' || row.findings.length > 0;
}

/** Roots first, each with what stands behind it; then parts that are well but have findings. */
function badness(report: HealthReport, words: Words): string {
  const rootRows = report.rows.filter(
    (row) => row.consequenceOf === undefined && (row.state === 'down' || row.state === 'degraded'),
  );
  const order = (part: PartId): number => {
    const index = report.roots.indexOf(part);
    return index === -1 ? report.roots.length : index;
  };
  const sentences = [...rootRows]
    .sort((a, b) => order(a.part) - order(b.part))
    .map((row) => {
      const root = rootSentence(row, words);
      const behind = report.rows.filter((other) => other.consequenceOf === row.part);
      if (behind.length === 0) return root;
      const parts = listOf(
        behind.map((other) => partName(other.part, words)),
        words,
      );
      return words.say('health.behind', { root: markup(root), parts });
    });
  const quiet = report.rows
    .filter((row) => row.state === 'up' && row.findings.length > 0)
    .map((row) =>
      row.findings.length === 1 && row.findings[0] !== undefined
        ? findingSentence(row.findings[0], words).replace(/[.。]$/, '')
        : words.say('health.found', { part: partName(row.part, words), count: row.findings.length }),
    );
  return [...sentences, ...quiet].join(' · ');
}

/** "Redis is degraded: 99.7 % of its memory is in use and it refuses writes" says more than its state. */
function rootSentence(row: PartRow, words: Words): string {
  const part = partName(row.part, words);
  const state = stateWord(row.state, words);
  const [finding] = row.findings;
  const sentence =
    finding === undefined ? undefined : words.lookup(`finding.${finding.code}`, findingFacts(finding, words));
  if (sentence === undefined) return words.say('health.root', { part, state });
  return words.say('health.root.why', { part, state, why: markup(sentence.replace(/[.。]$/, '')) });
}

function stateWord(state: PartState, words: Words): string {
  return words.plain(`state.${state}`);
}

const stateEmoji: Readonly<Record<PartState, string>> = {
  down: 'red_circle',
  degraded: 'large_orange_circle',
  unknown: 'grey_question',
  up: 'large_green_circle',
  'not-configured': 'heavy_minus_sign',
};

/** What one cell may hold, so that nine parts with long facts stay below the message's limit. */
const factLimit = 160;

function table(rows: readonly PartRow[], view: HealthView, words: Words): TableBlock {
  const { report } = view;
  const mended = (row: PartRow) => view.repaired.some(({ part }) => part === row.part);
  return {
    type: 'table',
    column_settings: [{ is_wrapped: false }, { is_wrapped: true }, { align: 'right' }],
    rows: [
      [
        rawCell(words.plain('health.column.part')),
        rawCell(words.plain('health.column.fact')),
        rawCell(words.plain('health.column.latency')),
      ],
      ...rows.map((row) => [
        cell(
          { type: 'emoji', name: mended(row) ? 'white_check_mark' : rowEmoji(row) },
          {
            type: 'text',
            text: ` ${partName(row.part, words)}`,
            style: { bold: row.consequenceOf === undefined && isBad(row) },
          },
        ),
        cell({
          type: 'text',
          text: cut(
            `${mended(row) ? words.plain('health.row.repaired') : ''}${factText(row, report, words)}`,
            factLimit,
            words,
          ),
        }),
        rawCell(row.latencyMs === undefined ? '–' : span(Math.round(row.latencyMs), words.language)),
      ]),
    ],
  };
}

function rowEmoji(row: PartRow): string {
  if (row.pending > 0 && (row.state === 'unknown' || row.state === 'not-configured'))
    return 'hourglass_flowing_sand';
  if (row.consequenceOf !== undefined) return 'arrow_right_hook';
  if (row.state === 'up' && row.findings.length > 0) return 'large_orange_circle';
  return stateEmoji[row.state];
}

function rawCell(text: string): { type: 'raw_text'; text: string } {
  return { type: 'raw_text', text };
}

function cell(...elements: readonly RichInline[]): {
  type: 'rich_text';
  elements: { type: 'rich_text_section'; elements: RichInline[] }[];
} {
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements: [...elements] }] };
}

function factText(row: PartRow, report: HealthReport, words: Words): string {
  if (row.pending > 0 && row.state === 'unknown') return words.plain('state.looking');
  const { key } = row.fact;
  // The fact may be a finding's code: its sentence then says it, as in the thread.
  const facts = { part: partName(row.part, words), ...row.fact.facts };
  const fact =
    words.lookupPlain(`health.fact.${key}`, facts) ??
    words.lookupPlain(`finding.${key}`, facts) ??
    stateWord(row.state, words);
  const parts = [fact];
  if (row.consequenceOf !== undefined) {
    const root = report.rows.find((other) => other.part === row.consequenceOf);
    const because = words.plain('health.because', {
      root: partName(row.consequenceOf, words),
      state: stateWord(root?.state ?? 'down', words),
    });
    parts.unshift(because);
  }
  if (row.state === 'down' && row.witnesses.length > 0) {
    const witnesses = row.witnesses.map(
      (witness) => words.lookupPlain(`health.witness.${witness.key}`, witness.facts) ?? witness.key,
    );
    parts.push(words.plain('health.witness', { witness: listOf(witnesses, words) }));
  }
  const fallback = row.state === 'up' && row.findings.length > 0 ? row.findings.length : 0;
  if (fallback > 0)
    parts.push(words.plain('health.found', { part: partName(row.part, words), count: fallback }));
  return parts.join(words.language === 'zh-CN' ? '；' : '; ');
}

function notes(view: HealthView, words: Words): KnownBlock[] {
  const off = view.report.rows.filter((row) => row.state === 'not-configured' && row.pending === 0);
  const blocks: KnownBlock[] = [];
  if (view.repaired.length > 0) {
    const parts = view.repaired.map(
      ({ part, handle }) => `${escapeMrkdwn(partName(part, words))} (\`${escapeMrkdwn(handle)}\`)`,
    );
    blocks.push(context(words.say('health.repaired', { parts: markup(listOf(parts, words)) }), words));
  }
  if (off.length > 0 && view.report.complete) {
    const parts = listOf(
      off.map((row) => partName(row.part, words)),
      words,
    );
    blocks.push(context(words.say('health.not-configured', { parts }), words));
  }
  const { unseen = [], complete } = view.report;
  if (complete && unseen.length > 0)
    blocks.push(context(words.say('diagnose.unseen', { what: markup(unseenText(unseen, words)) }), words));
  return blocks;
}
