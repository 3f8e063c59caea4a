import type { Facts } from '../kernel/facts.ts';

export interface Button {
  readonly id: string;
  readonly purpose: string;
  readonly runId?: string;
  readonly remediationId?: string;
  readonly planHash?: string;
  readonly data: Facts;
  readonly expired: boolean;
}

export interface Buttons {
  create(button: {
    readonly id: string;
    readonly purpose: string;
    readonly runId?: string;
    readonly remediationId?: string;
    readonly planHash?: string;
    readonly data?: Facts;
    readonly ttlMs: number;
  }): Promise<void>;
  get(id: string): Promise<Button | undefined>;
}
