import { z } from 'zod';
import { checkAreas, checkStates } from '../domain/doctor.ts';
import { severities } from '../domain/finding.ts';
import { partStates } from '../domain/health.ts';
import { partIds } from '../domain/part.ts';

/** What `--output json` prints. Fields are added, never renamed; the JSON Schemas stand in docs/reference. */
const Facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const FindingOutput = z.object({
  code: z.string(),
  severity: z.enum(severities),
  part: z.enum(partIds),
  subject: z.string(),
  facts: Facts,
  since: z.string().optional(),
  text: z.string().meta({ description: 'In the language asked for.' }),
});

export const HealthOutput = z
  .object({
    environment: z.string(),
    time: z.iso.datetime(),
    tookMs: z.number(),
    overall: z.enum(['healthy', 'findings', 'unknown']),
    roots: z
      .array(z.enum(partIds))
      .meta({ description: 'Broken parts that are not the consequence of another.' }),
    parts: z.array(
      z.object({
        part: z.enum(partIds),
        state: z.enum(partStates),
        latencyMs: z.number().optional(),
        fact: z.object({ key: z.string(), facts: Facts, text: z.string() }),
        consequenceOf: z.enum(partIds).optional(),
        witnesses: z.array(z.object({ key: z.string(), facts: Facts, text: z.string() })),
        findings: z.array(FindingOutput),
      }),
    ),
  })
  .meta({ title: 'aetherius health --output json' });
export type HealthOutput = z.output<typeof HealthOutput>;

export const DiagnoseOutput = z
  .object({
    environment: z.string(),
    time: z.iso.datetime(),
    tookMs: z.number(),
    overall: z.enum(['cause-found', 'unknown', 'no-cause']),
    diagnoses: z
      .array(
        z.object({
          id: z.string(),
          title: z.string(),
          handOver: z.array(z.string()),
          causes: z
            .array(
              z.object({
                id: z.string(),
                verdict: z.enum(['confirmed', 'possible', 'ruled-out']),
                text: z.string(),
                for: z.array(FindingOutput),
                against: z.array(z.string()).meta({ description: 'Probes that looked and did not find it.' }),
                missing: z.array(z.object({ probe: z.string(), why: z.string() })),
              }),
            )
            .meta({ description: 'Confirmed first, roots before consequences.' }),
        }),
      )
      .meta({ description: 'In the order they were walked.' }),
  })
  .meta({ title: 'aetherius diagnose --output json' });
export type DiagnoseOutput = z.output<typeof DiagnoseOutput>;

export const DoctorOutput = z
  .object({
    state: z.enum(checkStates),
    checks: z.array(
      z.object({
        area: z.enum(checkAreas),
        key: z.string(),
        state: z.enum(checkStates),
        facts: Facts,
        text: z.string(),
        remedy: z.string().optional(),
      }),
    ),
  })
  .meta({ title: 'aetherius doctor --output json' });
export type DoctorOutput = z.output<typeof DoctorOutput>;

const Remediation = z.object({
  id: z.uuid(),
  handle: z.string(),
  environment: z.string(),
  action: z.string(),
  target: z.string(),
  state: z.string(),
  tier: z.number(),
  planHash: z.string(),
});

export const FixOutput = z
  .object({
    runId: z.uuid().optional(),
    remediation: Remediation.optional(),
    plan: z.unknown().optional(),
    moved: z.boolean().optional(),
    note: z.string().optional(),
    /** Why there is no plan, in words. */
    reason: z.string().optional(),
  })
  .meta({ title: 'aetherius fix --output json, and each decision' });
export type FixOutput = z.output<typeof FixOutput>;

export const ApprovalsOutput = z
  .object({ remediations: z.array(Remediation) })
  .meta({ title: 'aetherius approvals list --output json' });
export type ApprovalsOutput = z.output<typeof ApprovalsOutput>;
