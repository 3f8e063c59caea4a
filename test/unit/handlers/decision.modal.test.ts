import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/domain/kernel/errors.ts';
import { resolveRemediationModal } from '../../../src/handlers/decision.modal.ts';
import type { HandlerDeps } from '../../../src/handlers/deps.ts';
import type { DecidingClick } from '../../../src/services/message/contract.ts';

/** What Slack sends when the modal is submitted: a choice, a reason, and the button that opened it. */
const submission = (outcome: string) => ({
  state: {
    values: {
      outcome: { outcome: { type: 'radio_buttons', selected_option: { value: outcome } } },
      reason: { reason: { type: 'plain_text_input', value: 'I looked' } },
    },
  },
  private_metadata: JSON.stringify({
    ...{ button: 'b1', channel: 'C0INC' },
    place: { channel: 'C0INC', ts: '1.2' },
  }),
});

async function submit(outcome: string, purpose = 'resolve') {
  const decided: unknown[] = [];
  const deps = {
    buttons: {
      // R-A10: a window says where it was opened from, and the button must stand there.
      deciding: (click: DecidingClick) =>
        click.purposes.includes(purpose) && 'ts' in click.place && click.place.ts === '1.2'
          ? Promise.resolve({ id: click.id, purpose, remediationId: 'r1', planHash: 'h1', data: {} })
          : Promise.reject(new AppError('NOT_FOUND', 'no such button')),
    },
    door: {
      deciding: {
        remediations: {
          resolve: (input: unknown) => {
            decided.push(input);
            return Promise.resolve({ moved: true });
          },
        },
      },
    },
  } as unknown as HandlerDeps;
  const delivery = { key: 'q1', digest: 'd1', person: { teamId: 'T0', userId: 'U0', via: 'slack' } };
  const args = { ack: () => Promise.resolve(), view: submission(outcome), context: { delivery } };
  await resolveRemediationModal(deps)(args as never);
  return decided;
}

describe('how a fix with an unknown outcome ended', () => {
  it.each([
    ['worked', 'verifying'],
    ['failed', 'failed'],
  ])('%s goes to %s, with the reason, the plan that was shown and the place', async (outcome, to) => {
    expect(await submit(outcome)).toEqual([
      expect.objectContaining({ id: 'r1', to, reason: 'I looked', planHash: 'h1', channel: 'C0INC' }),
    ]);
  });

  it('nothing else can be said, and no button of another purpose opens it', async () => {
    await expect(submit('rolled_back')).rejects.toThrow();
    await expect(submit('worked', 'reject')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
