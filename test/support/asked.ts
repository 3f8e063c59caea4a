/** The command line in this process, against a platform that is up: what it answers as JSON, and its exit code. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withReferences } from '../../scripts/campaign/product.ts';
import { runShell } from '../../src/cli/wiring-run.ts';

/** Asks by a configuration without secrets, as an operator writes it; it lies in this folder. */
export function askedOf(folder: string, block: Readonly<Record<string, unknown>>) {
  const { environment, variables } = withReferences('lab', block);
  const path = join(folder, 'config.json');
  writeFileSync(path, JSON.stringify({ environments: { there: environment } }));
  return async <Answer>(...words: readonly string[]): Promise<Answer & { readonly exit: number }> => {
    let text = '';
    const more = (said: string) => {
      text += said;
    };
    const exit = await runShell(['--config', path, '--output', 'json', ...words, '--env', 'there'], {
      ...{ out: more, err: more, signal: new AbortController().signal },
      ...{ version: '0', locale: 'en', env: variables },
    });
    return { ...(JSON.parse(text) as Answer), exit };
  };
}
