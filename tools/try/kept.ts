/** What stays in the folder between two starts, apart from the data: keys, tokens, and secrets of the platform. */

import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** Each is made once; a new one would make what was stored with the old one useless. */
const generated = ['POSTGRES_PASSWORD', 'OWN_PASSWORD', 'AUDIT_KEY', 'TOKEN_KEY'] as const;
export type GeneratedKey = (typeof generated)[number];
const tokens = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN'] as const;
export type TokenName = (typeof tokens)[number];

const beginning: Readonly<Record<TokenName, string>> = {
  SLACK_BOT_TOKEN: 'xoxb-',
  SLACK_APP_TOKEN: 'xapp-',
};
const place: Readonly<Record<TokenName, string>> = {
  SLACK_BOT_TOKEN: 'OAuth & Permissions, Bot User OAuth Token',
  SLACK_APP_TOKEN: 'Basic Information, App-Level Tokens, with the scope connections:write',
};

export type Asked = (question: string) => Promise<string>;

/** A file of variables that only its owner reads. */
export class Kept {
  readonly path: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    this.path = join(folder, 'secrets.env');
    if (!existsSync(this.path))
      this.#write({}, '# Keys and tokens of this trial, and secrets of the platform as NAME=value.');
    chmodSync(this.path, 0o600);
  }

  values(): Readonly<Record<string, string>> {
    return parseEnv(readFileSync(this.path, 'utf8')) as Record<string, string>;
  }

  /** The keys, made where they are not there yet. */
  keys(): Readonly<Record<GeneratedKey, string>> {
    const before = this.values();
    const made = generated
      .filter((name) => (before[name] ?? '') === '')
      .map((name) => [name, randomBytes(32).toString('hex')] as const);
    if (made.length > 0) this.#write(Object.fromEntries(made));
    const now = this.values();
    return Object.fromEntries(generated.map((name) => [name, now[name] ?? ''])) as Record<
      GeneratedKey,
      string
    >;
  }

  /**
   * The two tokens of Slack: from the environment, from the file, or asked for and kept. Throws an Error with one
   * sentence where one is missing and nobody can be asked, or is no token of its kind.
   */
  async tokens(env: NodeJS.ProcessEnv, ask: Asked | undefined): Promise<Readonly<Record<TokenName, string>>> {
    const before = this.values();
    const found: Record<string, string> = {};
    for (const name of tokens) {
      const known = env[name] ?? before[name] ?? '';
      if (known === '' && ask === undefined)
        throw new Error(`${name} is missing: set it, or write it into ${this.path} (Slack: ${place[name]}).`);
      const token = known === '' ? (await ask?.(`${name} (${place[name]}): `))?.trim() : known;
      if (token?.startsWith(beginning[name]) !== true)
        throw new Error(`${name} begins with ${beginning[name]} (Slack: ${place[name]}); this one does not.`);
      found[name] = token;
      if (before[name] !== token) this.#write({ [name]: token });
    }
    return found as Record<TokenName, string>;
  }

  #write(more: Readonly<Record<string, string>>, first?: string): void {
    const text = existsSync(this.path) ? readFileSync(this.path, 'utf8') : '';
    const kept = text
      .split('\n')
      .filter((line) => line !== '' && !Object.keys(more).some((name) => line.startsWith(`${name}=`)));
    const lines = [...(first === undefined ? [] : [first]), ...kept];
    for (const [name, value] of Object.entries(more)) lines.push(`${name}=${value}`);
    writeFileSync(this.path, `${lines.join('\n')}\n`, { mode: 0o600 });
  }
}
