/** Who clicked, from the verified payload only (R-A2), or from a command-line token. */
export interface Person {
  /** `user.team_id`; never the workspace the message stands in. */
  readonly teamId: string;
  readonly userId: string;
  readonly enterpriseId?: string;
  /** How the identity was proved. */
  readonly via: 'slack' | 'command-line';
}
