import { z } from 'zod';

const Pattern = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, 'must be letters, digits, - and _, at most 40')
    .meta({ description: 'What it finds, as metrics count it.' }),
  pattern: z.string().min(1).max(1000).meta({
    description:
      'Regular expression in [RE2 syntax](https://github.com/google/re2/wiki/Syntax): no look-around, no back-references. What it matches is removed, or its group `(?P<secret>…)` alone.',
  }),
});

/** What is removed beside secrets, and what else is one. Secrets that can be recognised, or that are known, always go. */
export const Redaction = z
  .strictObject({
    emails: z
      .boolean()
      .default(false)
      .meta({ description: 'Removes e-mail addresses from all that is shown, stored and logged.' }),
    addresses: z.boolean().default(false).meta({
      description: 'Removes IP addresses; findings about connections then say less.',
    }),
    patterns: z
      .array(Pattern)
      .max(50)
      .default([])
      .meta({ description: 'Further secrets, by what they look like.' }),
  })
  .meta({
    description:
      'What is removed from all that is shown, stored and logged, beside secrets ([what counts as one](../guides/operate.md#secrets-in-what-is-shown)).',
  });

export type RedactionConfig = z.output<typeof Redaction>;
