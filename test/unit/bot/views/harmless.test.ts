import { describe, expect, it } from 'vitest';
import { actionIds, remediationActionIds } from '../../../../src/bot/ids.ts';
import { harmless, quiet } from '../../../../src/bot/views/harmless.ts';
import { healthMessage } from '../../../../src/bot/views/health.view.ts';
import { remediationLine } from '../../../../src/bot/views/remediation.view.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { aRemediation, aReport, aRow, aRun, at } from '../../../support/slack-views.ts';

const groups = new Set(['S0LEADS']);
const of = (...blocks: readonly unknown[]) => harmless({ text: 'x', blocks }, groups);
const button = (actionId: string, more: object = {}) => ({
  ...{ type: 'button', action_id: actionId, value: 'v', text: { type: 'plain_text', text: 'Yes' } },
  ...more,
});
const actions = (...elements: readonly unknown[]) => ({ type: 'actions', elements });

describe('R-A10: what another process than the bot has written', () => {
  it.each([...Object.values(remediationActionIds), actionIds.requestWhy, 'anything.else', undefined])(
    'has no control of %s',
    (actionId) => {
      const control = button(actionId ?? '');
      const bare = actionId === undefined ? (({ action_id: _id, ...rest }) => rest)(control) : control;

      const { rendered, taken } = of(
        actions(button(actionIds.details), bare),
        actions(bare),
        { type: 'section', text: { type: 'mrkdwn', text: 'a' }, accessory: bare },
        { type: 'input', label: { type: 'plain_text', text: 'a' }, element: bare },
        { type: 'context_actions', elements: [bare] },
        { type: 'card', body: { parts: [{ foot: bare }] } },
      );

      expect(rendered.blocks).toEqual([
        actions(button(actionIds.details)),
        { type: 'section', text: { type: 'mrkdwn', text: 'a' } },
        { type: 'card', body: { parts: [{}] } },
      ]);
      expect(taken).toBe(6);
    },
  );

  it.each([
    ['a menu', { type: 'overflow', action_id: actionIds.details, options: [] }],
    [
      'a button of a workflow',
      { type: 'workflow_button', text: { type: 'plain_text', text: 'a' }, workflow: {} },
    ],
    ['a field', { type: 'plain_text_input', action_id: actionIds.details }],
    ['a choice of a date', { type: 'datepicker', action_id: actionIds.details }],
    ['boxes', { type: 'checkboxes', action_id: actionIds.details, options: [] }],
  ])('has not %s, whatever it is called', (_what, control) => {
    expect(of(actions(control)).rendered.blocks).toEqual([]);
  });

  it.each([
    ['text', (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })],
    ['fields', (text: string) => ({ type: 'section', fields: [{ type: 'mrkdwn', text }] })],
    ['context', (text: string) => ({ type: 'context', elements: [{ type: 'mrkdwn', text }] })],
    ['a block of Markdown', (text: string) => ({ type: 'markdown', text })],
    ['a block that Slack adds one day', (text: string) => ({ type: 'other', text })],
  ])('R-S8: calls no channel, in %s', (_where, block) => {
    const calls = '<!channel> <!here|here> <!everyone> <!subteam^S0ELSE|@x> <!subteam^S0ELSE>';

    const shown = JSON.stringify(of(block(calls)).rendered.blocks);

    expect(shown).not.toContain('<!');
    expect(shown).toContain('&lt;!channel&gt;');
    expect(quiet(calls, groups)).not.toContain('<!');
    expect(harmless({ text: calls }, groups).rendered.text).not.toContain('<!');
  });

  it('R-S8: calls no channel and no other group as an element', () => {
    const elements = [
      { type: 'broadcast', range: 'channel' },
      { type: 'usergroup', usergroup_id: 'S0ELSE' },
      { type: 'usergroup', usergroup_id: 'S0LEADS' },
    ];

    const { rendered } = of({ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] });

    expect(rendered.blocks).toEqual([
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              { type: 'text', text: '@channel' },
              { type: 'text', text: '@S0ELSE' },
              { type: 'usergroup', usergroup_id: 'S0LEADS' },
            ],
          },
        ],
      },
    ]);
  });

  it('keeps what a worker and a scheduler really say, as it is', () => {
    const words = wordsIn('en');
    const report = aReport({ rows: [aRow({ part: 'redis', state: 'down' })], overall: 'findings' });
    const view = { run: aRun(), report, repaired: [], now: at('03:00:02') };
    const health = healthMessage({ ...view, detailsButton: 'd', reportButton: 'r' }, words);
    const escalated = remediationLine(
      {
        ...{ remediation: aRemediation(), kind: 'escalated' },
        facts: { askUsers: 'U0APPROVE', askGroups: 'S0LEADS' },
      },
      words,
    );

    expect(JSON.stringify(escalated)).toContain('<!subteam^S0LEADS>');
    expect(JSON.stringify(health)).toContain('"action_id":"details"');
    for (const rendered of [health, escalated])
      expect(harmless(rendered, groups)).toEqual({ rendered, taken: 0 });
  });
});
