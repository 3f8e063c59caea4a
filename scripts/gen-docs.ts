import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { alertRuleFiles } from './docs/alert-rule-files.ts';
import { commandsReference } from './docs/commands.ts';
import { configReference, envExample } from './docs/config.ts';
import { coverageReport } from './docs/coverage.ts';
import { coverageSummary } from './docs/coverage-summary.ts';
import { diagnosesIndex, diagnosisFolder, diagnosisPages } from './docs/diagnoses.ts';
import { errorsReference } from './docs/errors.ts';
import { outputSchemas } from './docs/output-schemas.ts';
import { policyFiles } from './docs/policy.ts';
import { withRegions } from './docs/readme.ts';
import { probesReference, remediationsReference } from './docs/registries.ts';
import { rightsFiles } from './docs/rights.ts';
import { withStatements } from './docs/threat-model.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Every generated file by its path; made from schemas and registries, so that they cannot say something else. Of the
 * README and the threat model, the parts between its marks are made and the rest is taken as it is in `folder`; a date in `folder` stays as
 * long as what it dates.
 */
export function generateDocs(folder = root): ReadonlyMap<string, string> {
  const coverage = join(folder, 'docs/coverage.md');
  return new Map([
    ['README.md', withRegions(readFileSync(join(folder, 'README.md'), 'utf8'))],
    ['.env.example', envExample()],
    ['docs/reference/config.md', configReference()],
    ['docs/reference/commands.md', commandsReference()],
    ['docs/reference/errors.md', errorsReference()],
    ['docs/reference/probes.md', probesReference()],
    ['docs/reference/diagnoses.md', diagnosesIndex()],
    ['docs/reference/remediations.md', remediationsReference()],
    ...diagnosisPages(),
    [
      'docs/coverage.md',
      coverageSummary(existsSync(coverage) ? readFileSync(coverage, 'utf8') : undefined, new Date()),
    ],
    ...outputSchemas(),
    ['docs/threat-model.md', withStatements(readFileSync(join(folder, 'docs/threat-model.md'), 'utf8'))],
    ...rightsFiles(),
    ...policyFiles(),
    ...alertRuleFiles(),
  ]);
}

/** Paths whose file in the repository is not what would be generated now, and pages of what is no more. */
export function staleDocs(folder = root): readonly string[] {
  const docs = generateDocs(folder);
  const changed = [...docs].filter(
    ([path, text]) => !existsSync(join(folder, path)) || readFileSync(join(folder, path), 'utf8') !== text,
  );
  return [...changed.map(([path]) => path), ...leftOver(docs, folder)];
}

/** Reports that the repository does not keep. */
export function writeArtifacts(folder = root): void {
  mkdirSync(join(folder, 'artifacts'), { recursive: true });
  writeFileSync(join(folder, 'artifacts/coverage.md'), coverageReport());
}

/** Makes every generated file, and removes pages of what is no more. */
export function writeDocs(folder = root): void {
  const docs = generateDocs(folder);
  for (const [path, text] of docs) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  for (const path of leftOver(docs, folder)) rmSync(join(folder, path));
}

/** Files in a folder that holds generated pages alone, which nothing generates. */
function leftOver(docs: ReadonlyMap<string, string>, folder: string): readonly string[] {
  if (!existsSync(join(folder, diagnosisFolder))) return [];
  return readdirSync(join(folder, diagnosisFolder))
    .map((name) => `${diagnosisFolder}/${name}`)
    .filter((path) => !docs.has(path));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const stale = staleDocs();
    for (const path of stale) console.error(`${path} is not what would be generated now: npm run docs`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    if (!process.argv.includes('--artifacts')) writeDocs();
    writeArtifacts();
  }
}
