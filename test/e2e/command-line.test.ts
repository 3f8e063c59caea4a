import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aetherius, type CliAnswer } from '../support/cli.ts';
import { type Product, people, useStage } from '../support/slack-product.ts';
import { until } from '../support/until.ts';

const stage = useStage();
const dir = mkdtempSync(join(tmpdir(), 'aetherius-shell-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

beforeEach(() => stage.fillTarget());
afterEach(() => stage.emptyTarget());

const approvalsYaml = `
approvals:
  approvers:
    oncall: { users: [${people.approver}, ${people.requester}] }
  tiers:
    1: { by: [oncall] }
    2: { by: [oncall], reason: finding }
  commandLine:
    people:
      ${people.requester}: { token: { env: TOKEN_REQUESTER } }
      ${people.approver}: { token: { env: TOKEN_APPROVER } }
`;
const tokens = {
  TOKEN_REQUESTER: 'the requester has this token',
  TOKEN_APPROVER: 'the approver has this token',
};
const config = join(dir, 'aetherius.yaml');
writeFileSync(
  config,
  `environments:\n  prod:\n    runtime: { kind: none }\n    redis: { url: { env: TARGET_REDIS_URL } }\n${approvalsYaml}`,
);

/** A shell of this person beside the product's processes: it has no credentials of the target. */
function shell(product: Product, token: string) {
  return (...args: string[]): Promise<CliAnswer> =>
    aetherius(['--config', config, '--output', 'json', ...args], {
      DATABASE_URL: product.database.url,
      REDIS_URL: stage.redis.server.url,
      AUDIT_KEY: 'an audit key of the tests that is long enough',
      AETHERIUS_TOKEN: token,
      ...tokens,
    });
}

interface Fix {
  readonly remediation?: { readonly handle: string; readonly state: string; readonly planHash: string };
  readonly note?: string;
  readonly reason?: string;
}
function fixOf({ out, err }: CliAnswer): Fix {
  if (out === '') throw new Error(`it printed nothing but: ${err}`);
  return JSON.parse(out) as Fix;
}

describe('one fix from the command line, with a real worker behind it', () => {
  it('is planned, asked for, approved in another shell, done once, and told', async () => {
    const product = await stage.start({ roles: ['bot', 'worker'], approvalsYaml, env: tokens });
    const [requester, approver] = [
      shell(product, tokens.TOKEN_REQUESTER),
      shell(product, tokens.TOKEN_APPROVER),
    ];
    const wanted = ['fix', 'redis.set-eviction-policy', 'policy=allkeys-lru', '--env', 'prod'];

    const planned = await requester(...wanted);
    const untouched = await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy');
    const asked = await requester(...wanted, '--yes', '--reason', 'writes are refused');
    const { handle = '', planHash = '' } = fixOf(asked).remediation ?? {};
    const own = await requester('approvals', 'approve', handle);
    const approved = await approver('approvals', 'approve', handle, '--plan', planHash);
    await until(
      async () => JSON.stringify(await approver('approvals', 'show', handle)).includes('succeeded'),
      30_000,
    );

    expect(planned.exit).toBe(0);
    expect(fixOf(planned).remediation).toMatchObject({ state: 'proposed' });
    expect(untouched).toEqual(['maxmemory-policy', 'noeviction']);
    expect(asked.exit).toBe(0);
    expect(fixOf(asked).remediation).toMatchObject({ state: 'requested', handle });
    expect(own.exit).toBe(1);
    expect(approved).toMatchObject({ exit: 0, err: '' });
    expect(await stage.targetCall('CONFIG', 'GET', 'maxmemory-policy')).toEqual([
      'maxmemory-policy',
      'allkeys-lru',
    ]);
    expect(
      await product.database.sql("SELECT count(*)::int AS n FROM remediation_steps WHERE outcome = 'done'"),
    ).toEqual([{ n: 1 }]);
  });

  it('says why there is no plan when nothing is to be changed', async () => {
    const product = await stage.start({ roles: ['bot', 'worker'], approvalsYaml, env: tokens });
    await stage.targetCall('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');

    const answer = await shell(
      product,
      tokens.TOKEN_REQUESTER,
    )(...['fix', 'redis.set-eviction-policy', 'policy=allkeys-lru', '--env', 'prod', '--yes']);

    expect(answer.exit).toBe(1);
    expect(fixOf(answer)).toMatchObject({
      note: 'nothing-to-do',
      reason: 'There is nothing to change: it is as it should be.',
    });
    expect(await product.database.sql('SELECT count(*)::int AS n FROM remediations')).toEqual([{ n: 0 }]);
  });
});
