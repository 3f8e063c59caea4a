import { inspect } from 'node:util';
import { AppError } from './errors.ts';

/** What every secret prints, wherever it is printed. */
export const hidden = '[secret]';

/** A secret that is known: only `reveal` returns it. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}

/** Where a value stands that must not stand in the configuration itself. */
export type SecretReference =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'env'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'kubernetes'; readonly namespace: string; readonly name: string; readonly key: string };

export type SecretResolver = (reference: SecretReference, signal?: AbortSignal) => Promise<string>;

/**
 * A secret that is read when it is needed, so that a rotated file or Kubernetes Secret is seen without a
 * restart, and so that a process which may not read it never does.
 */
export class LazySecret {
  readonly #reference: SecretReference;
  #resolver: SecretResolver | undefined;

  constructor(reference: SecretReference, resolver?: SecretResolver) {
    this.#reference = reference;
    this.#resolver = resolver;
  }

  /** Whom to ask; the loader of the configuration sets it once. */
  bind(resolver: SecretResolver): void {
    this.#resolver = resolver;
  }

  /** Name of the place, never the value: for faults and for `doctor`. */
  source(): string {
    switch (this.#reference.kind) {
      case 'literal':
        return 'the configuration file';
      case 'env':
        return `environment variable ${this.#reference.name}`;
      case 'file':
        return `file ${this.#reference.path}`;
      case 'kubernetes':
        return `Kubernetes Secret ${this.#reference.namespace}/${this.#reference.name}, key ${this.#reference.key}`;
    }
  }

  get kind(): SecretReference['kind'] {
    return this.#reference.kind;
  }

  /** AppError NOT_ALLOWED when this process may not read it, NOT_FOUND when it is not there. */
  async reveal(signal?: AbortSignal): Promise<string> {
    if (this.#reference.kind === 'literal') return this.#reference.value;
    if (this.#resolver === undefined)
      throw new AppError('BUG', 'a secret was read before the configuration was loaded');
    return this.#resolver(this.#reference, signal);
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  [inspect.custom](): string {
    return hidden;
  }
}
