import type { Request } from '../bot/middleware/request.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { Button } from '../domain/ports/buttons.ts';
import type { Buttons, DecidingClick } from '../services/message/contract.ts';

/** A button, or an entry of a menu. */
interface Pressed {
  readonly value?: string;
  readonly selected_option?: { readonly value: string } | null;
}

/** Bolt looks at the first of several actions only; a click is exactly one (R-SLACK12). */
export function buttonIdIn(body: { readonly actions: readonly Pressed[] }): string {
  const [action, ...more] = body.actions;
  const id = action?.value ?? action?.selected_option?.value;
  if (id === undefined || more.length > 0)
    throw new AppError('INVALID_INPUT', 'a click is not exactly one action', {
      facts: { reason: 'button-shape' },
    });
  return id;
}

/** AppError NOT_FOUND for a button that never was, belongs to another purpose, or is too old. */
export async function findButton(
  buttons: Buttons,
  id: string,
  purposes: readonly string[],
  { person: by, requestId, payloadDigest }: Request,
): Promise<Button> {
  const button = await buttons.get(id);
  if (button !== undefined && !button.expired && purposes.includes(button.purpose)) return button;
  await buttons.refused({ by, purposes, requestId, payloadDigest });
  throw new AppError('NOT_FOUND', 'no such button', { facts: { reason: 'old-button' } });
}

/** Where a click was made, by the verified payload. */
export function placeOf({ delivery: { inHome, channel, messageTs } }: Request): DecidingClick['place'] {
  return inHome === true ? { home: true } : present({ channel, ts: messageTs });
}

/** R-A10: AppError NOT_FOUND for one that the bot has not put there. `place`: that of the click itself. */
export function decidingButton(
  buttons: Buttons,
  id: string,
  purpose: string,
  request: Request,
  place: DecidingClick['place'] = placeOf(request),
): ReturnType<Buttons['deciding']> {
  const { person: by, requestId, payloadDigest } = request;
  return buttons.deciding({ id, purposes: [purpose], place, by, requestId, payloadDigest });
}
