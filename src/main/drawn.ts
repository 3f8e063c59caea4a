import { harmless, quiet } from '../bot/views/harmless.ts';
import { every } from '../domain/kernel/every.ts';
import type { Component } from '../platform/process/lifecycle.ts';
import type { Drawn } from '../platform/slack-poster/deliver.ts';
import type { CardKeeper } from '../services/fix/decide/card-keeper.service.ts';
import type { Shared } from './shared.ts';

/** R-A10: cards that no process with this token has drawn get buttons that count. */
export function cardsOfBefore(
  { clock, logger }: Pick<Shared, 'clock' | 'logger'>,
  cards: CardKeeper,
): Component {
  let running: { stop(): Promise<void> } | undefined;
  const sweep = async (): Promise<void> => {
    const drawn = await cards.sweep();
    if (drawn > 0) logger.info({ drawn }, 'cards with buttons of before were drawn anew');
  };
  return {
    name: 'cards of before',
    start() {
      running = every(60_000, sweep, {
        clock,
        onError: (err) => logger.warn({ err }, 'cards of before could not be drawn anew'),
      });
    },
    stop: () => running?.stop(),
  };
}

/** R-A10: what the bot makes of rows of the outbox that it has not written. */
export function drawnBy(
  { config, logger }: Pick<Shared, 'config' | 'logger'>,
  from: {
    readonly cards: CardKeeper;
    readonly home: (userId: string) => Promise<unknown>;
    readonly onForged: () => void;
    readonly framed: NonNullable<Drawn['framed']>;
  },
): Drawn {
  const groups = new Set(usergroupsIn(config));
  return {
    card: (message) => from.cards.draw(message),
    home: from.home,
    framed: from.framed,
    text: (text) => quiet(text, groups),
    harmless(rendered, { id, lane, message }) {
      const { taken, rendered: left } = harmless(rendered, groups);
      if (taken > 0) {
        logger.error(
          { outboxId: id, lane, message: message?.id, purpose: message?.purpose, taken },
          'controls that no bot has put into a message were taken off before it was sent',
        );
        from.onForged();
      }
      return left;
    },
  };
}

/** Every usergroup that the configuration names. */
function usergroupsIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(usergroupsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) =>
    name === 'usergroups' && Array.isArray(item) ? item.map(String) : usergroupsIn(item),
  );
}
