/** The whole product in this process — bot and worker, PostgreSQL, Redis, the Slack emulator — looking at a lab. */

import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { people, places, startSlackEmulator } from '@aetherius/slack-emulator';
import { Pool } from 'pg';
import { stringify } from 'yaml';
import { instance } from '../../lab/components/instance.ts';
import { type ModelServer, startModelServer } from '../../lab/components/model-server.ts';
import { ownedBy, startPostgres } from '../../lab/components/postgres.ts';
import { waitFor } from '../../lab/components/process.ts';
import { startRedis } from '../../lab/components/redis.ts';
import type { Verdict } from '../../src/domain/diagnosis/judgement.ts';
import type { HealthReport } from '../../src/domain/health/health.ts';
import type { PartId } from '../../src/domain/platform/part.ts';
import { type ProcessOptions, startProcess } from '../../src/main/process.ts';
import { createLogger } from '../../src/platform/process/logger.ts';
import { parseConfig, readProcessEnv } from '../../src/platform/settings/config.ts';
import { createFixes, type Fixes } from './fixes.ts';

/** One line of evidence, as it was stored. */
export interface Evidence {
  readonly key: string;
  readonly status: string;
  readonly codes: readonly string[];
  readonly detail: string;
  readonly durationMs: number;
}

/** What one `/aetherius diagnose` came to. */
export interface Answer {
  readonly runId: string;
  readonly causes: readonly {
    readonly id: string;
    readonly verdict: Verdict;
    /** The part that it is about; undefined: the command line was asked, which does not say. */
    readonly part?: PartId;
  }[];
  readonly overall: string;
  /** Requests to the Kubernetes API; undefined on other runtimes. */
  readonly apiRequests?: number;
  readonly seconds: number;
  /** The answer's first line in Slack. */
  readonly title: string;
  /** The whole message, blocks and all, as JSON. */
  readonly message: string;
  readonly evidence: readonly Evidence[];
}

export interface Product {
  /** Types `/aetherius health` in a channel and waits for the whole table. Default environment: `lab`. */
  health(environment?: string): Promise<{ readonly report: HealthReport; readonly seconds: number }>;
  /** Types `/aetherius diagnose …` in a channel and waits for the answer. Default environment: `lab`. */
  diagnose(symptom: string, environment?: string): Promise<Answer>;
  /** Waits until it has kept that the part runs well; asks for a look, which comes two minutes after the last at the earliest. */
  seenToRun(part: PartId): Promise<void>;
  stop(): Promise<void>;
}

/** One whose fixes are asked for, too. */
export interface FixingProduct extends Product {
  readonly fixes: Fixes;
}

/** An answer later than this is none. */
const answerSeconds = 90;

type Environment = Readonly<Record<string, unknown>>;

/** Secrets of the lab's configuration as variables, for the product takes none in clear. */
export function withReferences(
  title: string,
  environment: Environment,
): {
  readonly environment: Environment;
  readonly variables: Readonly<Record<string, string>>;
} {
  const variables: Record<string, string> = {};
  const hide = (part: string, key: string): Record<string, unknown> => {
    const block = environment[part] as Readonly<Record<string, unknown>> | undefined;
    const value = block?.[key];
    if (block === undefined || typeof value !== 'string') return {};
    const name = `${title}_${part}_${key}`.replaceAll('-', '_').toUpperCase();
    variables[name] = value;
    return { [part]: { ...block, [key]: { env: name } } };
  };
  return {
    environment: {
      ...environment,
      ...hide('postgres', 'url'),
      ...hide('redis', 'url'),
      ...hide('nats', 'url'),
      ...hide('neo4j', 'password'),
    },
    variables,
  };
}

interface RunRow<Summary> {
  readonly id: string;
  readonly state: string;
  readonly summary: Summary | null;
  readonly error: unknown;
}

interface ProbeRow {
  readonly key: string;
  readonly status: string;
  readonly findings: readonly { readonly code: string; readonly facts: unknown }[];
  readonly facts: unknown;
  readonly reason: string | null;
  readonly cause: { readonly code: string; readonly detail: string } | null;
  readonly duration_ms: number;
}

/** Where the worker and, on Kubernetes, the Pods reach this machine. */
function hostOfModels(blocks: Readonly<Record<string, Environment>>): string | undefined {
  const onCluster = Object.values(blocks).some(
    ({ runtime }) => (runtime as { readonly kind?: string } | undefined)?.kind === 'kubernetes',
  );
  return onCluster ? instance().kubernetes.HOST_IP : undefined;
}

