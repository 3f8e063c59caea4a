import { describe, expect, it } from 'vitest';
import { repositoryFiles } from './files.ts';

/** Suites by subject: what they hold is of no one file. A reason each. */
const bySubject: Readonly<Record<string, string>> = {
  'handlers/same-words': 'the same words through every surface, in Slack and at the command line',
  'bot/views/cards-now': 'the card of a fix in every state, place and language',
  'bot/views/first-lines': 'the first line of every answer, over all findings and causes',
  'bot/views/hostile': 'every view, with what an attacker writes into its data',
  'bot/views/views': 'every view against the limits of Slack',
  'probes/support/other-installation': 'a probe of each kind, in an installation with other names',
  'diagnoses/elsewhere': 'several diagnoses beside what others than the platform run',
  'platform/secrets-stay-hidden': 'configuration, logger and jobs, with secrets planted in each',
  'platform/targets/runtime/on-compose': 'the runtime target on Compose',
  'platform/targets/runtime/on-kubernetes': 'the runtime target on Kubernetes',
  'services/alert/rules': 'what the alerts of the rules that come with the product lead to',
  'services/diagnosis/connection-errors': 'vocabulary, symptom match and diagnoses on the words of drivers',
  'services/diagnosis/request-corpus': 'texts that people send, through all that reads a request',
  'services/diagnosis/diagnose-failed-dependency': 'the diagnose service when a symptom is followed down',
  'services/diagnosis/diagnose-requests': 'the requests of every diagnosis to the API server',
  'services/fix/execution-decisions': 'what the services of a fix decide together after a crash',
  'bot/moved': 'the words of the line that a moved answer leaves behind',
  'bot/receive/slack-route': 'Slack’s requests through the one HTTP server',
  'domain/kernel/redact-own-words': 'the whole redactor on every sentence of the catalogue',
  'domain/logs/documents': 'the analysis of logs, and the redactor, on documents that are printed into them',
  'lab/postgres-tree': 'the tree of PostgreSQL that the lab copies',
  'platform/redact/every-exit': 'all secrets and look-alikes at each exit of the process',
  'scripts/bench-page': 'the page that the benchmark writes',
  'tools/audit-verifier': 'the auditor’s program, which is no TypeScript, beside the product',
  'tools/playground/clean-up': 'how the playground stops',
  'tools/playground/options': 'the options of the playground',
  'tools/playground/progress': 'what the playground prints while it starts',
};

/** What a test in `test/unit/<path>` is about: a file of the source, or of the folder beside it that is named first. */
function mirrored(path: string, sources: readonly string[]): boolean {
  const root = /^(lab|scripts|tools)\//.test(path) ? path : `src/${path}`;
  return sources.some((source) => source.startsWith(`${root}.`) && !source.slice(root.length).includes('/'));
}

const sources = repositoryFiles(/^(src|lab|scripts|tools)\/.*\.tsx?$/);
const paths = repositoryFiles(/^test\/unit\/.*\.test\.ts$/).map((path) =>
  path.replace(/^test\/unit\//, '').replace(/\.test\.ts$/, ''),
);

describe('unit tests', () => {
  it('stand where what they test stands, or are a suite by subject', () => {
    expect(paths.length).toBeGreaterThan(100);
    expect(paths.filter((path) => !mirrored(path, sources) && bySubject[path] === undefined)).toEqual([]);
  });

  it('are called suites by subject only while they are some', () => {
    expect(Object.keys(bySubject).filter((path) => !paths.includes(path) || mirrored(path, sources))).toEqual(
      [],
    );
  });

  it('every probe and every diagnosis with a test has it at one place', () => {
    const name = (path: string) => path.replace(/\.(probe|diagnosis|remediation)$/, '');
    const modules = sources
      .filter((path) => /\.(probe|remediation)\.ts$/.test(path))
      .map((path) => name(path.replace(/^src\//, '').replace(/\.ts$/, '')));

    expect(modules.length).toBeGreaterThan(50);
    expect(modules.filter((path) => !paths.includes(path))).toEqual([]);
  });

  it('is not mirrored when it only shares the beginning of a name', () => {
    expect(mirrored('domain/fix/pol', sources)).toBe(false);
    expect(mirrored('domain/fix/policy', sources)).toBe(true);
    expect(mirrored('lab/snapshot', sources)).toBe(true);
    expect(mirrored('probes/redis/memory', sources)).toBe(true);
    expect(mirrored('nowhere/policy', sources)).toBe(false);
  });
});
