#!/usr/bin/env node
/**
 * Checks the bot's audit log without the bot: it shares no code with the product, so that an auditor need not trust it.
 * It needs Node and, to read a database, the package `pg`; a file of rows needs neither the database nor the package.
 *
 *   AUDIT_KEY=… node verify.mjs --database postgres://… --anchors anchors.jsonl --anchors-database postgres://…
 *   AUDIT_KEY=… node verify.mjs --rows audit.jsonl --anchors anchors.jsonl
 *   AUDIT_KEY=… node verify.mjs --export audit.csv --anchors anchors.jsonl
 *
 * `--export` is a file that `aetherius audit export` has written, JSON lines or CSV, with its manifest beside it (or
 * `--manifest`).
 * `--rows` is one JSON object a line, as `COPY (SELECT row_to_json(a) FROM audit_log a ORDER BY seq) TO STDOUT` writes
 * it; such a file has no head row, so the head is compared with nothing. `--anchors` is a file of JSON lines or a folder of
 * such files in the order of their names; `--place` names what stands before it (file, slack, s3): the days of a Slack
 * export, or the objects of a store. `--trust` is a JSON file of the public keys under `signing`; with it each signature is
 * checked, and AUDIT_KEY, with which rows can be made up, may be left out: then no MAC is checked. Where signing began stands in the database alone, so in a file of rows each must be signed. Exit code 0: intact;
 * 10 to 30: one for each verdict; 2: could not check; 64: usage. It goes on after each fault and tells all of them; the
 * verdict, and with it the exit code, is that of the worst.
 *
 * The format (docs/rules/approval.md, R-L2): hash = SHA-256("aetherius-audit-v1\n" + canonical row + "\n" + previous
 * hash), MAC = HMAC-SHA-256(key, hash); an anchor's MAC is over "aetherius-audit-v1-anchor", key id, seq, hash and time,
 * with line feeds between them. What a person typed stands beside the log, in `audit_texts` or the column `texts` of an
 * export; the row has "text:" + HMAC-SHA-256(HMAC-SHA-256(key, "aetherius-audit-v1-text"), salt + "\n" + text) in its
 * place (R-L7). `--rows` has no texts, and they are not checked there. A manifest's MAC is over "aetherius-audit-v1-export\n" and its canonical JSON without `mac`,
 * `signedBy` and `signature`.
 */
import { createHash, createHmac, createPublicKey, timingSafeEqual, verify as verifySignature } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
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
  'signature-missing': 23,
  'signature-invalid': 24,
  'signer-unknown': 25,
  'signer-wrong': 26,
  'export-altered': 27,
  'manifest-forged': 28,
  'text-altered': 29,
  'text-missing': 30,
};

const domain = 'aetherius-audit-v1';
const genesis = '0'.repeat(64);
const page = 1000;

const kinds = ['bot', 'worker', 'scheduler'];
/** Actions of decisions, and of what a worker does (docs/rules/approval.md, R-L8). */
const decisions =
  /^(remediation\.(requested|approval|approved|rejected|cancelled|stop|refused|moved-place|break-glass|follow-up-closed)|delivery\.forged|signing\.began|(kill-switch|token|channel|slack)\..*|mute\.(set|lifted|refused))$/;
const execution =
  /^(remediation\.(superseded|stale|executing|verifying|succeeded|failed|rolling_back|rolled_back|rollback_failed|indeterminate|claim-held|taken-over)|step\.(intent|outcome)|mute\.ended)$/;
/** What a person's word ends that is under way. */
const byPerson =
  /^remediation\.(verifying indeterminate|failed (indeterminate|executing|verifying)|rollback_failed rolling_back)$/;

class Verdict extends Error {
  constructor(verdict, seq, sentence, more = {}) {
    super(sentence);
    this.verdict = verdict;
    this.seq = seq;
    this.more = more;
  }
}

/** The worst first: what is gone, what was changed, what nobody of ours has written, and what cannot be told. */
const byWeight = [
  ...['everything-deleted', 'tail-cut', 'gap', 'link-broken', 'row-altered', 'head-put-back', 'row-behind-head'],
  ...['mac-invalid', 'signature-invalid', 'signer-wrong', 'signer-unknown', 'signature-missing', 'key-unknown'],
  ...['older-state', 'anchor-mismatch', 'anchor-missing', 'manifest-forged', 'text-missing', 'text-altered'],
  ...['export-altered', 'anchor-unreachable'],
];

