/** What the referee reads the same way on every runtime. */

import { parse } from 'yaml';
import { get, sql } from './clients.ts';
import type { Seen } from './seen.ts';

/** Metric names in the rules' expressions: what is neither a word of the language nor a label. */
export function metricsOf(expression: string): readonly string[] {
  const bare = expression.replace(/\{[^}]*\}/g, '').replace(/\[[^\]]*\]/g, '');
  return [...bare.matchAll(/[a-z_:][a-z0-9_:]*(?!\w*\()/gi)]
    .map((match) => match[0])
    .filter((name) => name.includes('_') && !/^histogram_quantile$/.test(name));
}

/** Metrics that the rules of these files speak of. */
export function ruleMetricsIn(files: readonly string[]): readonly string[] {
  const groups = files.flatMap(
    (text) => (parse(text) as { groups: readonly { rules: readonly { expr: string }[] }[] }).groups,
  );
  return [...new Set(groups.flatMap((group) => group.rules.flatMap((rule) => metricsOf(rule.expr))))];
}

/** Names of the metrics on a page. */
export const exportedIn = (page: string): readonly string[] =>
  [...page.matchAll(/^([a-z_:][a-z0-9_:]*)/gim)].map((match) => match[1] ?? '');

/** Rows of `agents`; 0 when there is no such table. */
export async function agentsIn(url: string): Promise<number> {
  const rows = await sql(url, 'SELECT count(*) AS n FROM agents').catch(() => []);
  return Number(rows[0]?.n ?? 0);
}

/** Databases with their tables and columns; `own` is the database of agent-manager. */
export async function databasesOf(
  url: (name: string) => string,
  own: string,
): Promise<NonNullable<Seen['postgres']>> {
  const databases = (
    await sql(url('postgres'), 'SELECT datname FROM pg_database WHERE NOT datistemplate')
  ).map((row) => String(row.datname));
  const columns: Record<string, string[]> = {};
  for (const name of databases) {
    const rows = await sql(
      url(name),
      `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'`,
    );
    for (const row of rows) {
      const key = `${name}.${String(row.table_name)}`;
      columns[key] = [...(columns[key] ?? []), String(row.column_name)];
    }
  }
  return { databases, columns, agents: await agentsIn(url(own)) };
}

/** Who is connected to one NATS server with which subscriptions, and how many routes it has. */
export async function natsServer(monitor: string) {
  const [connz, varz] = await Promise.all([get(`${monitor}/connz?subs=1`), get(`${monitor}/varz`)]);
  if (connz === undefined || varz === undefined) throw new Error('the monitor of NATS does not answer');
  const { connections } = JSON.parse(connz.body) as {
    connections: readonly { name?: string; subscriptions_list?: readonly string[] }[];
  };
  const subscriptions = connections
    .filter((one) => one.name !== 'referee')
    .flatMap((one) => (one.subscriptions_list ?? []).map((subject) => ({ client: one.name ?? '', subject })));
  return { subscriptions, routes: (JSON.parse(varz.body) as { routes: number }).routes };
}
