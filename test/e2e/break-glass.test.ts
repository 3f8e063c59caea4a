/** R-A9, as people see it: pressed, told in a second channel, carried out once, and closed by somebody else. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { people, places, useStage } from '../support/slack-product.ts';
import { askForFix } from '../support/slack-steps.ts';

const stage = useStage();
const channel = places.incidents;
beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const approvals = `
approvals:
  approvers:
    oncall: { users: [${people.approver}] }
    emergency: { users: [${people.requester}] }
  tiers: { 1: { by: [oncall] }, 2: { by: [oncall] } }
  breakGlass:
    by: [emergency]
    notify: ${places.ops}
`;

it('R-A9: a fix runs once without its approvals, a second channel hears of it, and another person closes it', async () => {
  const product = await stage.start({ approvalsYaml: approvals });
  const { control } = product.slack;
  const whisper = (user: string, contains: string) =>
    control.waitForMessage({
      channel,
      user,
      where: ({ ephemeralFor, text }) => ephemeralFor === user && text.includes(contains),
    });
  const { card, table } = await askForFix(control);
  const press = async (reason: string) => {
    await control.click({
      user: people.requester,
      channel,
      ts: card.ts,
      actionId: 'remediation.break-glass',
      confirm: true,
    });
    const view = await control.waitFor(() => control.modal(people.requester));
    return control.submit({ user: people.requester, viewId: view.id, values: { reason } });
  };
  const handle = async () =>
    (
      await product.database.sql<{ handle: string }>(
        "SELECT handle FROM remediations WHERE state <> 'proposed'",
      )
    )[0]?.handle ?? '';
  const typed = (user: string, text: string) =>
    control.command({ user, channel, text: `/aetherius ${text}` });

  await typed(people.requester, `fix break-glass ${await handle()} too short`);
  await whisper(people.requester, 'at least 20 characters; yours has 9');
  await typed(people.approver, `fix break-glass ${await handle()} I am not on the list of this`);
  await whisper(people.approver, 'not on the list');

  await press('Redis evicts nothing and nobody else answers');
  await control.waitForMessage({ channel, threadTs: table.ts, contains: 'broke the glass' });
  const told = await control.waitForMessage({ channel: places.ops, contains: 'Break-glass in prod' });
  await control.waitForMessage(
    { channel, where: ({ ts, text }) => ts === card.ts && text.includes('Fixed and verified') },
    { timeoutMs: 40_000 },
  );
  expect(told.text).toContain(`fixes close ${await handle()}`);
  expect(told.text).toContain('nobody else answers');
  const steps = await product.database.sql<{ n: number }>(
    "SELECT count(*)::int AS n FROM audit_log WHERE action = 'step.intent'",
  );
  expect(steps[0]?.n).toBe(1);

  await typed(people.requester, 'fixes');
  await whisper(people.requester, 'Open follow-up');
  await typed(people.requester, `fixes close ${await handle()} it was right`);
  await whisper(people.requester, 'somebody else must close it');
  await typed(people.approver, `fixes close ${await handle()} the limit was too low`);
  await whisper(people.approver, 'is closed');
  await control.waitForMessage({ channel: places.ops, contains: 'closed the follow-up' });
  await typed(people.approver, `fixes close ${await handle()} again`);
  await whisper(people.approver, 'was closed already');
});
