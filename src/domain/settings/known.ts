import { z } from 'zod';
import { partIds } from '../platform/part.ts';
import { type FindingCode, findings } from '../probe/findings.ts';

/** Findings that are accepted for good. */
export const Known = z
  .array(
    z.strictObject({
      part: z.enum(partIds).meta({ description: 'The part that it is about.' }),
      cause: z
        .string()
        .refine((code): code is FindingCode => Object.hasOwn(findings, code), {
          error: 'must be the code of a finding, as it stands below one in Slack',
        })
        .meta({ description: 'Code of the finding, such as `NO_MEMORY_LIMIT`.' }),
      reason: z.string().min(1).max(500).meta({ description: 'Why it is accepted; people read it.' }),
    }),
  )
  .default([])
  .meta({
    description:
      'Findings that are accepted for good: digests and alerts leave them out and say so in one line. What is critical is told all the same ([how](../guides/alerts.md#what-need-not-be-told)).',
  });
