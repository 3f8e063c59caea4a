import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { commandsReference } from './docs/commands.ts';
import { configReference, envExample } from './docs/config.ts';
import { errorsReference } from './docs/errors.ts';
import { outputSchemas } from './docs/output-schemas.ts';
import { diagnosesReference, probesReference, remediationsReference } from './docs/registries.ts';
import { rightsFiles } from './docs/rights.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Every generated file by its path; made from schemas and registries, so that they cannot say something else. */
export function generateDocs(): ReadonlyMap<string, string> {
  return new Map([
    ['.env.example', envExample()],
    ['docs/reference/config.md', configReference()],
    ['docs/reference/commands.md', commandsReference()],
    ['docs/reference/errors.md', errorsReference()],
    ['docs/reference/probes.md', probesReference()],
    ['docs/reference/diagnoses.md', diagnosesReference()],
    ['docs/reference/remediations.md', remediationsReference()],
    ...outputSchemas(),
    ...rightsFiles(),
  ]);
}

/** Paths whose file on disk is not what would be generated now. */
export function staleDocs(): readonly string[] {
  return [...generateDocs()]
    .filter(
      ([path, text]) => !existsSync(join(root, path)) || readFileSync(join(root, path), 'utf8') !== text,
    )
    .map(([path]) => path);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const stale = staleDocs();
    for (const path of stale) console.error(`${path} is not what would be generated now: npm run docs`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else
    for (const [path, text] of generateDocs()) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
}
