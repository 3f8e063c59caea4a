import { describe, expect, it } from 'vitest';
import {
  type AuditAnchor,
  anchorMac,
  auditGenesis,
  auditHash,
  auditMac,
  auditStart,
  checkAnchor,
  checkAuditRow,
  type UnsealedAuditRow,
} from '../../../../src/domain/audit/audit.ts';
import type { AuditRow } from '../../../../src/domain/audit/rows.ts';

const keys = new Map([
  ['k1', 'key one'],
  ['k2', 'key two'],
]);
const at = new Date('2026-11-28T09:00:00.000Z');
const plain: UnsealedAuditRow = {
  ...{ seq: 1, keyId: 'k1', ts: new Date('2026-11-26T09:00:00.123Z'), actor: 'U1', actorTeam: 'T1' },
  action: 'remediation.approve',
};
function sealed(change: Partial<UnsealedAuditRow> = {}, prevHash = auditGenesis, key = 'key one'): AuditRow {
  const row = { ...plain, ...change };
  const hash = auditHash(row, prevHash);
  return { ...row, prevHash, hash, mac: auditMac(key, hash) };
}

describe('the hash of a row (R-L2)', () => {
  it('is the same for the same row, with what is empty left out or not', () => {
    expect(auditHash(plain, auditGenesis)).toMatch(/^[0-9a-f]{64}$/);
    expect(auditHash({ ...plain, requestIds: [], facts: {} }, auditGenesis)).toBe(
      auditHash(plain, auditGenesis),
    );
  });

  it('is what it was: rows that are stored must be found true by every later version', () => {
    expect(auditGenesis).toBe('0000000000000000000000000000000000000000000000000000000000000000');
    expect(auditHash(plain, auditGenesis)).toBe(
      'dfba1188de775b57a89fc5dbf33eef2612c6bfbc334dff605fb597d8f91b9d97',
    );
    expect(auditMac('key one', 'h')).toBe('3b340cdf247ce75e01d4585ad32531b71cf7c717269d0915ae263175ac9fb4fd');
    expect(anchorMac('key one', { seq: 1, hash: 'h', keyId: 'k1', at })).toBe(
      '4333c756b8c638ade4a5968fb843a7732a4bc488647f6de2c9915d430e250890',
    );
  });

  it('changes with every column and with the row before', () => {
    const changes: Partial<UnsealedAuditRow>[] = [
      ...[{ seq: 2 }, { keyId: 'k2' }, { ts: new Date('2026-11-26T09:00:00.124Z') }, { actor: 'U2' }],
      ...[{ actorTeam: 'T2' }, { action: 'x' }, { remediationId: 'r' }, { planHash: 'p' }],
      ...[
        { from: 'approved' as const },
        { to: 'approved' as const },
        { policyVersion: 'v' },
        { reason: 'y' },
      ],
      ...[{ requestIds: ['1'] }, { payloadDigest: 'd' }, { facts: { a: 1 } }],
    ];
    const hashes = changes.map((change) => auditHash({ ...plain, ...change }, auditGenesis));

    expect(new Set([...hashes, auditHash(plain, auditGenesis), auditHash(plain, 'f'.repeat(64))]).size).toBe(
      changes.length + 2,
    );
  });

  it('is signed by a key that is not in it', () => {
    expect(auditMac('key one', 'h')).toMatch(/^[0-9a-f]{64}$/);
    expect(auditMac('key one', 'h')).not.toBe(auditMac('key two', 'h'));
    expect(auditMac('key one', 'h')).not.toBe(auditMac('key one', 'i'));
  });
});

