import { AppError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { markup } from '../../text/format.ts';
import type { Words } from '../../text/words.ts';
import { mentions } from './phrases.ts';

/**
 * What a person reads of an error: what happened, what it affects, what to do, and a reference that stands in
 * the log too. Never a message of a driver.
 */
export function errorText(error: unknown, reference: string, words: Words): string {
  if (!(error instanceof AppError)) return words.say('error.BUG', { reference });
  const { reason, state } = error.facts;
  const facts = {
    ...error.facts,
    reference,
    ...(typeof state === 'string' ? { state: words.lookupPlain(`fix.state.${state}`) ?? state } : {}),
  };
  const general = words.lookup(`error.${error.code}`, facts) ?? words.say('error.BUG', { reference });
  if (typeof reason !== 'string') return general;
  const because = words.lookup(`denied.${reason}`, { ...facts, ask: markup(whomToAsk(error.facts, words)) });
  if (because === undefined) return words.lookup(`error.${error.code}.${reason}`, facts) ?? general;
  return words.say('denied', { reason: markup(because), reference });
}

/** Mentions of those whom the configuration names; else words for whoever runs the bot. */
function whomToAsk(facts: Facts, words: Words): string {
  const people = mentions(facts);
  return people === '' ? words.say('access.ask-operator') : people;
}
