import type { ReceiverEvent } from '@slack/bolt';
import type { Installation } from '../../domain/fix/eligibility.ts';
import type { Clock, Ids, Logger } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import { visibleJson, wholeJson } from '../../domain/kernel/text.ts';
import type { Words } from '../../text/words.ts';
import { type Delivery, deliveryOf, isBody, isOurs, withoutTokens } from './delivery.ts';

/** Where deliveries are written down before Slack is told that they arrived (R-S1). */
export interface DeliveryInbox {
  /** One statement, bounded by `timeoutMs`. False: this delivery was accepted before. */
  accept(
    delivery: {
      readonly key: string;
      readonly kind: string;
      readonly digest: string;
      /** HTTP signature: the same signed bytes are accepted once (nonce). */
      readonly signature?: string;
      readonly body: unknown;
    },
    timeoutMs: number,
  ): Promise<boolean>;
  handled(key: string): Promise<void>;
  /** Accepted by a process that has not finished with them; leased to the caller. */
  abandoned(limit: number): Promise<readonly { readonly key: string; readonly body: unknown }[]>;
}

export interface GateOptions {
  readonly inbox: DeliveryInbox;
  /**
   * The body without secrets. A handler never gets another one, as after a restart: once line breaks and quotes are
   * gone, some forms of a secret are not known any more.
   */
  readonly redact: (body: unknown, delivery: string) => unknown;
  readonly installation: () => Promise<Installation>;
  /** Of this app; undefined when it is not known (then only the workspace is checked). */
  readonly appId: string | undefined;
  readonly words: (userId: string | undefined) => Promise<Words>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Tells a person directly when there is no other way to answer. */
  readonly tell: (userId: string, text: string) => Promise<void>;
  readonly onDelivery?: (
    kind: string,
    outcome: 'accepted' | 'known' | 'foreign' | 'app' | 'not-recorded',
  ) => void;
  /** One that Slack made for another app or workspace, before it is acknowledged. */
  readonly onForeign?: (delivery: Delivery) => void;
  /** From receiving a delivery to its ack. */
  readonly onAck?: (kind: string, ms: number) => void;
  readonly fetch: typeof fetch;
}

/** What receivers need of a Bolt app. */
export interface EventSink {
  processEvent(event: ReceiverEvent): Promise<void>;
}

export interface Gate extends EventSink {
  /** Where accepted deliveries go. */
  open(app: EventSink): void;
  /** Resolves when nothing is being handled: Bolt's own stop does not wait (R-SLACK7). */
  drain(): Promise<void>;
  /** Handles what another process accepted and did not finish; first says what this one finished unheard. */
  recover(): Promise<number>;
}

/** Persist, then ack, within two seconds: the rest of that budget is the ack's way to Slack. */
const persistWithinMs = 1500;

/**
 * Every delivery, over whichever transport, passes here before Bolt sees it: is it for us, have we seen it, is it
 * written down. Bolt does not check any of that (R-SLACK9, R-SLACK10).
 */
