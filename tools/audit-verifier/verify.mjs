#!/usr/bin/env node
/**
 * Checks the bot's audit log without the bot: it shares no code with the product, so that an auditor need not trust it.
 * It needs Node and, to read a database, the package `pg`; a file of rows needs neither the database nor the package.
 *
 *   AUDIT_KEY=… node verify.mjs --database postgres://… --anchors anchors.jsonl --anchors-database postgres://…
 *   AUDIT_KEY=… node verify.mjs --rows audit.jsonl --anchors anchors.jsonl
 *
 * `--rows` is one JSON object a line, as `COPY (SELECT row_to_json(a) FROM audit_log a ORDER BY seq) TO STDOUT` writes
 * it; such a file has no head row, so the head is compared with nothing. `--anchors` is a file of JSON lines or a folder of
 * such files in the order of their names; `--place` names what stands before it (file, slack, s3). Exit code 0: intact;
 * 10 to 22: one for each verdict; 2: could not check; 64: usage.
 *
 * The format (docs/rules/approval.md, R-L2): hash = SHA-256("aetherius-audit-v1\n" + canonical row + "\n" + previous
 * hash), MAC = HMAC-SHA-256(key, hash); an anchor's MAC is over "aetherius-audit-v1-anchor", key id, seq, hash and time,
 * with line feeds between them.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

const codes = {
  intact: 0,
  'row-altered': 10,
  gap: 11,
  'link-broken': 12,
  'tail-cut': 13,
  'head-put-back': 14,
  'everything-deleted': 15,
  'older-state': 16,
  'row-behind-head': 17,
  'mac-invalid': 18,
  'key-unknown': 19,
  'anchor-missing': 20,
  'anchor-unreachable': 21,
  'anchor-mismatch': 22,
};

const domain = 'aetherius-audit-v1';
const genesis = '0'.repeat(64);
const page = 1000;

class Verdict extends Error {
  constructor(verdict, seq, sentence, more = {}) {
    super(sentence);
    this.verdict = verdict;
    this.seq = seq;
    this.more = more;
  }
}

/** JSON with sorted keys and no white space; numbers and texts as ECMAScript writes them (RFC 8785). */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object')
    return `{${Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
      .join(',')}}`;
  return JSON.stringify(value);
}

const given = (value) => (value === null ? undefined : value);

function hashOf(row, before) {
  const text = canonical({
    seq: row.seq,
    keyId: row.key_id,
    ts: new Date(row.ts).toISOString(),
    actor: row.actor,
    actorTeam: row.actor_team,
    action: row.action,
    remediationId: given(row.remediation_id),
    planHash: given(row.plan_hash),
    from: given(row.from_state),
    to: given(row.to_state),
    policyVersion: given(row.policy_version),
    reason: given(row.reason),
    requestIds: row.request_ids ?? [],
    payloadDigest: given(row.payload_digest),
    facts: row.facts ?? {},
  });
  return createHash('sha256').update(`${domain}\n${text}\n${before}`).digest('hex');
}

const macOf = (key, text) => createHmac('sha256', key).update(text).digest('hex');

function same(a, b) {
  const left = Buffer.from(String(a));
  const right = Buffer.from(String(b));
  return left.length === right.length && timingSafeEqual(left, right);
}

function keysOf(env) {
  if (!env.AUDIT_KEY) throw new TypeError('AUDIT_KEY is not set');
  const keys = new Map();
  for (const entry of (env.AUDIT_OLD_KEYS ?? '').split(',')) {
    const at = entry.indexOf('=');
    if (at > 0) keys.set(entry.slice(0, at).trim(), entry.slice(at + 1).trim());
  }
  return keys.set(env.AUDIT_KEY_ID ?? 'k1', env.AUDIT_KEY);
}

/** The log in a database: pages of rows, each with the head that was read after it. */
async function fromDatabase(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, application_name: 'audit-verifier' });
  await client.connect();
  const headRow = async () => {
    const { rows } = await client.query('SELECT seq, hash FROM audit_head');
    return rows[0] === undefined ? undefined : { seq: Number(rows[0].seq), hash: rows[0].hash };
  };
  return {
    async *pages() {
      for (let at = 0; ; ) {
        const text = 'SELECT * FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2';
        const rows = (await client.query(text, [at, page])).rows.map((row) => ({ ...row, seq: Number(row.seq) }));
        if (rows.length === 0) return;
        yield { rows, head: await headRow() };
        at = rows.at(-1).seq;
      }
    },
    async head() {
      return { known: true, row: await headRow() };
    },
    async noted() {
      const { rows } = await client.query(
        'SELECT seq, hash, mac, key_id AS "keyId", place, at FROM audit_anchors ORDER BY at, seq',
      );
      return rows.map((row) => ({ ...row, seq: Number(row.seq), at: new Date(row.at) }));
    },
    close: () => client.end(),
  };
}

