import { within } from '../../../domain/kernel/within.ts';

/** What a driver may take to say goodbye; a server that hangs never answers it. */
const CLOSE_MS = 500;

/** A connection that is made when first needed, shared by calls at the same time, and closed when idle. */
export interface SharedConnection<T> {
  use<R>(call: (resource: T) => Promise<R>): Promise<R>;
  /** Closes it now; the next use opens a new one. */
  drop(): Promise<void>;
}

export interface SharedConnectionOptions<T> {
  /** The signal ends when the last waiting caller is gone: what is still being opened then is given up. */
  open(signal: AbortSignal): Promise<T>;
  close(resource: T): Promise<void>;
  /** Milliseconds without a call after which it is closed. */
  readonly idleMs?: number;
}

/** All shared connections of a process, so that shutdown can end what is still open; or those of one run among them. */
export class SharedConnections {
  readonly #open = new Set<() => Promise<void>>();
  readonly #all: SharedConnections | undefined;

  constructor(all?: SharedConnections) {
    this.#all = all;
  }

  /** Those of one run, which can be closed without those of others. */
  ofRun(): SharedConnections {
    return new SharedConnections(this);
  }

  #keep(drop: () => Promise<void>): void {
    this.#open.add(drop);
    if (this.#all !== undefined) this.#all.#keep(drop);
  }

  #forget(drop: () => Promise<void>): void {
    this.#open.delete(drop);
    if (this.#all !== undefined) this.#all.#forget(drop);
  }

  share<T>(options: SharedConnectionOptions<T>): SharedConnection<T> {
    const { idleMs = 2_000 } = options;
    let current: Promise<T> | undefined;
    let opening = new AbortController();
    let users = 0;
    let timer: NodeJS.Timeout | undefined;
    const drop = async () => {
      clearTimeout(timer);
      const closing = current;
      current = undefined;
      this.#forget(drop);
      opening.abort();
      if (closing === undefined) return;
      const closed = closing.then(options.close);
      await within(CLOSE_MS, closed, { late: () => undefined }).catch(() => undefined);
    };
    const acquire = () => {
      clearTimeout(timer);
      if (current !== undefined) return current;
      opening = new AbortController();
      const opened = options.open(opening.signal);
      current = opened;
      this.#keep(drop);
      opened.catch(() => {
        if (current === opened) current = undefined;
        this.#forget(drop);
      });
      return opened;
    };
    return {
      drop,
      async use(call) {
        users += 1;
        try {
          return await call(await acquire());
        } finally {
          users -= 1;
          if (users === 0) {
            clearTimeout(timer);
            timer = setTimeout(() => void drop(), idleMs);
            timer.unref();
          }
        }
      },
    };
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open].map((drop) => drop()));
  }
}
