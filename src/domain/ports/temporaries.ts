import type { OverdueChange, TemporaryChange, TemporaryEnd } from '../fix/temporary.ts';

/** Ends of temporary changes (R-X17), by the database clock. */
export interface Temporaries {
  /** From the verdict on; nothing where it is there. */
  keep(remediationId: string, endsAt: Date): Promise<void>;
  /** Those of these environments that must be looked at now, each lent to this caller for so long. */
  claim(environments: readonly string[], leaseMs: number, limit: number): Promise<readonly TemporaryChange[]>;
  /** What a look has led to. False: another one has looked since, or it is closed. */
  settle(
    look: Pick<TemporaryChange, 'remediationId' | 'version'>,
    led:
      | { readonly outcome: TemporaryEnd }
      /** `over`: people are told now that it is over its time. */
      | { readonly afterMs: number; readonly seen: boolean; readonly over: boolean },
  ): Promise<boolean>;
  /** For the process that looks at it now. False: there is no open one. */
  close(remediationId: string, outcome: TemporaryEnd): Promise<boolean>;
  /** Open ones of an environment that are over their time, oldest first. */
  over(environment: string, limit: number): Promise<readonly OverdueChange[]>;
}
