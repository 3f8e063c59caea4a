/** How many sockets Slack counts for the app, against those that our processes have. */
export interface SocketCount {
  readonly slack: number;
  readonly ours: number;
  /** How often in a row Slack counted more than we have. */
  readonly inARow: number;
}

export interface SlackSockets {
  /** This process has so many open now. */
  report(process: string, open: number): Promise<void>;
  /** Sum over the processes that said so within the last half minute. */
  ours(): Promise<number>;
  /** Keeps a comparison, and says how often in a row Slack has counted more. */
  compared(count: Pick<SocketCount, 'slack' | 'ours'>): Promise<SocketCount>;
  last(): Promise<SocketCount | undefined>;
}
