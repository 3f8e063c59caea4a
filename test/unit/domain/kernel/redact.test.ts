import { describe, expect, it } from 'vitest';
import { isSecretName, redactLines, redactText, redactValue } from '../../../../src/domain/kernel/redact.ts';
import { leaked, plantedSecrets } from '../../../support/planted-secrets.ts';

describe('text that carries a secret', () => {
  it.each([
    [
      'postgres://app:hunter2@db:5432/app?sslmode=require',
      'postgres://app:[secret]@db:5432/app?sslmode=require',
    ],
    ['redis://:p@ss/w0rd@redis:6379/0', 'redis://:[secret]@redis:6379/0'],
    ['dial nats://token123456789012345678@nats:4222', 'dial nats://[secret]@nats:4222'],
    ['DB_PASSWORD=hunter2 PORT=8080', 'DB_PASSWORD=[secret] PORT=8080'],
    ['export REDISCLI_AUTH="two words"', 'export REDISCLI_AUTH="[secret]"'],
    ['password: hunter2', 'password: [secret]'],
    ['{"level":"error","auth_token":"abc","port":1}', '{"level":"error","auth_token":"[secret]","port":1}'],
    ['msg="{\\"password\\":\\"abc\\"}"', 'msg="{\\"password\\":\\"[secret]\\"}"'],
    ['psql --password hunter2 -h db', 'psql --password [secret] -h db'],
    ['--api-key=abc --verbose', '--api-key=[secret] --verbose'],
    ['Server=db;User Id=sa;Password=abc;Encrypt=true', 'Server=db;User Id=sa;Password=[secret];Encrypt=true'],
    ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: Basic [secret]'],
    ['curl -H "Authorization: Bearer abc.def"', 'curl -H "Authorization: Bearer [secret]"'],
    ['Set-Cookie: session=abc; Path=/', 'Set-Cookie: [secret]'],
    ["ALTER ROLE app WITH PASSWORD 'it''s'", "ALTER ROLE app WITH PASSWORD '[secret]'"],
    ['CONFIG SET requirepass hunter2', 'CONFIG SET requirepass [secret]'],
    ['AUTH default hunter2', 'AUTH default [secret]'],
    ['GET /v1?token=abc&page=2', 'GET /v1?token=[secret]&page=2'],
    ['seed SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY', 'seed [secret]'],
    ['https://hooks.slack.com/services/T00/B00/abcDEF', 'https://hooks.slack.com/services/[secret]'],
    ['value c3VwZXItc2VjcmV0LXBhc3N3b3JkMTIz here', 'value [secret] here'],
  ])('is shown without it: %s', (text, shown) => {
    expect(redactText(text)).toBe(shown);
  });

  it('is shown without it for all ten planted kinds', () => {
    const shown = plantedSecrets.map((secret) => redactText(`before ${secret.value} after`));

    expect(leaked(shown.join('\n'))).toEqual([]);
    expect(shown.every((line) => line.startsWith('before ') && line.endsWith(' after'))).toBe(true);
  });
});

it('does not change text it has already cleaned', () => {
  const once = plantedSecrets.map((secret) => redactText(secret.value));

  expect(once.map(redactText)).toEqual(once);
});

