/**
 * A whole diagnosis of 500 and of 5,000 Pods beside six plain LISTs by the same client, `kubectl` and, where it is on
 * the PATH, popeye: one run, one API server. Requests are counted where they arrive.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { which } from '../../lab/components/cache.ts';
import { type KubeApi, kubeProgram, startKubeApi } from '../../lab/components/kube-api.ts';
import { kubeSeed } from '../../test/support/kube.ts';
import { type KubeAudit, kubeAudit } from '../../test/support/kube-audit.ts';
import { grantRights } from '../../test/support/kube-rights.ts';
import { type Planted, plantedBesides, plantedInPods, seedScale } from '../../test/support/kube-scale.ts';
import { type DiagnosingWorker, startDiagnosingWorker } from './diagnose-worker.ts';
import { timedCommand } from './timed-command.ts';

export interface DiagnoseFigure {
  readonly name: string;
  readonly pods: number;
  readonly firstMs: number;
  /** Of the rounds after the first. */
  readonly p50Ms: number;
  /** `p50Ms` by that of the six LISTs of as many Pods. */
  readonly ratio: number;
  readonly apiRequests: number;
  /** The most that was resident. */
  readonly megabytes: number;
  /** Of the planted causes, those named once and about the right thing; and what else was named. */
  readonly causesNamed: string;
}

export interface DiagnoseBenchOptions {
  readonly sizes?: readonly number[];
  readonly rounds?: number;
}

const namespaceOf = (pods: number) => `scale-${pods}`;
const symptoms: readonly { readonly id: string; readonly planted: readonly Planted[] }[] = [
  { id: 'K1', planted: plantedInPods },
  { id: 'N1', planted: plantedBesides },
];
/** `kubectl describe` asks for the events of every Pod by itself: minutes for 5,000. */
const mostDescribed = 500;

interface Sample {
  readonly ms: number;
  readonly requests: number;
  readonly megabytes: number;
}

interface Bench {
  readonly api: KubeApi;
  readonly audit: KubeAudit;
  readonly lists: Lists;
  readonly worker: DiagnosingWorker;
  readonly rounds: number;
}

