import { describe, expect, it } from 'vitest';
import {
  databaseUrl,
  imageParts,
  passwordIn,
  publicKeys,
  secretsScript,
  signingKeys,
  VariableFile,
  variablesNamed,
  withoutManifests,
} from '../../../src/cli/install-files.ts';
import { newSigningKey, publicKeyOf } from '../../../src/domain/kernel/signing.ts';

describe('a file of variables', () => {
  it('keeps what stands there, fills an empty place in, and adds what is missing', () => {
    const file = new VariableFile('.env', '# mine\nA=one\nB=\n\nD = four\n', 'head');
    file.set('A', 'other');
    file.set('B', 'two');
    file.set('C', 'three', 'a note');
    file.set('E', undefined, 'to fill in');

    expect(file.text()).toBe('# mine\nA=one\nB=two\n\nD = four\n# a note\nC=three\n# to fill in\nE=\n');
    expect(file.added).toEqual(['B', 'C']);
    expect([file.value('A'), file.value('E'), file.value('X')]).toEqual(['one', undefined, undefined]);
  });

  it('is not written where nothing changes, and begins with its head where it is new', () => {
    const file = new VariableFile('.env', 'A=one\nE=\n', 'head');
    file.set('A', 'other');
    file.set('E', undefined);

    expect(file.text()).toBeUndefined();
    expect(new VariableFile('.env', undefined, 'one\ntwo').text()).toBe('# one\n# two\n');
  });

  it('reads the last of two lines, as kubectl and Compose do', () => {
    expect(new VariableFile('.env', 'A=one\nA=two\n', '').value('A')).toBe('two');
    expect(new VariableFile('s.env', 'redis.conf=requirepass x\n', '').value('redis.conf')).toBe(
      'requirepass x',
    );
  });
});

describe('keys of an installation', () => {
  it('are made only before there is a configuration, and a known one stays', () => {
    const { privateKey } = newSigningKey();
    const known = (kind: string) => (kind === 'worker' ? privateKey : undefined);

    expect(signingKeys(known, false)).toEqual({ worker: privateKey });
    const made = signingKeys(known, true);
    expect(Object.keys(made)).toEqual(['bot', 'worker', 'scheduler']);
    expect(made.worker).toBe(privateKey);
    expect(made.bot).not.toBe(made.scheduler);
    expect(publicKeys(made).worker).toEqual([publicKeyOf(privateKey)]);
  });

  it('are found again in an address', () => {
    expect(passwordIn(databaseUrl('bot', 'abc', 'h:1'))).toBe('abc');
    expect(passwordIn('redis://:p%40ss@h')).toBe('p@ss');
    expect([passwordIn(undefined), passwordIn('redis://h'), passwordIn('no address')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

it.each([
  ['aetherius-bot', { repository: 'aetherius-bot' }],
  ['r.example:5000/a', { repository: 'r.example:5000/a' }],
  ['r.example:5000/a:1', { repository: 'r.example:5000/a', tag: '1' }],
  ['r.example/a:1@sha256:b', { repository: 'r.example/a', digest: 'sha256:b' }],
])('the image %s is taken apart as the chart wants it', (image, parts) => {
  expect(imageParts(image)).toEqual(parts);
});

it('the script of the Secrets has no value in it, and stops before anything is made where one is missing', () => {
  const script = secretsScript({
    namespace: 'ops',
    names: ['common', 'bot'],
    head: 'a\nb',
    missing: 'fill in',
  });
  const [, ...lines] = script.split('\n').map((line) => line.split(' ').slice(0, 6).join(' '));

  expect(script).toContain(
    'kubectl -n ops create secret generic aetherius-bot-bot --from-env-file=secrets/bot.env --dry-run=client -o yaml | kubectl apply -f -',
  );
  expect(lines.findIndex((line) => line.includes('exit 1'))).toBeLessThan(
    lines.findIndex((line) => line.startsWith('kubectl')),
  );
  expect(script).not.toContain('from-literal');
});

it('manifests of what is elsewhere are left out, and the others stay', () => {
  const text =
    'kind: A\nmetadata: { name: one }\n---\nkind: B\nmetadata: { name: two-x }\n---\nkind: C\nmetadata: { name: one }\n';

  expect(withoutManifests(text, 'two')).toBe(
    'kind: A\nmetadata: { name: one }\n---\nkind: C\nmetadata: { name: one }\n',
  );
});

it('variables of a configuration are found wherever they are named', () => {
  expect(
    variablesNamed({ a: { url: { env: 'X' } }, b: [{ env: 'Y' }, { env: 'X' }], c: { env: 'no', more: 1 } }),
  ).toEqual(['X', 'Y']);
  expect(variablesNamed(null)).toEqual([]);
});
