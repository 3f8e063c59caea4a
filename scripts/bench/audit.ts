/** Checking a long record: time and memory of `aetherius audit verify` and of the auditor's program, by the number of rows. */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { startPostgres } from '../../lab/components/postgres.ts';
import { auditHash, auditMac, auditStart } from '../../src/domain/audit/audit.ts';
import { silentLogger } from '../../src/platform/process/logger.ts';
import { migrate } from '../../src/platform/store/migrate.ts';

export interface AuditFigure {
  readonly name: string;
  readonly rows: number;
  readonly seconds: number;
  readonly rowsPerSecond: number;
  /** The most that was ever resident. */
  readonly megabytes: number;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const key = { id: 'k1', secret: 'an audit key of a bench that is long enough' };
const sizes = [100_000, 1_000_000];
const batch = 5_000;

/** Starts a PostgreSQL of its own; run it after `npm run build`. */
export async function benchAudit(): Promise<Readonly<Record<string, AuditFigure>>> {
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-audit-'));
  // PostgreSQL runs as another user when we are root.
  chmodSync(dir, 0o755);
  const postgres = await startPostgres({ dir: join(dir, 'postgres'), databases: ['bench'] });
  const figures: Record<string, AuditFigure> = {};
  try {
    const url = postgres.url('bench');
    await migrate({ database: { url }, logger: silentLogger });
    const config = join(dir, 'aetherius.yaml');
    writeFileSync(config, 'environments: { prod: { runtime: { kind: none } } }\n');
    const client = new Client({ connectionString: url });
    await client.connect();
    let last: Last = auditStart;
    for (const rows of sizes) {
      last = await fill(client, last, rows);
      const product = ['dist/cli/main.js', '--config', config, 'audit', 'verify'];
      const auditor = ['tools/audit-verifier/verify.mjs', '--database', url];
      for (const [name, args] of [
        ['aetherius audit verify', product],
        ['verify.mjs', auditor],
      ] as const)
        figures[`${name} ${rows}`] = { name, rows, ...(await measured(args, url, rows)) };
    }
    await client.end();
  } finally {
    await postgres.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  return figures;
}

interface Last {
  readonly seq: number;
  readonly hash: string;
}

/** Rows of decisions as the bot writes them, past the triggers because there are so many. */
async function fill(client: Client, from: Last, to: number): Promise<Last> {
  await client.query('SET session_replication_role = replica');
  let { seq, hash } = from;
  while (seq < to) {
    const columns: [number[], string[], string[], string[]] = [[], [], [], []];
    const [seqs, before, hashes, macs] = columns;
    for (let index = 0; index < batch && seq < to; index += 1) {
      seq += 1;
      before.push(hash);
      hash = auditHash(
        {
          ...{ seq, keyId: key.id, ts: timeOf(seq), actor: 'T0HOME:UONCALL', actorTeam: 'T0HOME' },
          ...{ action: 'remediation.approved', from: 'requested', to: 'approved', policyVersion: 'v1' },
          ...{ reason: 'Redis refuses writes', requestIds: [`request-${seq}`], facts: { tier: 2 } },
        },
        hash,
      );
      seqs.push(seq);
      hashes.push(hash);
      macs.push(auditMac(key.secret, hash));
    }
    await client.query(
      `INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, from_state, to_state,
         policy_version, reason, request_ids, facts)
       SELECT seq, prev_hash, hash, mac, $5, timestamptz 'epoch' + seq * interval '1 second', 'T0HOME:UONCALL', 'T0HOME',
         'remediation.approved', 'requested', 'approved', 'v1', 'Redis refuses writes',
         jsonb_build_array('request-' || seq), '{"tier": 2}'
       FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS given (seq, prev_hash, hash, mac)`,
      [...columns, key.id],
    );
  }
  await client.query('UPDATE audit_head SET seq = $1, hash = $2', [seq, hash]);
  return { seq, hash };
}

const timeOf = (seq: number): Date => new Date(seq * 1_000);

async function measured(args: readonly string[], url: string, rows: number) {
  const began = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, DATABASE_URL: url, AUDIT_KEY: key.secret },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  let megabytes = 0;
  const watch = setInterval(() => {
    megabytes = Math.max(megabytes, peakOf(child.pid));
  }, 100);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearInterval(watch);
  if (code !== 0 || !said.includes(String(rows)))
    throw new Error(`${args[0]} ended with ${String(code)}: ${said}`);
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, rowsPerSecond: rows / seconds, megabytes };
}

/** The kernel's own high-water mark, in megabytes. */
function peakOf(pid: number | undefined): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}
