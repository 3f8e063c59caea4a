import type { HealthReport } from '../health/health.ts';
import type { Facts } from '../kernel/facts.ts';
import type { Run } from '../run/run.ts';

export interface HealthView {
  readonly run: Run;
  readonly report: HealthReport;
  /** A fix of one of its findings has succeeded since: shown, and the colour follows the last verification. */
  readonly repaired: readonly { readonly part: string; readonly handle: string }[];
  readonly detailsButton?: string;
  /** Button id that fills in an issue from this run. */
  readonly reportButton?: string;
  /** Nothing is decided or carried out, because the record is older than its anchors: why. */
  readonly held?: Facts;
  readonly now: Date;
}
