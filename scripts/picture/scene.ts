/**
 * What the README's picture shows. The picture is taken only when the page shows all of it, and the words under the
 * picture are made from here, so that they say what is to be seen.
 */
export const scene = {
  file: 'docs/images/health.png',
  size: { width: 1440, height: 900 },
  /** Switches of the playground that are on. */
  faults: ['redis-full'],
  command: '/aetherius health',
  /** The answer: a part of its headline, and the rows of its table, all healthy but the first. */
  headline: 'Redis is degraded',
  worst: 'Redis',
  rows: 9,
  /** Its thread: the fix, what it would change, and the button. */
  fix: 'Let Redis evict old keys',
  change: 'policy: noeviction → allkeys-lru',
  button: 'Apply fix',
  alt: 'A health check: Redis is degraded, and in the thread a fix with its plan and the button "Apply fix"',
  caption:
    'Asked for with `/aetherius health` in the playground: Redis is at its memory limit and evicts nothing, the other parts are healthy, and the thread offers a fix with what it would change.',
} as const;
