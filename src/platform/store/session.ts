import { AppError } from '../../domain/kernel/errors.ts';

/** Settings of PostgreSQL by name, such as `{ role: 'aetherius_app', statement_timeout: 5000 }`. */
export type Settings = Readonly<Record<string, string | number>>;

/** Of the driver's connection, what making it ready takes. */
interface Connection {
  query(statement: { readonly text: string }): Promise<{ readonly rows: readonly unknown[] }>;
}

/** How long a server may be silent while a connection is made ready. */
const silentForMs = 2000;

/**
 * Whether something stands between us and the server that gives its connections to many: it makes up the number of the
 * process that a client is told, which is then not that of the process that answers.
 */
export async function isPooled(client: Connection): Promise<boolean> {
  const { rows } = await client.query(statement('SELECT pg_backend_pid() AS pid'));
  const [row] = rows as readonly { readonly pid: number }[];
  if (row === undefined) throw new AppError('BUG', 'a query without rows');
  return row.pid !== (client as { readonly processID?: number | null }).processID;
}

/** For the life of the connection, which a pooler must not be asked for: the next one to use it would inherit them. */
export async function setForSession(client: Connection, settings: Settings): Promise<void> {
  const text = statements('SET', settings);
  if (text !== '') await client.query(statement(text));
}

/** `BEGIN`, and the settings for as long as the transaction lasts: one message, wherever it ends up. */
export function beginWith(settings: Settings): string {
  return ['BEGIN', statements('SET LOCAL', settings)].filter((part) => part !== '').join('; ');
}

/** `query_timeout` is the driver's, though its types do not know it. */
const statement = (text: string) => ({ text, query_timeout: silentForMs });

function statements(verb: 'SET' | 'SET LOCAL', settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `${verb} ${name} = '${String(value).replaceAll("'", "''")}'`)
    .join('; ');
}
