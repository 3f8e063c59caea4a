import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missing as postgresMissing, startPostgres } from '../../lab/components/postgres.ts';
import { freePort, waitFor } from '../../lab/components/process.ts';
import { missing as redisMissing, startRedis } from '../../lab/components/redis.ts';
import { startSlackEmulator } from '../slack-emulator/emulator.ts';
import { people, places } from '../slack-emulator/seed.ts';
import { type DemoPlatform, startDemoPlatform } from './demo/platform.ts';
import { switches } from './demo/switches.ts';
import { builtPage } from './web/page.ts';

/**
 * `npm run playground`: the whole product on this machine, with nothing configured. Its own PostgreSQL and Redis,
 * a Slack emulator with a web page, and a small platform whose faults can be switched on.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const say = (line: string) => process.stdout.write(`${line}\n`);

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '3100' },
    help: { type: 'boolean', default: false },
  },
});

if (options.help) {
  say('npm run playground -- [--port 3100]   (0: any free port)');
  process.exit(0);
}

for (const gap of [postgresMissing(), process.env.REDIS_URL === undefined ? redisMissing() : undefined]) {
  if (gap === undefined) continue;
  say(`The playground needs one thing more: ${gap}`);
  process.exit(1);
}

function configuration(demo: DemoPlatform): string {
  const url = (name: string) => `http://127.0.0.1:${demo.service(name).port}`;
  const nats =
    demo.nats === undefined
      ? ''
      : `
    nats: { url: "${demo.nats.url}", monitorUrl: "${demo.nats.monitorUrl}" }`;
  return `environments:
  demo:
    runtime: { kind: kubernetes, namespace: aetherius, agentNamespace: kube-system, kubeconfig: ${JSON.stringify(join(dir, 'kubeconfig.yaml'))} }
    services:
      agent-manager: { url: "${url('agent-manager')}" }
      orchestrator-service: { url: "${url('orchestrator-service')}" }
      reasoning-service: { url: "${url('reasoning-service')}" }
    postgres: { url: { env: DEMO_PG_URL }, databases: { agentManager: agent_manager, orchestrator: orchestrator } }
    redis: { url: { env: DEMO_REDIS_URL } }${nats}
    neo4j: { url: "bolt://127.0.0.1:${demo.bolt.port}", user: neo4j, password: { env: DEMO_NEO4J_PASSWORD } }
    thresholds: { idleInTransactionSeconds: 5, agentHeartbeatSeconds: 30, httpSlowMs: 1000 }
slack:
  defaultEnvironment: demo
  channels:
    ${places.ops}: { environment: demo, language: en, digest: { at: "09:00", timezone: Europe/Berlin } }
    ${places.incidents}: { environment: demo, language: zh-CN, digest: { at: "09:00", timezone: Asia/Shanghai } }
approvals:
  approvers:
    oncall: { users: [${people.requester}, ${people.approver}, ${people.chinese}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall] }
`;
}

function kubeconfig(url: string): string {
  return `apiVersion: v1
kind: Config
clusters: [{ name: demo, cluster: { server: "${url}" } }]
users: [{ name: demo, user: { token: demo } }]
contexts: [{ name: demo, context: { cluster: demo, user: demo } }]
current-context: demo
`;
}

const sendJson = (response: ServerResponse, code: number, body: unknown) =>
  void response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8') || '{}') as Record<string, unknown>;
}

/** `GET /demo/switches` and `POST /demo/switches/:id {on}` for the page. Switches are turned one after another. */
function switchRoutes(demo: () => DemoPlatform | undefined) {
  const on = new Set<string>();
  let last: Promise<unknown> = Promise.resolve();
  const list = () =>
    switches.map(({ id, title, hint, kind }) => ({
      id,
      title: `${title}${kind === 'simulated' ? ' (simulated)' : ''}`,
      hint,
      kind,
      on: on.has(id),
    }));
  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> => {
    if (!url.pathname.startsWith('/demo/switches')) return false;
    if (request.method !== 'POST') {
      sendJson(response, 200, list());
      return true;
    }
    const chosen = switches.find((entry) => entry.id === url.pathname.split('/').at(-1));
    const platform = demo();
    const wanted = (await bodyOf(request))['on'] === true;
    if (chosen === undefined || platform === undefined) {
      sendJson(response, 404, { error: 'no such switch' });
      return true;
    }
    const turn = last.then(() => (wanted ? chosen.on(platform) : chosen.off(platform)));
    last = turn.catch(() => undefined);
    try {
      await turn;
      if (wanted) on.add(chosen.id);
      else on.delete(chosen.id);
      sendJson(response, 200, list());
    } catch (error) {
      sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
    }
    return true;
  };
}