/** Starts the product for these environments; one of them is named `lab`. */
export async function startCampaignProduct(
  blocks: Readonly<Record<string, Environment>>,
  more: Pick<ProcessOptions, 'stableAtMostMs'> = {},
): Promise<FixingProduct> {
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-campaign-'));
  chmodSync(folder, 0o755);
  const [database, redis, slack, models] = await Promise.all([
    startPostgres({ dir: join(folder, 'postgres'), databases: ['aetherius_bot'] }),
    startRedis({ dir: join(folder, 'redis'), args: ['--maxmemory-policy', 'noeviction'] }),
    startSlackEmulator(),
    startModelServer(hostOfModels(blocks)),
  ]);
  const url = await ownedBy(database, 'aetherius_bot');
  const model = models === undefined ? {} : { model: { ...namedModel(models), plainHttp: true } };
  const known = Object.entries(blocks).map(([title, block]) => ({
    title,
    ...withReferences(title, { ...model, ...block }),
  }));
  const values = {
    ...(Object.assign({}, ...known.map(({ variables }) => variables)) as Readonly<Record<string, string>>),
    DATABASE_URL: url,
    REDIS_URL: redis.url,
    AUDIT_KEY: 'an audit key of the campaign that is long enough',
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_APP_TOKEN: slack.appToken,
    SLACK_API_URL: slack.apiUrl,
    STATUS_PORT: '0',
    PORT: '0',
    SHUTDOWN_GRACE_MS: '5000',
  };
  const yaml = stringify({
    environments: Object.fromEntries(known.map(({ title, environment }) => [title, environment])),
    // One person asks for each fault and its control, faster than anybody types.
    slack: { defaultEnvironment: 'lab', startsPerMinute: { person: 10_000, channel: 10_000 } },
    approvals: {
      approvers: { oncall: { users: [people.approver, people.requester, people.admin] } },
      // Another person approves, whatever the tier; and one target is fixed again and again.
      tiers: { 1: { by: ['oncall'], approvals: 1 }, 2: { by: ['oncall'] }, 3: { by: ['oncall'] } },
      limits: { perTargetPerHour: 10_000 },
    },
  });
  const env = readProcessEnv('all', values);
  const config = parseConfig(yaml, { role: 'all', env: values, where: 'the campaign', folder });
  const logger = createLogger({
    level: (process.env.CAMPAIGN_LOG ?? 'silent') as 'error',
    destination: process.stderr,
  });
  const running = await startProcess({ role: 'all', env, config, logger, ...more });
  // Asked ten times a second: no connection each time.
  const pool = new Pool({ connectionString: url, max: 2 });
  pool.on('error', () => undefined);
  const rows = async <Row>(text: string) => (await pool.query(text)).rows as Row[];

  /** Types it and waits for the end of the run behind it. */
  async function ask<Summary>(text: string): Promise<RunRow<Summary> & { readonly summary: Summary }> {
    const [before] = await rows<{ count: string }>(`SELECT count(*) FROM runs`);
    const typed = await slack.control.command({ user: people.requester, channel: places.incidents, text });
    if (!typed.ok) throw new Error(`the command failed: ${JSON.stringify(typed)}`);
    const run = await untilFinished<Summary>(rows, Number(before?.count ?? 0));
    const { summary } = run;
    if (run.state !== 'complete' || summary === null)
      throw new Error(`the run ended as ${run.state}: ${JSON.stringify(run.error)}`);
    return { ...run, summary };
  }

  return {
    fixes: createFixes(slack.control, rows),
    async health(environment = 'lab') {
      const started = performance.now();
      const { summary } = await ask<HealthReport>(`/aetherius health ${environment}`);
      return { report: summary, seconds: (performance.now() - started) / 1000 };
    },
    async diagnose(symptom, environment = 'lab') {
      const started = performance.now();
      const run = await ask<Pick<Answer, 'causes' | 'overall' | 'apiRequests'>>(
        `/aetherius diagnose ${symptom} ${environment}`,
      );
      const message = await slack.control.waitForMessage(
        { channel: places.incidents, where: (one) => isAnswer(one, run.id) },
        { timeoutMs: 15_000 },
      );
      const probes = await rows<ProbeRow>(`SELECT * FROM run_probes WHERE run_id = '${run.id}' ORDER BY key`);
      return {
        runId: run.id,
        ...run.summary,
        seconds: (performance.now() - started) / 1000,
        title: message.text,
        message: JSON.stringify(message.blocks),
        evidence: probes.map((probe) => ({
          key: probe.key,
          status: probe.status,
          codes: probe.findings.map(({ code }) => code),
          detail: JSON.stringify(
            probe.findings.length > 0
              ? probe.findings.map(({ facts }) => facts)
              : (probe.cause ?? probe.reason ?? probe.facts),
          ),
          durationMs: probe.duration_ms,
        })),
      };
    },
    async seenToRun(part) {
      const image = JSON.stringify([{ kind: 'image', part }]);
      const seen = `SELECT 1 FROM inventories, jsonb_array_elements(areas->'runtime'->'things') AS thing
        WHERE jsonb_build_array(thing) @> '${image}' AND thing ? 'ran' LIMIT 1`;
      const found = async () => {
        if ((await rows(seen)).length > 0) return true;
        await rows("SELECT pg_notify('aetherius_remediations', '')");
        return false;
      };
      await waitFor(found, { seconds: 300, what: `${part} to be seen to run`, every: 1_000 });
    },
    async stop() {
      await running.stop(5000);
      await pool.end();
      await Promise.all([database.stop(), redis.stop(), slack.stop(), models?.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const namedModel = ({ url, sha256 }: ModelServer) => ({ url, sha256 });

/** The answer itself, all of it: what is offered for the same run stands beside it. */
function isAnswer(message: { readonly text: string; readonly metadata?: unknown }, runId: string): boolean {
  const about = JSON.stringify(message.metadata ?? {});
  return about.includes(runId) && about.includes('"kind":"diagnosis"') && !message.text.startsWith(':mag:');
}

/** The run that was started after `count` others, once it has ended. */
async function untilFinished<Summary>(
  rows: <Row>(text: string) => Promise<Row[]>,
  count: number,
): Promise<RunRow<Summary>> {
  for (const end = Date.now() + answerSeconds * 1000; Date.now() < end; await delay(100)) {
    const [run] = await rows<RunRow<Summary>>(
      `SELECT id, state, summary, error FROM runs ORDER BY created_at OFFSET ${count} LIMIT 1`,
    );
    if (run !== undefined && !['queued', 'running'].includes(run.state)) return run;
  }
  throw new Error(`no answer within ${answerSeconds} s`);
}
