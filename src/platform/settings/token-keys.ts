import type { ProcessEnv } from '../../domain/settings/process-env.ts';

/** The key that makes digests of tokens, then those that still check them; empty without TOKEN_KEY. */
export function tokenKeys(env: Pick<ProcessEnv, 'TOKEN_KEY' | 'TOKEN_OLD_KEYS'>): readonly string[] {
  if (env.TOKEN_KEY === undefined) return [];
  const old = (env.TOKEN_OLD_KEYS?.reveal() ?? '')
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  return [env.TOKEN_KEY.reveal(), ...old];
}
