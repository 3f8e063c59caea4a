/** The product's command line, in this process, against a platform that is up. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DiagnoseOutput } from '../../src/cli/output-schemas.ts';
import { runShell } from '../../src/cli/wiring-run.ts';
import type { Judged } from './trial.ts';

export interface Asked<Body> {
  readonly exit: number;
  readonly body: Body;
  readonly seconds: number;
}

/** The command line, in this process, against the platform that is up. */
export class Shell {
  readonly #dir = mkdtempSync(join(tmpdir(), 'aetherius-installation-'));
  readonly #config = join(this.#dir, 'config.json');
  readonly #variables: Record<string, string> = {};

  constructor(environment: Readonly<Record<string, unknown>>) {
    const block = structuredClone(environment) as Record<string, Record<string, unknown>>;
    for (const [store, key] of [
      ['postgres', 'url'],
      ['redis', 'url'],
      ['nats', 'url'],
      ['neo4j', 'password'],
    ] as const) {
      const settings = block[store];
      if (settings === undefined) continue;
      const name = `LAB_${store.toUpperCase()}`;
      this.#variables[name] = String(settings[key]);
      settings[key] = { env: name };
    }
    writeFileSync(this.#config, JSON.stringify({ environments: { there: block } }));
  }

  async ask<Body>(...words: readonly string[]): Promise<Asked<Body>> {
    const began = performance.now();
    let text = '';
    const more = (said: string) => {
      text += said;
    };
    const exit = await runShell(['--config', this.#config, '--output', 'json', ...words, '--env', 'there'], {
      out: more,
      err: more,
      signal: new AbortController().signal,
      version: '0',
      locale: 'en',
      env: this.#variables,
    });
    try {
      return { exit, body: JSON.parse(text) as Body, seconds: (performance.now() - began) / 1000 };
    } catch {
      throw new Error(`\`${words.join(' ')}\` ended with ${exit} and said: ${text.slice(0, 400)}`);
    }
  }

  close(): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

export const answerOf = ({ body }: Pick<Asked<DiagnoseOutput>, 'body'>): Judged => {
  const causes = body.diagnoses.flatMap((one) => one.causes.map(({ id, verdict }) => ({ id, verdict })));
  return { title: causes.map(({ id }) => id).join(' '), causes };
};

/** What stays open in an answer that names nothing, for whoever looks for the reason. */
export const openIn = ({ diagnoses: all }: DiagnoseOutput): string =>
  all
    .flatMap(({ causes }) => causes)
    .filter(({ verdict }) => verdict !== 'ruled-out')
    .map(
      ({ id, verdict, missing, for: evidence }) =>
        `${id} ${verdict} (${[...evidence.map(({ code }) => code), ...missing.map(({ probe, text }) => `${probe}: ${text}`)].join('; ').slice(0, 300)})`,
    )
    .join('; ');

/** What rules a cause out. */
export const againstIn = ({ diagnoses: all }: DiagnoseOutput, cause: string): string[] =>
  all
    .flatMap(({ causes }) => causes)
    .filter(({ id, verdict }) => id === cause && verdict === 'ruled-out')
    .map(({ against }) => `${cause} is ruled out by ${against.join(', ')}`);
