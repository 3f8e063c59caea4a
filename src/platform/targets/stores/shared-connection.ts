/** A connection that is made when first needed, shared by calls at the same time, and closed when idle. */
export interface SharedConnection<T> {
  use<R>(call: (resource: T) => Promise<R>): Promise<R>;
  /** Closes it now; the next use opens a new one. */
  drop(): Promise<void>;
}

export interface SharedConnectionOptions<T> {
  open(): Promise<T>;
  close(resource: T): Promise<void>;
  /** Milliseconds without a call after which it is closed. */
  readonly idleMs?: number;
}

/** All shared connections of a process, so that shutdown can end what is still open. */
export class SharedConnections {
  readonly #open = new Set<() => Promise<void>>();

  share<T>(options: SharedConnectionOptions<T>): SharedConnection<T> {
    const { idleMs = 2_000 } = options;
    let current: Promise<T> | undefined;
    let users = 0;
    let timer: NodeJS.Timeout | undefined;
    const drop = async () => {
      clearTimeout(timer);
      const closing = current;
      current = undefined;
      this.#open.delete(drop);
      if (closing !== undefined) await closing.then(options.close).catch(() => undefined);
    };
    const acquire = () => {
      clearTimeout(timer);
      if (current !== undefined) return current;
      const opening = options.open();
      current = opening;
      this.#open.add(drop);
      opening.catch(() => {
        if (current === opening) current = undefined;
        this.#open.delete(drop);
      });
      return opening;
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