export function createGate(options: GateOptions): Gate {
  const { inbox, logger } = options;
  const running = new Set<Promise<unknown>>();
  /** Handled here, but PostgreSQL could not be told so; its user has had an answer and may have asked again. */
  const unmarked = new Set<string>();
  /** Being handled here: one that takes long is not taken over from ourselves. */
  const handling = new Set<string>();
  let app: EventSink | undefined;

  const forward = async (event: ReceiverEvent, delivery: Delivery): Promise<void> => {
    if (app === undefined) throw new Error('the gate is not open yet');
    handling.add(delivery.key);
    try {
      await app.processEvent({ ...event, customProperties: { ...event.customProperties, delivery } });
    } finally {
      handling.delete(delivery.key);
    }
    await inbox.handled(delivery.key).catch((err: unknown) => {
      // Tried again with the next `recover`. Should this process die before, another one handles the delivery once
      // more, and every handler takes the same delivery twice.
      unmarked.add(delivery.key);
      logger.warn({ err, delivery: delivery.key }, 'a delivery could not be marked as handled');
    });
  };

  const markHandled = async (): Promise<void> => {
    for (const key of unmarked) {
      await inbox.handled(key);
      unmarked.delete(key);
    }
  };

  const admit = async (event: ReceiverEvent): Promise<void> => {
    if (!isBody(event.body)) return event.ack();
    const delivery = deliveryOf(event.body);
    const facts = { delivery: delivery.key, kind: delivery.kind, user: delivery.person?.userId };
    if (!isOurs(delivery, options.appId, await options.installation())) {
      logger.warn(
        { ...facts, app: delivery.appId, teams: delivery.teamIds },
        'a delivery for another app or workspace',
      );
      options.onDelivery?.(delivery.kind, 'foreign');
      options.onForeign?.(delivery);
      return event.ack();
    }
    if (delivery.byApp) {
      // Each message of our own in a conversation with somebody comes back, and so does each edit of it.
      const said = 'an app posted this event: it starts and decides nothing';
      if (isEcho(event.body)) logger.debug(facts, said);
      else logger.warn(facts, said);
      options.onDelivery?.(delivery.kind, 'app');
      return event.ack();
    }
    const signature = event.customProperties?.signature as string | undefined;
    const redacted = options.redact(event.body, delivery.key) as typeof event.body;
    let fresh: boolean;
    try {
      fresh = await inbox.accept(
        {
          key: delivery.key,
          kind: delivery.kind,
          digest: delivery.digest,
          body: withoutTokens(redacted),
          ...present({ signature }),
        },
        persistWithinMs,
      );
    } catch (err) {
      options.onDelivery?.(delivery.kind, 'not-recorded');
      return refuseUnrecorded(options, event, delivery, err);
    }
    options.onDelivery?.(delivery.kind, fresh ? 'accepted' : 'known');
    if (!fresh) {
      logger.info(facts, 'a delivery was already accepted');
      return event.ack();
    }
    await forward({ ...event, body: redacted }, delivery);
  };

  const tracked = (work: Promise<void>): Promise<void> => {
    const done = work.finally(() => running.delete(done));
    running.add(done);
    return done;
  };

  return {
    open(target) {
      app = target;
    },
    processEvent: (event) => tracked(admit(whole(timed(event, options)))),
    async drain() {
      while (running.size > 0) await Promise.allSettled(running);
    },
    async recover() {
      await markHandled();
      const left = await inbox.abandoned(20);
      for (const { key, body } of left) {
        if (!isBody(body) || handling.has(key)) continue;
        const delivery = deliveryOf(body);
        if (delivery.byApp) {
          await inbox.handled(key);
          continue;
        }
        logger.info({ delivery: key }, 'taking over a delivery that another process did not finish');
        // Slack has had its ack, or has given up waiting for it.
        await tracked(forward({ body, ack: () => Promise.resolve() }, delivery));
      }
      return left.length;
    },
  };
}

function isEcho(body: unknown): boolean {
  return isBody(body) && isBody(body.event) && body.event.type === 'message';
}

/** What comes in is handled as it is stored, and what goes back with an ack is shown, as every message is. */
function whole(event: ReceiverEvent): ReceiverEvent {
  return {
    ...event,
    body: wholeJson(event.body),
    ack: (answer?: unknown) => event.ack(visibleJson(answer)),
  };
}

function timed(event: ReceiverEvent, { clock, onAck }: GateOptions): ReceiverEvent {
  if (onAck === undefined || !isBody(event.body)) return event;
  const { kind } = deliveryOf(event.body);
  const begun = clock.now().getTime();
  const ack = async (answer?: unknown): Promise<void> => {
    await event.ack(answer);
    onAck(kind, clock.now().getTime() - begun);
  };
  return { ...event, ack };
}

/** R-S1: nothing is stored, so nothing may look as if it were; events are not acked, so that Slack repeats them (R-SLACK16). */
async function refuseUnrecorded(
  options: GateOptions,
  event: ReceiverEvent,
  delivery: Delivery,
  err: unknown,
): Promise<void> {
  const reference = options.ids.token().slice(0, 8);
  options.logger.error({ err, delivery: delivery.key, reference }, 'a delivery could not be stored');
  if (delivery.kind === 'event') throw new Error('not recorded', { cause: err });
  const words = await options.words(delivery.person?.userId);
  const text = words.say('refused.not-recorded', { reference });
  switch (delivery.kind) {
    case 'command':
      return event.ack({ response_type: 'ephemeral', text });
    case 'view_submission':
      return event.ack({ response_action: 'errors', errors: { [firstInput(event.body)]: text } });
    default:
      await event.ack();
      if (delivery.responseUrl !== undefined) return respondPrivately(options, delivery.responseUrl, text);
      if (delivery.person !== undefined) await options.tell(delivery.person.userId, text);
  }
}

async function respondPrivately(options: GateOptions, url: string, text: string): Promise<void> {
  await options.fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(visibleJson({ response_type: 'ephemeral', replace_original: false, text })),
    redirect: 'error',
    signal: AbortSignal.timeout(5000),
  });
}

function firstInput(body: unknown): string {
  const view = isBody(body) && isBody(body.view) ? body.view : {};
  const blocks = Array.isArray(view.blocks) ? view.blocks : [];
  const input = blocks.find((block: unknown) => isBody(block) && block.type === 'input');
  return isBody(input) && typeof input.block_id === 'string' ? input.block_id : 'reason';
}
