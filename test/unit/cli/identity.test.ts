import { describe, expect, it } from 'vitest';
import { personOfToken } from '../../../src/cli/identity.ts';
import { LazySecret, Secret } from '../../../src/domain/kernel/secret.ts';
import { memoryDirectory, policyConfig } from '../../support/approvals.ts';

const literal = (value: string) => new LazySecret({ kind: 'literal', value });
const absent = new LazySecret({ kind: 'env', name: 'NOT_HERE' }, () => Promise.reject(new Error('not here')));
const approvals = {
  ...policyConfig(),
  commandLine: { people: { UBOSS: { token: absent }, ULEAD: { token: literal('token-of-lead') } } },
};

describe('the person of a shell', () => {
  it('is whose token it has, in the workspace that the directory knows', async () => {
    const person = await personOfToken(new Secret('token-of-lead'), approvals, memoryDirectory());

    expect(person).toEqual({ teamId: 'T0HOME', userId: 'ULEAD', via: 'command-line' });
  });

  it.each([
    ['no token', undefined, approvals, 'cli.fault.token-missing'],
    ['a wrong token', new Secret('token-of-leaf'), approvals, 'cli.fault.token-unknown'],
    ['a part of a token', new Secret('token-of-lea'), approvals, 'cli.fault.token-unknown'],
    ['no people in the configuration', new Secret('token-of-lead'), undefined, 'cli.fault.token-unknown'],
  ] as const)('is nobody with %s', async (_what, token, section, key) => {
    await expect(personOfToken(token, section, memoryDirectory())).rejects.toMatchObject({ key });
  });

  it('is nobody as long as it is not known where the app is installed', async () => {
    const directory = memoryDirectory();
    directory.down = 'not-found';

    await expect(personOfToken(new Secret('token-of-lead'), approvals, directory)).rejects.toMatchObject({
      key: 'cli.fault.token-workspace',
    });
  });
});
