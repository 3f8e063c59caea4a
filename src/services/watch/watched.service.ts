import type { StoreOf } from '../../domain/ports/store.ts';
import type { WatchedService } from './contract.ts';

export function createWatchedService({ store }: { readonly store: StoreOf<'watches'> }): WatchedService {
  return { last: (environment) => store.tx((tx) => tx.watches.last(environment)) };
}