/** So many are told one by one; the rest is counted. */
const mostTold = 1000;

/** Everything that is wrong, in the order in which it was found. */
class Faults {
  told = [];
  more = 0;
  known = new Set();

  add(fault) {
    if (this.worst === undefined || byWeight.indexOf(fault.verdict) < byWeight.indexOf(this.worst.verdict))
      this.worst = fault;
    const name = `${fault.verdict} ${fault.seq} ${fault.more.place ?? ''}`;
    if (this.known.has(name)) return;
    if (this.told.length === mostTold) this.more += 1;
    else {
      this.known.add(name);
      this.told.push(fault);
    }
  }

  /** Whether the check found nothing. */
  passes(check) {
    try {
      check();
      return true;
    } catch (fault) {
      if (!(fault instanceof Verdict)) throw fault;
      this.add(fault);
      return false;
    }
  }

  /** The worst, with all of them; undefined: nothing is wrong. */
  answer() {
    if (this.worst === undefined) return undefined;
    const plain = ({ verdict, seq, more, message }) => ({ verdict, seq, ...more, sentence: message });
    return {
      ...plain(this.worst),
      faults: this.told.map(plain),
      ...(this.more === 0 ? {} : { more: this.more }),
    };
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

/** Fields of a row that a person has typed; a row of before texts were set aside has them in itself. */
const typed = ({ action, reason, facts }) => [
  ['reason', reason],
  ...(action === 'token.issued' ? [['facts.name', facts?.name]] : []),
];

/** The texts beside a row are those that it names; `through`: up to which row texts were removed. One fault a row. */
function textsFit(row, texts, keys, through) {
  const named = new Map(typed(row).filter(([, value]) => /^text:[0-9a-f]{64}$/.test(value ?? '')));
  const secret = keys?.get(row.key_id);
  const key = secret && createHmac('sha256', secret).update(`${domain}-text`).digest();
  for (const { field, salt, text } of texts)
    if (!named.has(field) || (key && !same(`text:${macOf(key, `${salt}\n${text}`)}`, named.get(field))))
      throw new Verdict('text-altered', row.seq, `what stands beside row ${row.seq} as ${field} is not what it names`);
  for (const field of named.keys())
    if (!texts.some((text) => text.field === field) && row.seq > through)
      throw new Verdict('text-missing', row.seq, `the text of row ${row.seq} (${field}) is gone, and no row says so`);
}

const throughOf = (facts) => (Number.isSafeInteger(facts?.through) ? facts.through : 0);

/** Whether a row by itself is one that we have signed. */
function isOurs(row, keys) {
  const hash = hashOf(row, row.prev_hash);
  if (hash !== row.hash) return false;
  const key = keys?.get(row.key_id);
  return keys === undefined || (key !== undefined && same(macOf(key, hash), row.mac));
}

function writersOf({ action, from_state: from }) {
  if (/^audit\.(confirmed|export)/.test(action)) return ['bot'];
  if (action.startsWith('audit.texts')) return ['scheduler'];
  if (action.startsWith('audit.') || action === 'remediation.expired') return kinds;
  if (action === 'remediation.proposed' || action === 'decision.forged') return ['bot', 'worker'];
  if (decisions.test(action)) return ['bot'];
  if (byPerson.test(`${action} ${from}`)) return ['bot', 'worker'];
  return execution.test(action) ? ['worker'] : [];
}

/** Public keys of `signing`: { bot: ['aetherius-verify-…'], worker: […], scheduler: […] }, raw Ed25519 (RFC 8032). */
function trusted(path) {
  const given = JSON.parse(readFileSync(path, 'utf8'));
  const found = kinds.flatMap((kind) =>
    (given[kind] ?? []).map((text) => {
      const raw = Buffer.from(/^aetherius-verify-([\w-]{43})$/.exec(text)?.[1] ?? '', 'base64url');
      if (raw.length !== 32) throw new TypeError(`${path}: a key of ${kind} is no public key`);
      const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
      const id = createHash('sha256').update(raw).digest('hex').slice(0, 16);
      return { kind, id, key: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
    }),
  );
  if (found.length === 0) throw new TypeError(`${path}: no public key`);
  return found;
}

const verified = ({ key }, text, signature) =>
  verifySignature(null, Buffer.from(text), key, Buffer.from(signature ?? '', 'base64url'));

/** Every row after the start of the signatures was signed by a kind of process that may write it. */
function signatureFits(row, trust, start) {
  if (start !== undefined && row.seq <= start.seq) return;
  const fault = (verdict, sentence) => {
    throw new Verdict(verdict, row.seq, sentence);
  };
  const { signature, signed_by: by } = row;
  if (!signature || !by) fault('signature-missing', `no process has signed row ${row.seq}`);
  const known = trust.filter(({ id }) => id === by);
  if (known.length === 0) fault('signer-unknown', `row ${row.seq} is signed with key ${by}, which is not listed`);
  if (!known.some((one) => verified(one, `${domain}-signature\n${by}\n${row.hash}`, signature)))
    fault('signature-invalid', `row ${row.seq} was not signed with key ${by}`);
  if (!known.some(({ kind }) => writersOf(row).includes(kind)))
    fault('signer-wrong', `row ${row.seq} (${row.action}) was signed by ${known.map(({ kind }) => kind).join(', ')}`);
}

/** The bot has signed up to which row none is needed. */
function startFits(at, trust, start) {
  if (start === undefined || at.seq !== start.seq) return;
  const text = `${domain}-signing-began\n${start.seq}\n${start.hash}`;
  const bots = trust.filter(({ kind, id }) => kind === 'bot' && id === start.signedBy);
  if (start.hash === at.hash && bots.some((one) => verified(one, text, start.signature))) return;
  throw new Verdict('signature-invalid', at.seq, `no bot has signed that rows up to ${at.seq} need no signature`);
}

/** Undefined: whoever has the public keys needs no key with which rows can be made up; no MAC is checked then. */
function keysOf(env, trust) {
  if (!env.AUDIT_KEY && trust !== undefined) return undefined;
  if (!env.AUDIT_KEY) throw new TypeError('AUDIT_KEY is not set');
  const keys = new Map();
  for (const entry of (env.AUDIT_OLD_KEYS ?? '').split(',')) {
    const at = entry.indexOf('=');
    if (at > 0) keys.set(entry.slice(0, at).trim(), entry.slice(at + 1).trim());
  }
  return keys.set(env.AUDIT_KEY_ID ?? 'k1', env.AUDIT_KEY);
}

/** The log in a database: pages of rows, each with the head that was read after it. */
async function fromDatabase(url, keys) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, application_name: 'audit-verifier' });
  await client.connect();
  const headRow = async () => {
    const { rows } = await client.query('SELECT seq, hash FROM audit_head');
    return rows[0] === undefined ? undefined : { seq: Number(rows[0].seq), hash: rows[0].hash };
  };
  // A log of before texts were set aside has no such table.
  const { rows: found } = await client.query("SELECT to_regclass('audit_texts') AS name");
  const textsOf = async (rows) => {
    if (found[0].name === null) return [];
    const text = 'SELECT seq, field, salt, text FROM audit_texts WHERE seq BETWEEN $1 AND $2';
    const beside = await client.query(text, [rows[0].seq, rows.at(-1).seq]);
    return beside.rows.map((row) => ({ ...row, seq: Number(row.seq) }));
  };
  // A row of somebody who has no key says nothing of texts that are gone.
  const through = async () => {
    const text = "SELECT * FROM audit_log WHERE action = 'audit.texts-removed' ORDER BY seq DESC LIMIT 100";
    const { rows } = await client.query(text);
    return throughOf(rows.map((row) => ({ ...row, seq: Number(row.seq) })).find((row) => isOurs(row, keys))?.facts);
  };
  return {
    async *pages() {
      for (let at = 0; ; ) {
        const text = 'SELECT * FROM audit_log WHERE seq > $1 ORDER BY seq LIMIT $2';
        const rows = (await client.query(text, [at, page])).rows.map((row) => ({ ...row, seq: Number(row.seq) }));
        if (rows.length === 0) return;
        const texts = grouped(await textsOf(rows));
        // After the texts: that they are removed is said before they go.
        yield { rows, texts, through: await through(), head: await headRow() };
        at = rows.at(-1).seq;
      }
    },
    async head() {
      return { known: true, row: await headRow() };
    },
    async noted() {
      const { rows } = await client.query(
        'SELECT seq, hash, mac, key_id AS "keyId", place, at FROM audit_anchors ORDER BY at, seq, place',
      );
      return rows.map((row) => ({ ...row, seq: Number(row.seq), at: new Date(row.at) }));
    },
    async start() {
      const { rows } = await client.query('SELECT seq, hash, signed_by, signature FROM signing_start');
      return rows[0] && { ...rows[0], seq: Number(rows[0].seq), signedBy: rows[0].signed_by };
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
        if (line.trim() !== '') yield { rows: [JSON.parse(line)], head: undefined };
    },
    head: async () => ({ known: false }),
    noted: async () => [],
    start: async () => undefined,
    close: async () => undefined,
  };
}

