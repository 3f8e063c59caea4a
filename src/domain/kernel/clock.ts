/** Time and identity come in from outside, so that tests decide them. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Ids {
  /** UUID v7: sorts by time. */
  uuid(): string;
  /** 128 random bits, base64url: for buttons. */
  token(): string;
}

/** The slice of pino that lower layers may use. Messages are constant; variables go into the object. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(facts: object): Logger;
}
