import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { markup } from '../../text/format.ts';
import type { Words } from '../../text/words.ts';
import { mentions, switchedBy } from './phrases.ts';

/**
 * What a person reads of an error: what happened, what it affects, what to do, and a reference that stands in
 * the log too. Never a message of a driver.
 */
export function errorText(error: unknown, id: string, words: Words): string {
  const reference = shortReference(id);
  if (!(error instanceof AppError)) return words.say('error.BUG', { reference });
  if (error instanceof TargetError) return targetText(error, reference, words);
  const { reason, state } = error.facts;
  const facts = {
    ...switchedBy(error.facts),
    reference,
    ...(typeof state === 'string' ? { state: words.lookupPlain(`fix.state.${state}`) ?? state } : {}),
  };
  const general = words.lookup(`error.${error.code}`, facts) ?? words.say('error.BUG', { reference });
  if (typeof reason !== 'string') return general;
  const because = words.lookup(`denied.${reason}`, { ...facts, ask: markup(whomToAsk(error.facts, words)) });
  if (because === undefined) return words.lookup(`error.${error.code}.${reason}`, facts) ?? general;
  return words.say('denied', { reason: markup(because), reference });
}

/** The end of an id, as it stands under each answer: enough to find it in the log, and to read it out. */
const shortReference = (id: string): string =>
  /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id) ? id.slice(-8) : id;

/** A system that was asked: what it said, where it is, and who can mend it where that is known. */
function targetText({ stage, facts }: TargetError, reference: string, words: Words): string {
  const { verb, resource, host, port } = facts;
  if (stage === 'forbidden' && typeof verb === 'string' && typeof resource === 'string')
    return words.lookup('error.target.forbidden', facts) ?? words.say('error.BUG', { reference });
  const why = words.lookupPlain(`cause.${stage}`, facts) ?? stage;
  return typeof host === 'string'
    ? words.say('error.target.at', {
        why,
        at: port === undefined ? host : `${host}:${String(port)}`,
        reference,
      })
    : words.say('error.target', { why, reference });
}

/** Mentions of those whom the configuration names; else words for whoever runs the bot. */
function whomToAsk(facts: Facts, words: Words): string {
  const people = mentions(facts);
  return people === '' ? words.say('access.ask-operator') : people;
}
