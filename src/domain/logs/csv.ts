import { type LogLevel, levelNamed } from './level.ts';
import { stampAt } from './stamp.ts';

/** Columns of PostgreSQL's csvlog (manual, 20.8.4), as far as they say something here. */
const column = { severity: 11, state: 12, message: 13 } as const;
/** Time, user, database, process, client, session, number of the line: what begins an entry and no query does. */
const head =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})? [^\s,]{1,16},(?:"(?:[^"]|"")*"|),(?:"(?:[^"]|"")*"|),\d*,(?:"[^"]*"|),[\da-f.]*,\d*,/;

export const isCsvHead = (raw: string): boolean => head.test(raw);

/** What a row of csvlog says; `csv`: a quotation mark that it leaves open goes on in the next line. */
export interface CsvRow {
  readonly time: number;
  readonly zoneless: boolean;
  readonly level: LogLevel;
  readonly text: string;
  readonly headed: true;
  readonly csv: true;
}

/** A line of csvlog; its last column may go on in the next line. */
export function fromCsv(raw: string): CsvRow | undefined {
  if (raw.charCodeAt(4) !== 45 || !isCsvHead(raw)) return undefined;
  const stamp = stampAt(raw);
  const { severity, state, message } = column;
  const fields = fieldsOf(raw, message + 1);
  const name = fields[severity] ?? '';
  const text = (fields[message] ?? '').trim();
  const code = fields[state] ?? '';
  const level = levelOf(name);
  if (stamp === undefined || level === undefined) return undefined;
  const said = /^\w{5}$/.test(code) && code !== '00000' ? `${text} (SQLSTATE ${code})` : text;
  return {
    ...{ time: stamp.time, zoneless: stamp.zoneless, level, headed: true, csv: true },
    text: said === '' ? raw : said,
  };
}

/** PostgreSQL's FATAL ends one session, its PANIC the server. */
const levelOf = (name: string): LogLevel | undefined => (name === 'FATAL' ? 'error' : levelNamed(name));

function fieldsOf(raw: string, most: number): readonly string[] {
  const fields: string[] = [];
  for (let at = 0; at <= raw.length && fields.length < most; ) {
    if (raw.charAt(at) !== '"') {
      const comma = raw.indexOf(',', at);
      const end = comma < 0 ? raw.length : comma;
      fields.push(raw.slice(at, end));
      at = end + 1;
      continue;
    }
    let end = at + 1;
    for (; end < raw.length; end += 1) {
      if (raw.charAt(end) !== '"') continue;
      if (raw.charAt(end + 1) !== '"') break;
      end += 1;
    }
    fields.push(raw.slice(at + 1, end).replaceAll('""', '"'));
    at = end + 2;
  }
  return fields;
}

/** Whether a quotation mark that was opened (`open`) or not is open behind this line. */
export function isQuoteOpen(raw: string, open: boolean): boolean {
  let marks = open ? 1 : 0;
  for (let at = raw.indexOf('"'); at >= 0; at = raw.indexOf('"', at + 1)) marks += 1;
  return marks % 2 === 1;
}