/** The log in a file of JSON lines. */
function fromFile(path) {
  return {
    async *pages() {
      const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
      for await (const line of lines)
        if (line.trim() !== '') yield { rows: [JSON.parse(line)], head: undefined, headUnknown: true };
    },
    head: async () => ({ known: false }),
    noted: async () => [],
    close: async () => undefined,
  };
}

function anchorIn(line, place) {
  try {
    const { aetherius, seq, hash, keyId, mac, at } = JSON.parse(line);
    if (aetherius !== 'audit-anchor' || !Number.isInteger(seq)) return [];
    return [{ seq, hash, keyId, mac, at: new Date(at), place }];
  } catch {
    return [];
  }
}

async function anchorsInFile(path, place) {
  const files = statSync(path).isDirectory()
    ? readdirSync(path)
        .sort()
        .map((name) => join(path, name))
    : [path];
  const found = [];
  for (const file of files)
    for await (const line of createInterface({ input: createReadStream(file) })) found.push(...anchorIn(line, place));
  return found;
}

async function anchorsInDatabase(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, application_name: 'audit-verifier' });
  await client.connect();
  try {
    const { rows } = await client.query(
      'SELECT seq, hash, mac, key_id AS "keyId", at FROM aetherius_anchors ORDER BY id',
    );
    return rows.map((row) => ({ ...row, seq: Number(row.seq), at: new Date(row.at), place: 'postgres' }));
  } finally {
    await client.end();
  }
}

/** The walk over the rows: each must fit onto the one before it. */
async function walk(log, keys, wanted) {
  let at = { seq: 0, hash: genesis };
  const hashes = new Map();
  const confirmations = [];
  let emptied = false;
  for await (const { rows, head, headUnknown } of log.pages())
    for (const row of rows) {
      try {
        at = fits(at, row, keys);
      } catch (fault) {
        if (headUnknown || head === undefined || row.seq <= head.seq) throw fault;
        throw new Verdict('row-behind-head', row.seq, `row ${row.seq} stands behind the head, row ${head.seq}`, {
          last: head.seq,
        });
      }
      if (wanted.has(at.seq)) hashes.set(at.seq, at.hash);
      if (row.action === 'audit.confirmed') confirmations.push(row);
      if (at.seq === 1) emptied = row.action === 'audit.held' && row.facts?.seq === 0;
    }
  return { at, hashes, confirmations, emptied };
}

function fits(at, row, keys) {
  if (row.seq !== at.seq + 1) throw new Verdict('gap', row.seq, `row ${at.seq + 1} is missing`);
  if (row.prev_hash !== at.hash)
    throw new Verdict('link-broken', row.seq, `row ${row.seq} does not continue row ${at.seq}`);
  const hash = hashOf(row, at.hash);
  if (hash !== row.hash)
    throw new Verdict('row-altered', row.seq, `the columns of row ${row.seq} do not give its hash`);
  const key = keys.get(row.key_id);
  if (key === undefined) throw new Verdict('key-unknown', row.seq, `row ${row.seq} is signed with ${row.key_id}`);
  if (!same(macOf(key, hash), row.mac))
    throw new Verdict('mac-invalid', row.seq, `row ${row.seq} was not signed with ${row.key_id}`);
  return { seq: row.seq, hash };
}

function signed(anchor, keys) {
  const key = keys.get(anchor.keyId);
  if (key === undefined) return 'key-unknown';
  const text = `${domain}-anchor\n${anchor.keyId}\n${anchor.seq}\n${anchor.hash}\n${anchor.at.toISOString()}`;
  return same(macOf(key, text), anchor.mac) ? undefined : 'mac-invalid';
}

/** Anchors after the last one that a person's confirmation names. */
function open(anchors, place, confirmations) {
  const named = new Set(confirmations.map(({ facts }) => facts?.[place]));
  const last = anchors.findLastIndex(({ seq, hash }) => named.has(`${seq} ${hash.slice(0, 12)}`));
  return anchors.slice(last + 1);
}

const newest = (anchors) => anchors.reduce((most, { seq }) => Math.max(most, seq), 0);

