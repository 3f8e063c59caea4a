/** Carries out one approved remediation; PostgreSQL decides whether there is anything to do. */
export interface Executor {
  execute(job: {
    readonly remediationId: string;
    readonly attempt: number;
    readonly signal: AbortSignal;
  }): Promise<void>;
}