/** The columns of an export, in the order in which a CSV has them. */
const columns = [
  ...['seq', 'prev_hash', 'hash', 'mac', 'key_id', 'ts', 'actor', 'actor_team', 'action', 'remediation_id'],
  ...['plan_hash', 'from_state', 'to_state', 'policy_version', 'reason', 'request_ids', 'payload_digest'],
  ...['facts', 'signature', 'signed_by', 'texts'],
];

/** The records of a CSV (RFC 4180): a cell is a text, or null where it is empty and has no quotes. */
async function* recordsIn(text) {
  let cells = [];
  let cell = '';
  let quoted = false;
  let state = 'plain';
  const close = () => {
    cells.push(quoted || cell !== '' ? cell : null);
    cell = '';
    quoted = false;
    state = 'plain';
  };
  for await (const part of text)
    for (const sign of part) {
      if (state === 'quoted' && sign !== '"') cell += sign;
      else if (state === 'quoted') state = 'quote';
      else if (sign === '"') {
        if (state === 'quote') cell += '"';
        quoted = true;
        state = 'quoted';
      } else if (sign === ',') close();
      else if (sign === '\n') {
        close();
        yield cells;
        cells = [];
      } else if (sign !== '\r') cell += sign;
    }
  if (cells.length > 0 || cell !== '' || quoted) {
    close();
    yield cells;
  }
}

