import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { keptInSlack } from '../../../../src/domain/message/slack-fields.ts';

const token = 'ZE27yoH1postY8ceM2GS-Q';
const redactor = createRedactor({ known: [token] });
const clean = (value: unknown): unknown => redactor.leaves(value, keptInSlack);

describe('in a payload of Slack', () => {
  it.each([
    [
      'the row behind a button',
      { type: 'button', text: { type: 'plain_text', text: 'Apply' }, value: token },
    ],
    ['the choice of a menu', { text: { type: 'plain_text', text: 'prod' }, value: token }],
    ['a clicked button', { actions: [{ type: 'button', action_id: 'a', value: token }] }],
    ['where a modal came from', { private_metadata: JSON.stringify({ button: token }) }],
    ['the address to answer at', { response_url: `https://hooks.slack.com/commands/T1/2/${token}` }],
    ['what opens a modal', { trigger_id: `1.2.${token}` }],
  ])('%s stays as it is', (_what, payload) => {
    expect(clean(payload)).toEqual(payload);
  });

  it.each([
    ['text', { type: 'section', text: { type: 'mrkdwn', text: token } }],
    ['what somebody typed into a modal', { type: 'plain_text_input', value: token }],
    ['what an input is filled with', { type: 'plain_text_input', initial_value: token }],
    ['a command', { command: '/aetherius', text: `diagnose ${token}` }],
    ['the address of a link', { type: 'link', url: `https://h/x?token=${token}` }],
    ['a file', { filename: 'a.md', title: token, content: `x ${token}`, comment: token }],
  ])('%s loses its secrets', (_what, payload) => {
    expect(JSON.stringify(clean(payload))).not.toContain(token);
  });
});
