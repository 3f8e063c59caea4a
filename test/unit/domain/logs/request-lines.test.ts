import { describe, expect, it } from 'vitest';
import { isFullDisk, requestLines } from '../../../../src/domain/logs/request-lines.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';

const table = requestLines(asInGuide);
const firsts = (text: string) => table.filter(({ pattern }) => pattern.test(text)).map(({ ids }) => ids[0]);

describe('a line that somebody pastes', () => {
  it.each([
    ['FATAL: password authentication failed for user "app"', 'S1'],
    ['WRONGPASS invalid username-password pair', 'S1'],
    ['FATAL:  the database system is starting up', 'H2'],
    ['LOADING Redis is loading the dataset in memory', 'H2'],
    ['10.0.0.1:5 - cid:12 - authentication error', 'S1'],
    ['nats: maximum bytes exceeded', 'D4'],
    ['Neo.TransientError.General.DatabaseUnavailable', 'S7'],
    ['0/3 nodes are available: 3 Insufficient memory.', 'K1'],
    ['exited with code 137', 'K1'],
    ['Error creating: pods "x-" is forbidden: failed quota: team-a: must specify limits.cpu for: main', 'K1'],
    ['pods "x-" is forbidden: violates PodSecurity "restricted:latest": x', 'K1'],
    ['failed calling webhook "pods.example.com": context deadline exceeded', 'K1'],
    ['admission webhook "a.example.com" denied the request: no owner', 'K1'],
    ['error looking up service account a/b: serviceaccount "b" not found', 'K1'],
    ['ReplicaFailure', 'K1'],
    ['curl: (6) Could not resolve host: x', 'N1'],
    ['no healthy upstream', 'H2'],
    ['x509: certificate has expired', 'N1'],
    ['LOG:  duration: 48211.004 ms  statement: SELECT 1', 'D2'],
    ['QueuePool limit of size 5 overflow 10 reached', 'D1'],
  ])('has its symptom: %s', (text, id) => {
    expect(firsts(text)).toContain(id);
  });

  it.each([
    'duration: 12.004 ms  statement: SELECT 1',
    'exit code 0',
    'we loaded redis',
    'certificate',
    'disk full of photos',
  ])('is none: %s', (text) => {
    expect(firsts(text)).toEqual([]);
  });

  it('says of a full disk nothing but that', () => {
    expect(table.filter(({ pattern }) => pattern.test('No space left on device')).every(isFullDisk)).toBe(
      true,
    );
    expect(firsts('disk full')).toEqual(['H2']);
  });

  it('comes with where its words were taken from', () => {
    expect(table.filter(({ source }) => source === '')).toEqual([]);
    expect(table.length).toBeGreaterThan(50);
  });
});
