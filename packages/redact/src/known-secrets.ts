const userInfo = /^[a-z][a-z\d+.-]*:\/\/([^/?#\s]*)@/i;
const address = /^[a-z][a-z\d+.-]*:\/\/\S+$/i;
const secretParameter =
  /[?&](?:password|passwd|pwd|token|secret|api_?key|access_?key|sslpassword|authtoken)=([^&#\s]+)/gi;
/** Beyond this the oldest are forgotten: a token that changes each hour must not fill the memory. */
const most = 2000;

/**
 * Secrets that this process holds, as they become known: at the start those of its settings, later those that it reads
 * where a reference points to. What was replaced stays known, because it may still stand in logs.
 */
export class KnownSecrets {
  readonly #values = new Set<string>();
  #version = 0;

  /** A whole secret; of an address only what is secret in it, so that its host can still be read. */
  learn(secret: string): void {
    for (const value of secretsIn(secret)) {
      if (this.#values.has(value)) continue;
      this.#values.add(value);
      this.#version += 1;
      const [oldest] = this.#values;
      if (this.#values.size > most && oldest !== undefined) this.#values.delete(oldest);
    }
  }

  values(): readonly string[] {
    return [...this.#values];
  }

  /** Grows with each secret that was not known before. */
  get version(): number {
    return this.#version;
  }
}

function secretsIn(secret: string): readonly string[] {
  if (!address.test(secret)) return secret.trim() === '' ? [] : [secret];
  const user = userInfo.exec(secret)?.[1];
  const parameters = [...secret.matchAll(secretParameter)].map((match) => match[1] ?? '');
  return [...(user === undefined ? [] : [passwordIn(user)]), ...parameters]
    .flatMap((value) => [value, plain(value)])
    .filter((value) => value !== '');
}

/** `user:password`, `:password`; without a colon the user is a token. */
function passwordIn(user: string): string {
  const colon = user.indexOf(':');
  return colon === -1 ? user : user.slice(colon + 1);
}

function plain(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