function judgeEnd({ at, emptied, confirmations }, head, outside, own) {
  const fault = (verdict, seq, sentence) => {
    throw new Verdict(verdict, seq, sentence, { last: at.seq });
  };
  const known = Math.max(newest(outside), newest(own));
  if (at.seq === 0 && (Math.max(known, head.row?.seq ?? 0) > 0 || (head.known && head.row === undefined)))
    fault('everything-deleted', Math.max(known, head.row?.seq ?? 0), 'the log has no row');
  if (emptied && confirmations.length === 0)
    fault('everything-deleted', known, 'the log had no row when the bot looked');
  if (!head.known) return;
  if (head.row === undefined) fault('head-put-back', at.seq, 'the head is not there');
  if (at.seq < head.row.seq)
    fault('tail-cut', head.row.seq, `the log ends at row ${at.seq}, and its head is row ${head.row.seq}`);
  if (at.seq > head.row.seq || at.hash !== head.row.hash)
    fault('head-put-back', head.row.seq, `the head is row ${head.row.seq}, the last row is ${at.seq}`);
  if (newest(own) > at.seq)
    fault('head-put-back', newest(own), `the log ends at row ${at.seq}, and row ${newest(own)} was written down`);
}

function judgeAnchors(anchors, { at, hashes }, keys) {
  for (const anchor of anchors) {
    const wrong = signed(anchor, keys);
    if (wrong !== undefined)
      throw new Verdict(wrong, anchor.seq, `the anchor of row ${anchor.seq} in ${anchor.place} is not signed by us`, {
        place: anchor.place,
      });
  }
  const beyond = anchors.findLast(({ seq }) => seq > at.seq);
  if (beyond !== undefined)
    throw new Verdict('older-state', beyond.seq, `${beyond.place} remembers row ${beyond.seq}, the last is ${at.seq}`, {
      last: at.seq,
      place: beyond.place,
    });
  const other = anchors.find(({ seq, hash }) => hashes.get(seq) !== hash);
  if (other !== undefined)
    throw new Verdict('anchor-mismatch', other.seq, `${other.place} remembers another row ${other.seq}`, {
      place: other.place,
    });
}

async function verify(options, env) {
  const keys = keysOf(env);
  const log = options.rows === undefined ? await fromDatabase(options.database) : fromFile(options.rows);
  try {
    const recorded = await log.noted();
    const places = new Map();
    for (const path of options.anchors ?? [])
      places.set(options.place, await anchorsInFile(path, options.place).catch(() => undefined));
    if (options['anchors-database'] !== undefined)
      places.set('postgres', await anchorsInDatabase(options['anchors-database']).catch(() => undefined));
    const wanted = new Set([...recorded, ...[...places.values()].flatMap((all) => all ?? [])].map(({ seq }) => seq));
    const walked = await walk(log, keys, wanted);
    const { confirmations, at } = walked;
    const answeredAt = confirmations.length === 0 ? 0 : new Date(confirmations.at(-1).ts).getTime();
    const noted = recorded.filter((anchor) => anchor.at.getTime() > answeredAt);
    const own = noted.filter((anchor) => signed(anchor, keys) === undefined);
    const outside = [...places].flatMap(([place, all]) => open(all ?? [], place, confirmations));
    judgeEnd(walked, await log.head(), outside, own);
    judgeAnchors(noted, walked, keys);
    for (const [place, all] of places) {
      if (all === undefined)
        throw new Verdict('anchor-unreachable', at.seq, `${place} cannot be read`, { last: at.seq, place });
      judgeAnchors(open(all, place, confirmations), walked, keys);
      const gone = own.find(
        (mine) => mine.place === place && !all.some(({ seq, hash }) => seq === mine.seq && hash === mine.hash),
      );
      if (gone !== undefined)
        throw new Verdict('anchor-missing', gone.seq, `row ${gone.seq} is not in ${place} any more`, { place });
    }
    const sentence = `${at.seq} rows, head ${at.hash.slice(0, 12)}, ${places.size} places of anchors`;
    return { verdict: 'intact', rows: at.seq, head: at.hash, sentence };
  } catch (fault) {
    if (!(fault instanceof Verdict)) throw fault;
    return { verdict: fault.verdict, seq: fault.seq, ...fault.more, sentence: fault.message };
  } finally {
    await log.close();
  }
}

async function main() {
  let options;
  try {
    const text = { type: 'string' };
    const { values } = parseArgs({
      options: {
        ...{ database: text, rows: text, 'anchors-database': text },
        anchors: { type: 'string', multiple: true },
        place: { type: 'string', default: 'file' },
        json: { type: 'boolean', default: false },
      },
    });
    options = values;
    if ((options.database === undefined) === (options.rows === undefined))
      throw new TypeError('give either --database or --rows');
    keysOf(process.env);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return 64;
  }
  try {
    const { sentence, ...result } = await verify(options, process.env);
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${result.verdict}: ${sentence}\n`);
    return codes[result.verdict];
  } catch (error) {
    process.stderr.write(`could not check: ${error.message}\n`);
    return 2;
  }
}

process.exitCode = await main();