export async function benchDiagnose(options: DiagnoseBenchOptions = {}): Promise<readonly DiagnoseFigure[]> {
  const { sizes = [500, 5_000], rounds = 31 } = options;
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-diagnose-'));
  chmodSync(dir, 0o755);
  const audit = kubeAudit(dir);
  const api = await startKubeApi({ dir, args: audit.args });
  const seed = kubeSeed(api.kubeconfig);
  const users = { lists: '', aetherius: '', kubectl: '', popeye: '' };
  try {
    for (const user of ['lists', 'kubectl', 'popeye'] as const)
      users[user] = await api.userKubeconfig(user, ['system:masters']);
    users.aetherius = await api.userKubeconfig('aetherius');
    for (const pods of sizes) {
      await seedScale(seed, namespaceOf(pods), pods);
      await grantRights(seed, 'aetherius', namespaceOf(pods));
    }
    const lists = await startLists(users.lists);
    const worker = await startDiagnosingWorker({
      dir,
      kubeconfig: users.aetherius,
      namespaces: sizes.map(namespaceOf),
    });
    const figures: DiagnoseFigure[] = [];
    try {
      for (const pods of sizes) {
        figures.push(...(await ofSize({ api, audit, lists, worker, rounds }, pods)));
        const base = figures.find((one) => one.pods === pods)?.p50Ms ?? Number.NaN;
        figures.push(...(await ofOthers(audit, users, dir, pods, base)));
      }
    } finally {
      lists.stop();
      await worker.stop();
    }
    return figures;
  } finally {
    seed.close();
    await api.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The LISTs and the diagnoses in turn, so that whatever else the machine does falls on both. */
async function ofSize(
  { audit, lists, worker, rounds }: Bench,
  pods: number,
): Promise<readonly DiagnoseFigure[]> {
  const namespace = namespaceOf(pods);
  const plain: Sample[] = [];
  const own = symptoms.map((symptom) => ({ ...symptom, samples: [] as Sample[], named: '' }));
  worker.forgetPeak();
  for (let round = 0; round < rounds; round += 1) {
    audit.forget();
    plain.push({ ...(await lists.ask(namespace)), requests: audit.requests('lists').length });
    for (const one of own) {
      audit.forget();
      const run = await worker.diagnose(one.id, namespace);
      one.samples.push({
        ms: run.ms,
        requests: audit.requests('aetherius').length,
        megabytes: worker.peakMegabytes(),
      });
      one.named = namedOf(one.planted, run);
    }
  }
  const base = median(plain.slice(1).map(({ ms }) => ms));
  return [
    figure('six LISTs at once, same client', pods, plain, base, '–'),
    ...own.map(({ id, samples, named }) => figure(`diagnose ${id} in a worker`, pods, samples, base, named)),
  ];
}

function namedOf(
  planted: readonly Planted[],
  run: Awaited<ReturnType<DiagnosingWorker['diagnose']>>,
): string {
  const once = planted.filter(
    ({ cause, code, subject }) =>
      run.confirmed.includes(cause) &&
      run.findings.filter((finding) => finding.code === code && finding.subject === subject).length === 1,
  );
  const ill = new Set([...plantedInPods, ...plantedBesides].map(({ subject }) => subject));
  // What changed shortly before is told of healthy things as well, and here all was made moments ago.
  const wrong = run.findings.filter(({ code, subject }) => !code.startsWith('CHANGED_') && !ill.has(subject));
  return `${once.length} of ${planted.length}, ${wrong.length} wrong`;
}

async function ofOthers(
  audit: KubeAudit,
  users: Readonly<Record<'kubectl' | 'popeye', string>>,
  home: string,
  pods: number,
  base: number,
): Promise<readonly DiagnoseFigure[]> {
  const namespace = namespaceOf(pods);
  const figures: DiagnoseFigure[] = [];
  const measure = async (
    name: string,
    user: 'kubectl' | 'popeye',
    program: string,
    args: readonly string[],
  ) => {
    audit.forget();
    // popeye ends with 1 when the score is bad, which it is here.
    const sample = await timedCommand(program, ['--kubeconfig', users[user], '-n', namespace, ...args], {
      home,
    });
    const requests = audit.requests(user).length;
    figures.push(figure(name, pods, [{ ...sample, requests }], base, '–'));
  };
  const kubectl = kubeProgram('kubectl');
  const kinds = 'pods,deployments,statefulsets,services,events';
  if (kubectl !== undefined) {
    await measure(`kubectl get ${kinds} -o json`, 'kubectl', kubectl, ['get', kinds, '-o', 'json']);
    if (pods <= mostDescribed)
      await measure('kubectl describe pods', 'kubectl', kubectl, ['describe', 'pods']);
  }
  const popeye = which('popeye');
  if (popeye !== undefined) await measure('popeye', 'popeye', popeye, ['-o', 'json']);
  return figures;
}

function figure(
  name: string,
  pods: number,
  samples: readonly Sample[],
  base: number,
  causesNamed: string,
): DiagnoseFigure {
  const later = samples.length > 1 ? samples.slice(1) : samples;
  const p50Ms = median(later.map(({ ms }) => ms));
  return {
    name,
    pods,
    firstMs: Math.round(samples[0]?.ms ?? Number.NaN),
    p50Ms: Math.round(p50Ms),
    ratio: Math.round((p50Ms / base) * 100) / 100,
    apiRequests: Math.max(...samples.map(({ requests }) => requests)),
    megabytes: Math.round(Math.max(...samples.map(({ megabytes }) => megabytes))),
    causesNamed,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

interface Lists {
  ask(namespace: string): Promise<Pick<Sample, 'ms' | 'megabytes'>>;
  stop(): void;
}

/** A process of its own, which has parsed LISTs before, as a worker has. */
async function startLists(kubeconfig: string): Promise<Lists> {
  const file = fileURLToPath(new URL('diagnose-lists.child.ts', import.meta.url));
  const child: ChildProcess = fork(file, [kubeconfig], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return {
    async ask(namespace) {
      child.send(namespace);
      const [answer] = (await once(child, 'message')) as [
        { ms: number; megabytes: number } | { error: string },
      ];
      if ('error' in answer) throw new Error(answer.error);
      return answer;
    },
    stop: () => child.disconnect(),
  };
}

if (process.argv[1] === import.meta.filename) {
  const figures = await benchDiagnose();
  console.table(figures);
  writeFileSync(1, `${JSON.stringify(figures)}\n`);
}