describe('a row of the log (R-L6)', () => {
  const verdict = (row: AuditRow, before = auditStart) => {
    const checked = checkAuditRow(before, row, keys);
    return 'at' in checked ? 'ok' : `${checked.verdict} at ${checked.seq}`;
  };

  it('fits, and the next one fits onto it, whichever key signed it', () => {
    const first = sealed();
    const checked = checkAuditRow(auditStart, first, keys);

    expect(checked).toEqual({ at: { seq: 1, hash: first.hash } });
    expect(
      verdict(sealed({ seq: 2, keyId: 'k2' }, first.hash, 'key two'), { seq: 1, hash: first.hash }),
    ).toBe('ok');
  });

  it('is told from one that is altered, out of place, or signed by nobody we know', () => {
    expect(verdict({ ...sealed(), actor: 'U2' })).toBe('row-altered at 1');
    expect(verdict({ ...sealed(), hash: 'f'.repeat(64) })).toBe('row-altered at 1');
    expect(verdict(sealed({ seq: 2 }))).toBe('gap at 2');
    expect(verdict(sealed({ seq: 0 }))).toBe('gap at 0');
    expect(verdict(sealed({}, 'f'.repeat(64)))).toBe('link-broken at 1');
    expect(verdict(sealed({ keyId: 'k9' }))).toBe('key-unknown at 1');
    expect(verdict(sealed({ keyId: 'k2' }))).toBe('mac-invalid at 1');
    expect(verdict({ ...sealed(), mac: '' })).toBe('mac-invalid at 1');
  });

  it('says in words which row it is', () => {
    expect(checkAuditRow({ seq: 3, hash: auditGenesis }, sealed({ seq: 7 }), keys)).toMatchObject({
      detail: 'row 4 is missing, the next one is 7',
    });
    expect(checkAuditRow(auditStart, sealed({}, 'e'), keys)).toMatchObject({
      detail: 'row 1 does not continue row 0',
    });
    expect(checkAuditRow(auditStart, { ...sealed(), reason: 'x' }, keys)).toMatchObject({
      detail: 'the columns of row 1 do not give its hash',
    });
    expect(checkAuditRow(auditStart, sealed({ keyId: 'k9' }), keys)).toMatchObject({
      detail: 'row 1 is signed with key k9',
    });
    expect(checkAuditRow(auditStart, { ...sealed(), mac: 'x' }, keys)).toMatchObject({
      detail: 'row 1 was not signed with key k1',
    });
  });
});

describe('an anchor (R-L5)', () => {
  const anchor = (change: Partial<AuditAnchor> = {}, key = 'key one'): AuditAnchor => {
    const bare = { seq: 5, hash: 'h5', keyId: 'k1', place: 'file' as const, at, ...change };
    return { ...bare, mac: anchorMac(key, bare) };
  };
  const verdict = (one: AuditAnchor, hash: string | undefined = 'h5') =>
    checkAnchor(one, hash, keys)?.verdict;

  it('holds when the log has its hash at its place', () => {
    expect(checkAnchor(anchor(), 'h5', keys)).toBeUndefined();
  });

  it('is told from a log that is shorter or another, and from a forged anchor', () => {
    expect(checkAnchor(anchor(), undefined, keys)).toEqual({
      ...{ verdict: 'older-state', seq: 5, detail: 'file remembers row 5, which is not there' },
    });
    expect(checkAnchor(anchor(), 'h6', keys)).toMatchObject({
      ...{ verdict: 'anchor-mismatch', detail: 'file remembers another row 5' },
    });
    expect(checkAnchor(anchor({ keyId: 'k9' }), 'h5', keys)).toMatchObject({
      ...{ verdict: 'key-unknown', detail: 'the anchor in file is signed with key k9' },
    });
    expect(checkAnchor(anchor({}, 'another'), 'h5', keys)).toMatchObject({
      ...{ verdict: 'mac-invalid', detail: 'the anchor in file was not signed with key k1' },
    });
    for (const change of [{ seq: 6 }, { hash: 'h6' }, { keyId: 'k2' }, { at: new Date(0) }])
      expect(verdict({ ...anchor(), ...change })).toBe('mac-invalid');
  });

  it('is no row: its signature is none of a hash', () => {
    expect(anchorMac('key one', { seq: 5, hash: 'h5', keyId: 'k1', at })).not.toBe(auditMac('key one', 'h5'));
  });
});
