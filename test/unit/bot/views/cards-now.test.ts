/** Every state of a fix × every place of its card × language: the card says only what is true then. */
import { describe, expect, it } from 'vitest';
import { rendererOf } from '../../../../src/bot/views/renderer.ts';
import { isTerminal, type RemediationState, remediationStates } from '../../../../src/domain/fix/approval.ts';
import type { Plan } from '../../../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../../../src/domain/fix/rows.ts';
import type { Elsewhere, RemediationView } from '../../../../src/domain/message/remediation-view.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import type { Language } from '../../../../src/domain/run/run.ts';
import { en } from '../../../../src/text/en.ts';
import { type TextKey, wordsIn } from '../../../../src/text/words.ts';
import { zhCN } from '../../../../src/text/zh-cn.ts';
import { expectValidMessage, readableMessage } from '../../../support/slack-messages.ts';
import { aFinding, approver, aRemediation, at, requester } from '../../../support/slack-views.ts';

const renderer = rendererOf(() => asInGuide);
const catalogues = { en, 'zh-CN': zhCN } as const;
const languages: readonly Language[] = ['en', 'zh-CN'];

/** The longest part of a text that stands in it as it is written. */
const mark = (key: TextKey, language: Language): string =>
  key === 'card.needed'
    ? wordsIn(language).say('card.needed', { have: 0, needed: 1 })
    : longest(key, language);
const longest = (key: TextKey, language: Language): string =>
  catalogues[language][key]
    .split(/\{[^}]*\}/)
    .map((part) => part.trim())
    .toSorted((a, b) => b.length - a.length)[0] ?? '';

const all = (...states: readonly RemediationState[]) => new Set<RemediationState>(states);
const ending = all(...remediationStates.filter(isTerminal));
const going = all(...remediationStates.filter((state) => !isTerminal(state)));
const notRun = all('rejected', 'expired', 'cancelled', 'superseded', 'stale');

/** What may be said, and in which states it is true. */
const sayings: readonly (readonly [TextKey, ReadonlySet<RemediationState>])[] = [
  ['card.needed', all('requested')],
  ['card.asked-people', all('requested')],
  ['card.until', all('proposed', 'requested', 'approved')],
  ['card.undo.yes', going],
  ['card.blast', going],
  ['card.blast.not-run', notRun],
  ['card.blast.ran', all(...[...ending].filter((state) => !notRun.has(state)))],
  ['card.stopping', going],
  ['card.undo-until', all('succeeded')],
  ...remediationStates.map((state) => [`card.state.${state}`, all(state)] as const),
];

const fix = (state: RemediationState, more: Partial<RemediationRow> = {}): RemediationRow =>
  aRemediation({
    ...{ state, abortRequested: true, approvalExpiresAt: at('03:40:00'), approvedAt: at('03:10:00') },
    ...(isTerminal(state) ? { finishedAt: at('03:12:00') } : {}),
    surface: { teamId: 'T0AETHER1', channel: 'C0OPS', language: 'en' },
    ...more,
  });
const viewOf = (remediation: RemediationRow, more: Partial<RemediationView> = {}): RemediationView => ({
  ...{ remediation, approvals: [], steps: [], needed: 1, buttons: {}, now: at('03:13:00') },
  asked: { users: [approver.userId], usergroups: [] },
  ...(remediation.state === 'succeeded' ? { undoValidUntil: at('04:12:00') } : {}),
  ...more,
});
const shown = (view: RemediationView, language: Language): string => {
  const rendered = renderer.remediation(view, language);
  expectValidMessage(rendered);
  return `${rendered.text}\n${readableMessage(rendered)}`;
};

describe.each(languages)('a card in %s', (language) => {
  it.each(remediationStates)('of a fix that is %s says only what is true then', (state) => {
    const text = shown(viewOf(fix(state)), language);

    for (const [key, states] of sayings)
      expect([key, text.includes(mark(key, language))]).toEqual([key, states.has(state)]);
  });

  it.each(remediationStates)(
    'of a fix that is %s tells whom it is sent to what they may do only then',
    (state) => {
      const view = viewOf(fix(state), { direct: true, because: aFinding({ since: '2026-11-25T02:48:00Z' }) });
      const text = shown(view, language);
      const [first = ''] = renderer.remediation(view, language).text.split('\n');

      expect(text.includes(mark('card.direct.may', language))).toBe(state === 'requested');
      expect(first.startsWith(catalogues[language]['card.because'].split('{')[0] ?? '')).toBe(true);
      expect(first).toContain('99.7 %');
      expect(first).toContain('2026-11-25 02:48 UTC');
    },
  );

  it.each(remediationStates)('of a fix that worked, whose undo is %s', (state) => {
    const undo = { handle: 'u7-back', state, finishedAt: at('03:20:00') };
    const text = shown(viewOf(fix('succeeded'), { undo }), language);

    const said = (key: TextKey) => text.includes(mark(key, language));
    expect(said('card.taken-back')).toBe(state === 'succeeded');
    expect(text.includes('03:20')).toBe(state === 'succeeded');
    expect(said('card.being-undone')).toBe(!isTerminal(state));
    expect(text).toContain('u7-back');
    // What was taken back is not green.
    expect(text).not.toContain(':large_green_circle:');
  });

  const places: readonly (readonly [string, Elsewhere['place']])[] = [
    ['a place people know', { channel: 'C0INCIDENT', handle: 'k7-else' }],
    ['a place they may not know of', undefined],
  ];
  describe.each(places)('of an offer whose fix is in %s', (_where, place) => {
    it.each(remediationStates)('and is %s', (state) => {
      const elsewhere = { state, endedAt: at('03:12:00'), ...(place === undefined ? {} : { place }) };
      const text = shown(viewOf(fix('proposed'), { elsewhere }), language);
      const said = (key: TextKey) => text.includes(mark(key, language));
      const hidden = place === undefined ? '.private' : '';

      expect(said(`card.elsewhere${hidden}` as TextKey)).toBe(!isTerminal(state));
      expect(said(`card.done-elsewhere${hidden}` as TextKey)).toBe(state === 'succeeded');
      expect(text).not.toMatch(/is succeeded|succeeded\. Nothing/);
      expect(text.includes('<#C0INCIDENT>')).toBe(place !== undefined);
    });

    it('and was taken back since', () => {
      const took = { state: 'succeeded', endedAt: at('03:12:00'), takenBackAt: at('03:20:00') } as const;
      const elsewhere = { ...took, ...(place === undefined ? {} : { place }) };
      const text = shown(viewOf(fix('superseded'), { elsewhere }), language);

      expect(text).toContain('03:20');
      expect(text).not.toContain(':large_green_circle:');
    });
  });

  it('of a second restart says how many Pods are replaced, and not that a mark is as it was', () => {
    const plan = aRemediation().plan;
    const step = { kind: 'kubernetes-rollout-restart', target: 'deployments/a/b', precondition: {} } as const;
    const mark1 = { from: { restarted: 'generation 3' }, to: { restarted: 'generation 5' } };
    const second: Plan = {
      ...plan,
      steps: [{ ...step, ...mark1, safety: 'idempotent' as const }],
      blast: {
        key: 'kubernetes-restart',
        facts: { pods: 2, ready: 2, strategy: 'RollingUpdate', stateless: true },
      },
    };
    const text = shown(viewOf(fix('proposed', { plan: second, requester })), language);

    expect(text).toContain({ en: '2 old Pods → 2 new', 'zh-CN': '2 个旧 Pod → 2 个新 Pod' }[language]);
    expect(text).not.toContain(catalogues[language]['diff.restarted.mark']);
  });
});
