import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorMessage } from '../../../src/bot/views/anchor.view.ts';
import { anchorMac, auditHash, auditMac } from '../../../src/domain/audit/audit.ts';
import { type AuditAnchor, anchorText } from '../../../src/domain/audit/audit-anchor.ts';
import type { AuditRow } from '../../../src/domain/audit/rows.ts';
import { writersOf } from '../../../src/domain/audit/signature.ts';
import { wordsIn } from '../../../src/text/words.ts';

const path = 'tools/audit-verifier/verify.mjs';
const secret = 'an audit key of the tests that is long enough';

/** Its own table of who may write what, run apart from the rest. */
async function auditorsWriters(): Promise<typeof writersOf> {
  const source = readFileSync(path, 'utf8');
  const table = source.slice(source.indexOf('const kinds ='), source.indexOf('class Verdict'));
  const from = source.indexOf('function writersOf');
  const code = `${table}${source.slice(from, source.indexOf('\n}\n', from) + 3)}export { writersOf };`;
  const { writersOf: theirs } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    writersOf: (row: { action: string; from_state?: string | undefined }) => ReturnType<typeof writersOf>;
  };
  return ({ action, from }) => theirs({ action, from_state: from });
}

describe('R-L6: the auditor’s program', () => {
  it('says the same as the product of who may write which row', async () => {
    const theirs = await auditorsWriters();
    const of = (what: string, names: string) => names.split(' ').map((name) => `${what}.${name}`);
    const states =
      'proposed requested approval approved rejected cancelled stop refused moved-place break-glass follow-up-closed superseded stale executing verifying succeeded failed rolling_back rolled_back rollback_failed indeterminate claim-held taken-over expired other';
    const actions = [
      ...of('remediation', states),
      ...of('step', 'intent outcome other'),
      ...of('audit', 'confirmed confirmed-refused export export-read held configuration'),
      ...[
        'delivery.forged',
        'decision.forged',
        'signing.began',
        'kill-switch.on',
        'token.issued',
        'channel.x',
      ],
      ...['slack.x', 'slack', 'xstep.intent', 'remediation', '', 'signing.began.x'],
    ];
    const froms = [undefined, ...['indeterminate', 'executing', 'verifying', 'rolling_back', 'proposed']];
    for (const action of actions)
      for (const from of froms) {
        const row = { action, ...(from === undefined ? {} : { from }) } as Parameters<typeof writersOf>[0];
        expect(theirs(row), `${action} from ${from}`).toEqual(writersOf(row));
      }
  });

  it('reads anchors in a Slack export and in the objects of a store, and counts what is signed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'aetherius-auditor-'));
    try {
      const rows: AuditRow[] = [];
      for (let seq = 1; seq <= 3; seq += 1) {
        const prevHash = rows.at(-1)?.hash ?? '0'.repeat(64);
        const bare = {
          ...{ seq, prevHash, keyId: 'k1', ts: new Date(Date.UTC(2026, 10, 28, 8, seq)), actor: 'T:U1' },
          ...{ actorTeam: 'T', action: 'test', requestIds: [], facts: { seq } },
        };
        const hash = auditHash(bare, prevHash);
        rows.push({ ...bare, hash, mac: auditMac(secret, hash) });
      }
      const stored = rows.map((row) => ({
        ...{
          seq: row.seq,
          prev_hash: row.prevHash,
          hash: row.hash,
          mac: row.mac,
          key_id: row.keyId,
          ts: row.ts,
        },
        ...{
          actor: row.actor,
          actor_team: row.actorTeam,
          action: row.action,
          request_ids: [],
          facts: row.facts,
        },
      }));
      const file = join(folder, 'rows.jsonl');
      writeFileSync(file, stored.map((row) => `${JSON.stringify(row)}\n`).join(''));
      const anchorOf = (
        seq: number,
        key = secret,
        hash = rows[seq - 1]?.hash ?? 'a'.repeat(64),
      ): AuditAnchor => {
        const bare = { seq, hash, keyId: 'k1', at: new Date(Date.UTC(2026, 10, 28, 9, seq)) };
        return { ...bare, place: 'slack', mac: anchorMac(key, bare) };
      };
      const said = (anchor: AuditAnchor) => ({
        ...{ type: 'message', ts: '1.0', user: 'U0BOT' },
        text: anchorMessage(anchor, wordsIn('en')).text,
      });
      const verdict = (name: string, place: string, files: Readonly<Record<string, string>>) => {
        const at = join(folder, name);
        mkdirSync(at);
        for (const [leaf, text] of Object.entries(files)) writeFileSync(join(at, leaf), text);
        try {
          const args = [path, '--rows', file, '--anchors', at, '--place', place, '--json'];
          const env = { PATH: process.env.PATH, AUDIT_KEY: secret };
          return (
            JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' })) as { verdict: string }
          ).verdict;
        } catch (error) {
          return (JSON.parse((error as { stdout: string }).stdout) as { verdict: string }).verdict;
        }
      };
      const day = (...messages: readonly object[]) => JSON.stringify(messages, null, 2);

      const forged = said(anchorOf(9, 'another key'));
      expect(verdict('slack', 'slack', { '2026-11-28.json': day(said(anchorOf(2)), forged, {}) })).toBe(
        'intact',
      );
      expect(verdict('slack-older', 'slack', { 'a.json': day(said(anchorOf(9)), forged) })).toBe(
        'older-state',
      );
      expect(
        verdict('slack-other', 'slack', { 'a.json': day(said(anchorOf(2, secret, 'b'.repeat(64)))) }),
      ).toBe('anchor-mismatch');
      const object = (anchor: AuditAnchor) => `${anchorText(anchor)}\n`;
      expect(verdict('s3', 's3', { '2.json': object(anchorOf(2)), '1.json': object(anchorOf(3)) })).toBe(
        'intact',
      );
      expect(verdict('s3-older', 's3', { '1.json': object(anchorOf(9)) })).toBe('older-state');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
