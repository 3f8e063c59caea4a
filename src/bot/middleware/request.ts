import type { Context } from '@slack/bolt';
import { AppError } from '../../domain/kernel/errors.ts';
import type { Person } from '../../domain/kernel/person.ts';
import type { Delivery } from '../receive/delivery.ts';

/** Who asked, by the verified payload, and how the audit names it. */
export interface Request {
  readonly delivery: Delivery;
  readonly person: Person;
  /** Same delivery, same id: dedupe key of a run, request id of a decision. */
  readonly requestId: string;
  readonly payloadDigest: string;
}

/** The gate puts the delivery into the context; without it nothing came through the gate. */
export function deliveryIn(context: Readonly<Record<string, unknown>>): Delivery | undefined {
  return context.delivery as Delivery | undefined;
}

export function requestOf(context: Context): Request {
  const delivery = deliveryIn(context);
  if (delivery?.person === undefined) throw new AppError('INVALID_INPUT', 'a delivery names no person');
  return {
    delivery,
    person: delivery.person,
    requestId: delivery.key,
    payloadDigest: delivery.digest,
  };
}
