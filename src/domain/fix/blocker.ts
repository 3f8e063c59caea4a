import type { Facts } from '../kernel/facts.ts';

/**
 * How a session that blocks others is ended, by its state in `pg_stat_activity`: a statement that runs can be cancelled;
 * between two statements there is nothing to cancel, and only the session itself can be ended. Text, lines and button
 * ask here.
 */
export const howToEnd = (state: unknown): 'cancel' | 'end' => (state === 'active' ? 'cancel' : 'end');

/** The same as a fact, by which words and lines are chosen. */
export const endFacts = (state: unknown): Facts =>
  howToEnd(state) === 'end' ? { betweenStatements: true } : {};