describe('text that only looks like a secret', () => {
  it.each([
    ['a Kubernetes uid', 'uid 0190f1c2-7d3e-7a44-9b1e-2f6f8f4d9a10'],
    ['a plan hash', `plan ${'9f86d081884c7d65'.repeat(4)}`],
    ['an image digest', `registry.local/aetherius/agent-manager@sha256:${'ab12cd34'.repeat(8)}`],
    ['a git commit', 'commit 55d8b0d1f0c3a6b1e0a2f4d5c6b7a8990011aabb'],
    ['a Pod name', 'agent-manager-7d9f8b6c5-x2x4z'],
    ['a NATS server id', 'NDHXKPMJ5YB7EWX3QZLMFV2T4R6ACOGSUIN3WKJYHQ2XBDPLTMEVRZ5A'],
    ['a time', 'at 2026-11-25T13:01:10.416Z'],
    ['a file path', '/var/lib/kubelet/pods/volumes/kubernetes.io~configmap/config/aetherius.yaml'],
    ['a bundled file', 'at load (/app/node_modules/tsx/dist/register-D2KMkaQn.js:22:2188)'],
    ['a Go frame', 'github.com/nats-io/nats.go.(*Conn).processPermissionsViolation'],
    ['a class name', 'io.netty.channel.AbstractChannelHandlerContext2Exception'],
    ['a failed login', 'FATAL: password authentication failed for user "app"'],
    ['a sentence about tokens', 'token expired, tokens left: 12, max_tokens=4096'],
    ['a reference to a secret', 'secretName: postgres-credentials, secretKeyRef: db'],
    ['a placeholder', 'url: postgres://app:$(DB_PASSWORD_UNSET)/x password=${DB_PASSWORD} token: null'],
    ['basic words', 'basic authentication is disabled, bearer authentication is required'],
    ['a public certificate', '-----BEGIN CERTIFICATE-----'],
    ['a Redis run id', 'run_id:f1b6c0a1f4c9a3d2e5b8f7a6c5d4e3b2a1908070'],
    ['a query', "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"],
    ['a LSN and a pid', 'pid 4711 lsn 16/B374D848'],
  ])('stays as it is: %s', (_what, text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('a private key over several lines', () => {
  it('keeps its number of lines and its frame', () => {
    const lines = [
      'key follows',
      '-----BEGIN RSA PRIVATE KEY-----',
      'MIIEabc',
      'QUJD',
      '-----END RSA PRIVATE KEY-----',
      'ok',
    ];

    expect(redactLines(lines)).toEqual([
      'key follows',
      '-----BEGIN RSA PRIVATE KEY-----',
      '[secret]',
      '[secret]',
      '-----END RSA PRIVATE KEY-----',
      'ok',
    ]);
  });

  it('is hidden to the end when its end was cut off', () => {
    expect(redactLines(['-----BEGIN EC PRIVATE KEY-----', 'MHcCAQEE', 'abc'])).toEqual([
      '-----BEGIN EC PRIVATE KEY-----',
      '[secret]',
      '[secret]',
    ]);
  });
});

describe('data', () => {
  it('loses values under names that mean a secret, and keeps counts, flags and references', () => {
    const data = {
      password: 'a',
      nested: [{ apiKey: 'b', tokens: 3, tokenExpired: true }],
      env: [
        { name: 'DB_PASSWORD', value: 'c' },
        { name: 'PORT', value: '8080' },
      ],
      secretName: 'postgres-credentials',
      pin: { token: 1234 },
    };

    expect(redactValue(data)).toEqual({
      password: '[secret]',
      nested: [{ apiKey: '[secret]', tokens: 3, tokenExpired: true }],
      env: [
        { name: 'DB_PASSWORD', value: '[secret]' },
        { name: 'PORT', value: '8080' },
      ],
      secretName: 'postgres-credentials',
      pin: { token: '[secret]' },
    });
  });

  it('loses the whole content of a Kubernetes Secret', () => {
    const secret = { kind: 'Secret', metadata: { name: 'x' }, data: { a: 'aGk=', b: 'aG8=' } };

    expect(redactValue(secret)).toEqual({
      kind: 'Secret',
      metadata: { name: 'x' },
      data: { a: '[secret]', b: '[secret]' },
    });
  });

  it('may point at itself', () => {
    const loop: Record<string, unknown> = { a: 1 };
    loop.self = loop;

    expect(redactValue(loop)).toEqual({ a: 1, self: '[circular]' });
  });
});

describe('names', () => {
  it.each([
    'PGPASSWORD',
    'authToken',
    'api-key',
    'AWS_SECRET_ACCESS_KEY',
    'client.secret',
    'AccountKey',
    'requirepass',
    'tokens',
  ])('%s means a secret', (name) => expect(isSecretName(name)).toBe(true));
  it.each(['secretName', 'author', 'passed', 'key', 'keyId', 'compass', 'planHash', 'primaryKey'])(
    '%s means none',
    (name) => expect(isSecretName(name)).toBe(false),
  );
});
