import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { faults } from '../../lab/faults/index.ts';
import { campaignReport } from '../../lab/report.ts';
import type { Fault, Runtime } from '../../lab/types.ts';
import { expectationOf } from '../campaign/expectation.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A test or a source file with its path inside of the repository. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Files of a folder by what their path ends with, in the order of their paths. */
export function filesIn(folder: string, end: RegExp): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => end.test(path))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** Tests of behaviour; those of the repository itself prove nothing about a platform. */
export function readTests(): readonly SourceFile[] {
  return filesIn('test', /\.test\.ts$/).filter(({ path }) => !path.startsWith('test/repo/'));
}

const quoted = (word: string) => new RegExp(`['"\`]${word.replace(/[.]/g, '\\.')}['"\`]`);

/**
 * Whether a test is about a cause: its id stands in the name of a test or suite, or anywhere in a file that asks
 * the product itself (a diagnosis, or Slack's front door). Elsewhere an id may be a mere example.
 */
export function namesCause({ path, text }: SourceFile, cause: string): boolean {
  // Hundreds of files by hundreds of words: most hold the word nowhere, which a plain search sees at once.
  if (!text.includes(cause)) return false;
  const id = cause.replace('.', '\\.');
  if (new RegExp(`\\b(?:describe|it|test)(?:\\.\\w+)?\\(\\s*['"\`][^'"\`]*\\b${id}\\b`).test(text))
    return true;
  const asks = path.startsWith('test/e2e/') || /from '[^']*\/src\/diagnoses\//.test(text);
  return asks && new RegExp(`\\b${id}\\b`).test(text);
}

export function namesFinding({ text }: SourceFile, code: string): boolean {
  return text.includes(code) && quoted(code).test(text);
}

/** By the file of the probe or by its id. */
export function namesProbe({ text }: SourceFile, probe: string): boolean {
  if (text.includes(`/probes/${probe.replace('.', '/')}.probe.ts`)) return true;
  return text.includes(probe) && quoted(probe).test(text);
}

/** Servers that tests start, by the module that starts them; `support` ones serve the bot's own store as well. */
const servers: Readonly<Record<string, { readonly name: string; readonly starters: RegExp }>> = {
  postgres: { name: 'PostgreSQL', starters: /\/(?:lab\/components|support)\/postgres\.ts'/ },
  redis: { name: 'Redis', starters: /\/(?:lab\/components|support)\/redis\.ts'/ },
  nats: { name: 'NATS', starters: /\/lab\/components\/nats\.ts'/ },
  neo4j: { name: 'Neo4j', starters: /\/lab\/components\/neo4j\.ts'/ },
  // What a program of the platform says at its end is read as it is, from its own output: no adapter is in between.
  runtime: { name: 'the services as they are', starters: /\/lab\/runtimes\/(?:images|as-is)\.ts'/ },
  compose: { name: 'Docker', starters: /\/lab\/components\/docker\.ts'/ },
};

/**
 * The real server that a test reads through the product's own adapter, when it is the one that a probe of this
 * target asks. An API server without nodes does not count: what stands in it the test has written.
 */
export function realServer({ text }: SourceFile, target: string): string | undefined {
  const adapter = /from '[^']*\/(?:src\/platform\/targets\/|support\/targets\.ts)/.test(text);
  // A probe of the runtime asks whichever engine runs the platform.
  const candidates = [servers[target], ...(target === 'runtime' ? [servers.compose] : [])];
  return adapter ? candidates.find((server) => server?.starters.test(text) === true)?.name : undefined;
}

/** Real servers that a test starts, by itself or with its stage; the bot's own PostgreSQL and Redis are no proof. */
export function serversOf({ text }: SourceFile): readonly string[] {
  const stages = [...text.matchAll(/\.\.\/support\/([a-z-]+)\.ts'/g)].map((match) => match[1] ?? '');
  const staged = stages
    .filter((name) => name !== 'postgres' && name !== 'redis')
    .map((name) => readFileSync(join(root, `test/support/${name}.ts`), 'utf8'));
  const own = [text, ...staged].join('\n').replace(/\/support\/(?:postgres|redis)\.ts'/g, '');
  return Object.values(servers).flatMap(({ name, starters }) => (starters.test(own) ? [name] : []));
}

/** A fault of the lab with its file and what was tried of it. */
export interface PlantedFault {
  readonly fault: Fault;
  readonly path: string;
  /** By runtime: how many of its variants the campaign planted, and of how many the answer was right. */
  readonly trials: readonly { readonly runtime: Runtime; readonly right: number; readonly tried: number }[];
}

/** Faults of the lab that make a cause true. */
export function faultsOf(cause: string, campaign: string): readonly PlantedFault[] {
  const rows = trialRows(campaign);
  return faults
    .filter((fault) => expectationOf(fault).cause === cause)
    .map((fault) => ({
      fault,
      path: pathOf(fault),
      trials: fault.runtimes.flatMap((runtime) => {
        const tried = rows.filter((row) => row.fault === fault.id && row.runtime === runtime);
        const right = tried.filter(({ result }) => result === 'right').length;
        return tried.length === 0 ? [] : [{ runtime, right, tried: tried.length }];
      }),
    }));
}

/** The campaign's tables, as the last campaigns on this machine have left them; empty where there were none. */
export function readCampaign(): string {
  return existsSync(campaignReport.full) ? readFileSync(campaignReport.full, 'utf8') : '';
}

/** Rows of the campaign's tables of single faults: fault, variant, runtime, asked … result. */
function trialRows(campaign: string) {
  return campaign.split('\n').flatMap((line) => {
    const cells = line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));
    const [fault = '', , runtime = ''] = cells;
    return cells.length === 11 && fault !== 'fault' ? [{ fault, runtime, result: cells[10] ?? '' }] : [];
  });
}

/** `part.redis.stopped` stands in part.stopped.fault.ts, `D3.a` in d3.*.fault.ts. */
function pathOf({ id }: Fault): string {
  const [first = '', , kind = ''] = id.split('.');
  const start = first === 'part' ? `part.${kind}.` : `${first.toLowerCase()}.`;
  const name = readdirSync(join(root, 'lab/faults')).find((file) => file.startsWith(start));
  if (name === undefined) throw new Error(`no file of fault ${id}`);
  return `lab/faults/${name}`;
}