/** Undefined for what is no row. */
function csvRow(cells, names) {
  if (cells.length !== names.length) return undefined;
  const row = {};
  for (const [index, name] of names.entries()) {
    // What a spreadsheet would take for a formula has an apostrophe before it.
    const text = cells[index]?.startsWith("'") ? cells[index].slice(1) : cells[index];
    row[name] = ['seq', 'request_ids', 'facts', 'texts'].includes(name) ? parsed(text) : text;
  }
  return row;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The rows of an export, with the digest of all that was read. */
function exported(path, format, digest) {
  const decoder = new TextDecoder();
  async function* text() {
    for await (const bytes of createReadStream(path)) {
      digest.update(bytes);
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder.decode();
  }
  async function* csv() {
    let names;
    for await (const cells of recordsIn(text())) {
      if (names !== undefined) yield csvRow(cells, names);
      else {
        // Files of before texts were set aside lack the last column.
        names = [columns, columns.slice(0, -1)].find((known) => known.join(',') === cells.join(','));
        if (names === undefined) yield undefined;
      }
    }
  }
  async function* lines() {
    let rest = '';
    for await (const part of text()) {
      const whole = (rest + part).split('\n');
      rest = whole.pop();
      for (const line of whole) yield parsed(line);
    }
    if (rest !== '') yield parsed(rest);
  }
  return format === 'csv' ? csv() : lines();
}

/** An export by itself: the manifest, each row, the file as a whole, and the anchors of the rows that it has. */
async function verifyExport(options, keys, trust) {
  const manifest = parsed(readFileSync(options.manifest ?? `${options.export}.manifest.json`, 'utf8'));
  if (manifest?.aetherius !== 'audit-export' || manifest.version !== 1)
    throw new Verdict('manifest-forged', 0, 'this is no manifest of an export');
  const { mac, signedBy: _signedBy, signature: _signature, ...sealed } = manifest;
  const { from, to, rows, head, sha256, keyId } = sealed;
  const key = keys?.get(keyId);
  if (keys !== undefined && key === undefined) throw new Verdict('key-unknown', to, `the manifest is signed with ${keyId}`);
  const text = `${domain}-export\n${canonical(sealed)}`;
  if (key !== undefined && !same(macOf(key, text), mac))
    throw new Verdict('manifest-forged', to, `the manifest was not signed with ${keyId}`);
  if (trust !== undefined) manifestFits(manifest, text, trust);
  const digest = createHash('sha256');
  const faults = new Faults();
  let at = { seq: from - 1, hash: from === 1 ? genesis : sealed.before };
  let count = 0;
  const anchors = sealed.seen.map((anchor) => ({ ...anchor, at: new Date(anchor.at) }));
  for (const path of options.anchors ?? []) anchors.push(...(await anchorsInFile(path, options.place, keys)));
  if (options['anchors-database'] !== undefined)
    anchors.push(...(await anchorsInDatabase(options['anchors-database'])));
  const named = grouped(anchors);
  for await (const row of exported(options.export, sealed.format, digest)) {
    if (row === undefined) {
      faults.add(new Verdict('export-altered', at.seq + 1, `after row ${at.seq} comes something that is no row`));
      continue;
    }
    const stood = step(at, row, keys);
    for (const fault of stood.found) faults.add(fault);
    at = stood.at;
    if (!stood.altered) {
      if (trust !== undefined)
        faults.passes(() => {
          signatureFits(row, trust, sealed.signing);
          startFits(at, trust, sealed.signing);
        });
      const texts = Object.entries(row.texts ?? {}).map(([field, text]) => ({ field, ...text }));
      faults.passes(() => textsFit(row, texts, keys, sealed.textsRemoved ?? 0));
    }
    count += 1;
    for (const anchor of named.get(at.seq) ?? []) {
      const wrong = signed(anchor, keys);
      const { place } = anchor;
      if (wrong !== undefined) faults.add(new Verdict(wrong, at.seq, `the anchor of row ${at.seq} is not signed by us`));
      else if (anchor.hash !== hashOf(row, row.prev_hash))
        faults.add(new Verdict('anchor-mismatch', at.seq, `${place} remembers another row ${at.seq}`, { place }));
    }
  }
  const beyond = sealed.seen.find(({ seq }) => seq > sealed.last);
  if (beyond !== undefined)
    faults.add(
      new Verdict('older-state', beyond.seq, `${beyond.place} remembered row ${beyond.seq} at that time`, {
        last: sealed.last,
        place: beyond.place,
      }),
    );
  if (at.seq !== to || at.hash !== head || count !== rows || digest.digest('hex') !== sha256)
    faults.add(new Verdict('export-altered', at.seq, 'the file is not the one that its manifest describes'));
  const sentence = `${rows} rows (${from} to ${to}), SHA-256 ${sha256}`;
  return faults.answer() ?? { verdict: 'intact', rows, from, to, head, sentence };
}

/** Only the bot exports, and it signs what it exports. */
function manifestFits({ signedBy, signature, to }, text, trust) {
  if (!signature || !signedBy) throw new Verdict('signature-missing', to, 'no bot has signed the manifest');
  const known = trust.filter(({ id }) => id === signedBy);
  if (known.length === 0)
    throw new Verdict('signer-unknown', to, `the manifest is signed with key ${signedBy}, which is not listed`);
  if (!known.some((one) => one.kind === 'bot' && verified(one, `${signedBy}\n${text}`, signature)))
    throw new Verdict('manifest-forged', to, `the manifest was not signed with key ${signedBy} of a bot`);
}

/** By row. */
function grouped(found) {
  const all = new Map();
  for (const one of found) all.set(one.seq, [...(all.get(one.seq) ?? []), one]);
  return all;
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

/** A day of a Slack export is a list of messages; what people wrote around an anchor does not count. */
function anchorsInMessages(text, place) {
  try {
    return JSON.parse(text).flatMap((message) =>
      (message.text?.match(/\{"aetherius":"audit-anchor"[^{}]*\}/g) ?? []).flatMap((line) => anchorIn(line, place)),
    );
  } catch {
    return [];
  }
}

async function anchorsInFile(path, place, keys) {
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .sort()
    : [path];
  const found = [];
  for (const file of files)
    if (place === 'slack') found.push(...anchorsInMessages(readFileSync(file, 'utf8'), place));
    else
      for await (const line of createInterface({ input: createReadStream(file) })) found.push(...anchorIn(line, place));
  if (place === 'file') return found;
  // Anybody may write into a channel: there an anchor counts if it is signed. Names of objects count down.
  return found
    .filter((anchor) => place !== 'slack' || signed(anchor, keys) !== 'mac-invalid')
    .sort((a, b) => a.at - b.at || a.seq - b.seq);
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

/** The walk over the rows: each must fit onto the one before it. It goes on after each fault. */
async function walk(log, { keys, wanted, trust, faults }) {
  const start = trust === undefined ? undefined : await log.start();
  let at = { seq: 0, hash: genesis };
  const hashes = new Map();
  const confirmations = [];
  let emptied = false;
  for await (const { rows, texts, through, head } of log.pages())
    for (const row of rows) {
      const stood = step(at, row, keys);
      if (stood.found.length > 0 && head !== undefined && row.seq > head.seq) {
        // It is no part of the log.
        const sentence = `row ${row.seq} stands behind the head, row ${head.seq}`;
        faults.add(new Verdict('row-behind-head', row.seq, sentence, { last: head.seq }));
        continue;
      }
      for (const fault of stood.found) faults.add(fault);
      at = stood.at;
      if (!stood.altered) {
        if (trust !== undefined)
          faults.passes(() => {
            signatureFits(row, trust, start);
            startFits(at, trust, start);
          });
        if (texts !== undefined) faults.passes(() => textsFit(row, texts.get(row.seq) ?? [], keys, through));
      }
      if (wanted.has(at.seq)) hashes.set(at.seq, hashOf(row, row.prev_hash));
      if (row.action === 'audit.confirmed' && stood.found.length === 0) confirmations.push(row);
      if (at.seq === 1) emptied = row.action === 'audit.held' && row.facts?.seq === 0;
    }
  return { at, hashes, confirmations, emptied };
}

/** Everything that is wrong with a row; after one that does not fit the walk goes on from what the row itself says. */
function step(before, row, keys) {
  const found = [];
  const fitting = (at) => {
    try {
      return fits(at, row, keys);
    } catch (fault) {
      if (!(fault instanceof Verdict)) throw fault;
      found.push(fault);
      return { seq: row.seq, hash: row.hash };
    }
  };
  const at = fitting(before);
  if (['gap', 'link-broken'].includes(found[0]?.verdict)) fitting({ seq: row.seq - 1, hash: row.prev_hash });
  return { at, found, altered: found.some(({ verdict }) => verdict === 'row-altered') };
}

function fits(at, row, keys) {
  if (row.seq !== at.seq + 1) throw new Verdict('gap', row.seq, `row ${at.seq + 1} is missing`);
  if (row.prev_hash !== at.hash)
    throw new Verdict('link-broken', row.seq, `row ${row.seq} does not continue row ${at.seq}`);
  const hash = hashOf(row, at.hash);
  if (hash !== row.hash)
    throw new Verdict('row-altered', row.seq, `the columns of row ${row.seq} do not give its hash`);
  if (keys === undefined) return { seq: row.seq, hash };
  const key = keys.get(row.key_id);
  if (key === undefined) throw new Verdict('key-unknown', row.seq, `row ${row.seq} is signed with ${row.key_id}`);
  if (!same(macOf(key, hash), row.mac))
    throw new Verdict('mac-invalid', row.seq, `row ${row.seq} was not signed with ${row.key_id}`);
  return { seq: row.seq, hash };
}

function signed(anchor, keys) {
  if (keys === undefined) return undefined;
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

/** Anchors that were not signed by us; the newest one that is beyond the end; and those that name another row. */
function judgeAnchors(anchors, { at, hashes }, keys, faults) {
  for (const anchor of anchors) {
    const wrong = signed(anchor, keys);
    const { seq, place } = anchor;
    if (wrong !== undefined)
      faults.add(new Verdict(wrong, seq, `the anchor of row ${seq} in ${place} is not signed by us`, { place }));
  }
  const ours = anchors.filter((anchor) => signed(anchor, keys) === undefined);
  const beyond = ours.findLast(({ seq }) => seq > at.seq);
  if (beyond !== undefined) {
    const { seq, place } = beyond;
    const sentence = `${place} remembers row ${seq}, the last is ${at.seq}`;
    faults.add(new Verdict('older-state', seq, sentence, { last: at.seq, place }));
  }
  for (const { seq, hash, place } of ours)
    if (seq <= at.seq && hashes.get(seq) !== hash)
      faults.add(new Verdict('anchor-mismatch', seq, `${place} remembers another row ${seq}`, { place }));
}

async function verify(options, env) {
  const trust = options.trust === undefined ? undefined : trusted(options.trust);
  const keys = keysOf(env, trust);
  if (options.export !== undefined) return verifyExport(options, keys, trust).catch(asAnswer);
  const log = options.rows === undefined ? await fromDatabase(options.database, keys) : fromFile(options.rows);
  try {
    const recorded = await log.noted();
    const places = new Map();
    for (const path of options.anchors ?? [])
      places.set(options.place, await anchorsInFile(path, options.place, keys).catch(() => undefined));
    if (options['anchors-database'] !== undefined)
      places.set('postgres', await anchorsInDatabase(options['anchors-database']).catch(() => undefined));
    const wanted = new Set([...recorded, ...[...places.values()].flatMap((all) => all ?? [])].map(({ seq }) => seq));
    const faults = new Faults();
    const walked = await walk(log, { keys, wanted, trust, faults });
    const { confirmations, at } = walked;
    const answeredAt = confirmations.length === 0 ? 0 : new Date(confirmations.at(-1).ts).getTime();
    const noted = recorded.filter((anchor) => anchor.at.getTime() > answeredAt);
    const own = noted.filter((anchor) => signed(anchor, keys) === undefined);
    const outside = [...places].flatMap(([place, all]) => open(all ?? [], place, confirmations));
    const head = await log.head();
    faults.passes(() => judgeEnd(walked, head, outside, own));
    judgeAnchors(noted, walked, keys, faults);
    for (const [place, all] of places) {
      if (all === undefined) {
        faults.add(new Verdict('anchor-unreachable', at.seq, `${place} cannot be read`, { last: at.seq, place }));
        continue;
      }
      judgeAnchors(open(all, place, confirmations), walked, keys, faults);
      for (const mine of own)
        if (mine.place === place && !all.some(({ seq, hash }) => seq === mine.seq && hash === mine.hash))
          faults.add(new Verdict('anchor-missing', mine.seq, `row ${mine.seq} is not in ${place} any more`, { place }));
    }
    const sentence = `${at.seq} rows, head ${at.hash.slice(0, 12)}, ${places.size} places of anchors`;
    return faults.answer() ?? { verdict: 'intact', rows: at.seq, head: at.hash, sentence };
  } catch (fault) {
    return asAnswer(fault);
  } finally {
    await log.close();
  }
}

/** Of what ends the check at once: without a manifest of ours nothing of the file can be told. */
function asAnswer(fault) {
  if (!(fault instanceof Verdict)) throw fault;
  const faults = new Faults();
  faults.add(fault);
  return faults.answer();
}

async function main() {
  let options;
  try {
    const text = { type: 'string' };
    const { values } = parseArgs({
      options: {
        ...{ database: text, rows: text, export: text, manifest: text, 'anchors-database': text },
        trust: text,
        anchors: { type: 'string', multiple: true },
        place: { type: 'string', default: 'file' },
        json: { type: 'boolean', default: false },
      },
    });
    options = values;
    if ([options.database, options.rows, options.export].filter((given) => given !== undefined).length !== 1)
      throw new TypeError('give one of --database, --rows and --export');
    keysOf(process.env, options.trust);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return 64;
  }
  try {
    const { sentence, ...result } = await verify(options, process.env);
    const lines = [`${result.verdict}: ${sentence}`];
    for (const fault of result.faults ?? [])
      if (fault.sentence !== sentence) lines.push(`  also ${fault.verdict}: ${fault.sentence}`);
    if (result.more !== undefined) lines.push(`  and ${result.more} more`);
    process.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`);
    return codes[result.verdict];
  } catch (error) {
    process.stderr.write(`could not check: ${error.message}\n`);
    return 2;
  }
}

process.exitCode = await main();
