import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TrialLog } from '../../../../scripts/campaign/trial-log.ts';
import { scratch } from '../../../support/targets.ts';

const folder = scratch('trial-log');
afterAll(() => folder.remove());
const own = { table: 'compose', commit: 'a1' };
const row = { text: '| D3.a | right |', problems: [] };

describe('the log of trials', () => {
  it('has each trial when it ends, so that a campaign goes on after the last of them', () => {
    const file = join(folder.dir, 'a/trials.jsonl');
    const first = new TrialLog(file, own, { resume: false });
    first.add('D3.a one', [row]);
    // Killed in the middle of the next one.
    appendFileSync(file, '{"table":"compose","comm');
    const next = new TrialLog(file, own, { resume: true });

    expect(next.size).toBe(1);
    expect(next.rowsOf('D3.a one')).toEqual([row]);
    expect(next.rowsOf('D3.b one')).toBeUndefined();
    next.add('D4.a + D4.b', []);
    expect(new TrialLog(file, own, { resume: true }).rowsOf('D4.a + D4.b')).toEqual([]);
    next.add('D3.b one', [row, row]);
    expect(new TrialLog(file, own, { resume: true }).rowsOf('D3.b one')).toEqual([row, row]);
  });

  it('takes no trial of other code or of another table, and begins anew without --resume', () => {
    const file = join(folder.dir, 'b.jsonl');
    new TrialLog(file, own, { resume: false }).add('D3.a one', [row]);

    expect(new TrialLog(file, { ...own, commit: 'b2' }, { resume: true }).size).toBe(0);
    expect(new TrialLog(file, { ...own, table: 'kubernetes' }, { resume: true }).size).toBe(0);
    expect(new TrialLog(file, own, { resume: false }).size).toBe(0);
    expect(() => readFileSync(file)).toThrow('ENOENT');
  });
});
