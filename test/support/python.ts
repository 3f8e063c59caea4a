import { which } from '../../lab/components/cache.ts';

/** Why nothing of Python can be run here, in one line; undefined: it can. Tests that import this are of the suite `cluster`. */
export const missingPython = (): string | undefined =>
  which('python3') === undefined ? 'needs python3' : undefined;
