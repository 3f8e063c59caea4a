import { describe, expect, it } from 'vitest';
import { deliveryOf, isOurs, withoutTokens } from '../../../../src/bot/receive/delivery.ts';
import { wholeJson } from '../../../../src/domain/kernel/text.ts';
import { hostile } from '../../../support/hostile-text.ts';

const installed = { teamIds: ['T0HOME'], enterpriseIds: ['E0HOME'] };
const slash = {
  token: 'verification',
  command: '/aetherius',
  text: 'health',
  team_id: 'T0HOME',
  user_id: 'U1',
  user_name: 'adam',
  channel_id: 'C1',
  api_app_id: 'A1',
  trigger_id: '1.2.abc',
  response_url: 'https://hooks.slack.test/1',
};
const click = {
  type: 'block_actions',
  api_app_id: 'A1',
  trigger_id: '3.4.def',
  team: { id: 'T0HOME' },
  user: { id: 'U2', team_id: 'T0PARTNER', name: 'adam' },
  channel: { id: 'C2' },
  container: { thread_ts: '9.9' },
  actions: [{ action_id: 'remediation.approve', value: 'x' }],
};
const mention = {
  type: 'event_callback',
  api_app_id: 'A1',
  event_id: 'Ev1',
  team_id: 'T0HOME',
  authorizations: [{ team_id: 'T0HOME' }],
  event: {
    type: 'app_mention',
    user: 'U3',
    user_team: 'T0PARTNER',
    channel: 'C3',
    ts: '1.1',
    thread_ts: '0.9',
  },
};

describe('a delivery', () => {
  it('is the same delivery by its trigger or event, whatever else is in it (R-S2)', () => {
    expect(deliveryOf(slash).key).toBe('trigger:A1:1.2.abc');
    expect(deliveryOf({ ...slash, text: 'other' }).key).toBe(deliveryOf(slash).key);
    expect(deliveryOf(mention).key).toBe('event:A1:Ev1');
    expect(deliveryOf({ ...slash, api_app_id: 'A2' }).key).not.toBe(deliveryOf(slash).key);
  });

  it.each(hostile)('with $name is known again, and is another than one without it', ({ text }) => {
    const given = { ...slash, text, [text]: [text], trigger_id: undefined };

    expect(deliveryOf(given)).toEqual(deliveryOf(structuredClone(given)));
    expect(deliveryOf(given).digest).not.toBe(deliveryOf(slash).digest);
    // As it is read from the inbox after a restart.
    expect(deliveryOf(wholeJson(JSON.parse(JSON.stringify(given)) as typeof given))).toEqual(
      deliveryOf(given),
    );
  });

  it('is told by names that can be stored', () => {
    expect(deliveryOf({ ...slash, trigger_id: 'a\u0000', channel_id: '\ud83d' })).toMatchObject({
      key: 'trigger:A1:a\ufffd',
      channel: '\ufffd',
    });
  });

  it('names the person by user.team_id and never by the workspace of the message (R-A2)', () => {
    expect(deliveryOf(click).person).toEqual({ userId: 'U2', teamId: 'T0PARTNER', via: 'slack' });
    expect(deliveryOf({ ...click, user: { id: 'U2' } }).person).toEqual({
      userId: 'U2',
      teamId: '',
      via: 'slack',
    });
    expect(deliveryOf(mention).person).toEqual({ userId: 'U3', teamId: 'T0PARTNER', via: 'slack' });
    expect(deliveryOf({ ...click, enterprise: { id: 'E0HOME' } }).person?.enterpriseId).toBeUndefined();
  });

  it.each([
    { bot_id: 'B1' },
    { app_id: 'A9' },
    { bot_profile: { id: 'B1' } },
    { subtype: 'bot_message' },
    { subtype: 'message_changed' },
  ])('names nobody when an app posted it, be it in a person’s name: %j (R-A12)', (mark) => {
    const posted = deliveryOf({ ...mention, event: { ...mention.event, ...mark } });

    expect(posted).toMatchObject({ byApp: true });
    expect(posted.person).toBeUndefined();
  });

  it.each([undefined, 'file_share', 'thread_broadcast', 'me_message'])(
    'names who wrote it with subtype %s',
    (subtype) => {
      const written = deliveryOf({
        ...mention,
        event: { ...mention.event, ...(subtype === undefined ? {} : { subtype }) },
      });

      expect(written).toMatchObject({ byApp: false, person: { userId: 'U3' } });
    },
  );

  it('belongs to us by app and workspace (R-SLACK9)', () => {
    expect(isOurs(deliveryOf(slash), 'A1', installed)).toBe(true);
    expect(isOurs(deliveryOf(click), 'A1', installed)).toBe(true);
    expect(isOurs(deliveryOf(slash), 'A2', installed)).toBe(false);
    expect(isOurs(deliveryOf({ ...slash, team_id: 'TOTHER' }), 'A1', installed)).toBe(false);
    expect(
      isOurs(deliveryOf({ ...slash, team_id: 'TOTHER', enterprise_id: 'E0HOME' }), 'A1', installed),
    ).toBe(true);
  });

  it('keeps no token, and its digest does not depend on one', () => {
    expect(withoutTokens(slash)).not.toHaveProperty('token');
    expect(deliveryOf({ ...slash, token: 'rotated' }).digest).toBe(deliveryOf(slash).digest);
    expect(deliveryOf({ ...slash, text: 'other' }).digest).not.toBe(deliveryOf(slash).digest);
  });

  it('knows where an answer belongs', () => {
    expect(deliveryOf(mention)).toMatchObject({ channel: 'C3', threadTs: '0.9' });
    expect(deliveryOf(click)).toMatchObject({ channel: 'C2', threadTs: '9.9' });
    expect(deliveryOf(slash)).toMatchObject({ channel: 'C1', responseUrl: 'https://hooks.slack.test/1' });
    expect(deliveryOf({}).kind).toBe('other');
  });
});