const started = performance.now();
const dir = mkdtempSync(join(tmpdir(), 'aetherius-playground-'));
// As root, PostgreSQL runs as a user without rights, who has to pass through this folder.
chmodSync(dir, 0o711);
mkdirSync(join(dir, 'own'), { recursive: true });
const stops: (() => Promise<unknown>)[] = [];
let ending = false;

async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  for (const stop of stops.reverse()) await stop().catch(() => undefined);
  rmSync(dir, { recursive: true, force: true });
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end(0));

try {
  let demo: DemoPlatform | undefined;
  const ownRedisUrl = process.env.REDIS_URL;
  const [own, redis, platform, page] = await Promise.all([
    startPostgres({ dir: join(dir, 'own', 'postgres'), databases: ['aetherius'] }),
    ownRedisUrl === undefined
      ? startRedis({ dir: join(dir, 'own', 'redis'), args: ['--maxmemory-policy', 'noeviction'] })
      : undefined,
    startDemoPlatform(join(dir, 'demo')),
    builtPage(),
  ]);
  demo = platform;
  stops.push(
    () => own.stop(),
    async () => redis?.stop(),
    () => platform.stop(),
  );
  const slack = await startSlackEmulator({
    port: Number(options.port),
    staticDir: page,
    extraRoutes: [switchRoutes(() => demo)],
  });
  stops.push(() => slack.stop());

  writeFileSync(join(dir, 'aetherius.yaml'), configuration(platform));
  writeFileSync(join(dir, 'kubeconfig.yaml'), kubeconfig(platform.kube.url));
  const statusPort = await freePort();
  const product = spawn(process.execPath, ['--import', 'tsx', join(root, 'src/main.ts')], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AETHERIUS_CONFIG: join(dir, 'aetherius.yaml'),
      DATABASE_URL: own.url('aetherius'),
      REDIS_URL: ownRedisUrl ?? redis?.url,
      SLACK_API_URL: slack.apiUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      AUDIT_KEY: 'playground-only-key-playground-only-key',
      STATUS_PORT: `${statusPort}`,
      LOG_LEVEL: process.env.LOG_LEVEL ?? 'warn',
      DEMO_PG_URL: platform.databaseUrl('agent_manager'),
      DEMO_REDIS_URL: platform.redisUrl,
      DEMO_NEO4J_PASSWORD: platform.neo4jPassword,
    },
  });
  stops.push(async () => {
    if (product.exitCode !== null) return;
    product.kill('SIGTERM');
    await new Promise((resolve) => product.once('exit', resolve));
  });
  product.once('exit', (code) => {
    if (ending) return;
    say(`The product ended with status ${code ?? 'unknown'}; see the lines above.`);
    void end(1);
  });
  await waitFor(async () => (await fetch(`http://127.0.0.1:${statusPort}/readyz`)).ok, {
    seconds: 30,
    what: 'the product to be ready',
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  say(`Ready in ${seconds} s: ${slack.webUrl}`);
  say(
    'Type /aetherius health there. PostgreSQL, Redis and NATS are real; the services, Neo4j and Kubernetes are simulated.',
  );
  if (platform.nats === undefined)
    say('NATS is left out: no nats-server was found and Debian packages cannot be fetched here.');
  say(`Metrics and health of the product: http://127.0.0.1:${statusPort}/metrics`);
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  await end(1);
}
