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
  /** The answer: a part of its headline, and the line of the parts that are well. */
  headline: 'Redis is degraded',
  well: /(\d+) parts are up/,
  healthy: 8,
  /** Its thread: the fix, what it would change, and the button. */
  fix: 'Let Redis evict old keys',
  change: 'policy: noeviction → allkeys-lru',
  button: 'Apply fix',
  alt: 'A health check: Redis is degraded, and in the thread a fix with its plan and the button "Apply fix"',
  caption:
    'Asked for with `/aetherius health` in the playground: Redis is at its memory limit and evicts nothing, the other parts are healthy, and the thread offers a fix with what it would change.',
} as const;

/** The README's second picture: a log that was attached, and what it says. */
export const logScene = {
  file: 'docs/images/log.png',
  size: { width: 1440, height: 1200 },
  said: 'From the collector, just now:',
  shortcut: /Analyse this log/,
  /** The answer's first words, which are also the first of what the picture says to whoever does not see it. */
  headline: /NATS could not be reached/,
  button: /Find the cause/,
  alt: 'A log in a message, and in its thread what it says: NATS could not be reached, the timeline as a picture, and the button "Find the cause"',
  caption:
    'The shortcut *Analyse this log* on a message with a file: what is wrong in words, then by kind, and the timeline with its highest minute.',
} as const;
