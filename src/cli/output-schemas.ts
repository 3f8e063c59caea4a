import { z } from 'zod';
import { auditFaults } from '../domain/audit/audit.ts';
import { ExportManifestOutput } from '../domain/audit/export.ts';
import { BundleManifest } from '../domain/bundle/manifest.ts';
import { bundleFaults } from '../domain/bundle/verdict.ts';
import { Case } from '../domain/case/case.ts';
import { verdicts } from '../domain/diagnosis/judgement.ts';
import { partStates } from '../domain/health/health.ts';
import { logLevels } from '../domain/logs/level.ts';
import { partIds } from '../domain/platform/part.ts';
import { severities } from '../domain/probe/finding.ts';
import { overalls } from '../domain/report/issue-report.ts';
import { runKinds, runStates } from '../domain/run/run.ts';
import { checkAreas, checkStates } from '../domain/settings/doctor.ts';

/** What `--output json` prints. Fields are added, never renamed; the JSON Schemas stand in docs/reference. */
const Facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

const FindingOutput = z.object({
  code: z.string(),
  severity: z.enum(severities),
  part: z.enum(partIds),
  subject: z.string(),
  facts: Facts,
  since: z.string().optional(),
  excerpts: z
    .array(z.object({ source: z.string(), lines: z.array(z.string()) }))
    .optional()
    .meta({ description: 'What the target itself said, word for word, without secrets.' }),
  text: z.string().meta({ description: 'In the language asked for.' }),
});

/** On standard error, where something ends otherwise than by its answer. */
export const ErrorOutput = z
  .object({
    error: z.object({
      code: z.string(),
      reason: z.string().optional(),
      text: z.string().meta({ description: 'In the language asked for.' }),
      exit: z.int().meta({ description: 'The exit code.' }),
      faults: z
        .array(
          z.object({
            path: z.string(),
            line: z.number().optional(),
            column: z.number().optional(),
            message: z.string(),
          }),
        )
        .optional()
        .meta({ description: 'What is wrong with the configuration.' }),
      choices: z
        .array(z.object({ id: z.string(), typed: z.string(), text: z.string() }))
        .optional()
        .meta({ description: 'What the words of `diagnose` may mean.' }),
    }),
  })
  .meta({ title: 'any command with --output json that fails, on standard error' });
export type ErrorOutput = z.output<typeof ErrorOutput>;

export const ConfigOutput = z
  .object({
    path: z.string(),
    environments: z.array(z.string()),
    missing: z
      .array(
        z.object({
          setting: z.string(),
          kind: z.enum(['variable', 'file']),
          name: z.string(),
          text: z.string(),
        }),
      )
      .meta({
        description: 'What it names and this shell does not have: the parts of these are not checked.',
      }),
  })
  .meta({ title: 'aetherius config check --output json' });
export type ConfigOutput = z.output<typeof ConfigOutput>;

export const HealthOutput = z
  .object({
    environment: z.string(),
    time: z.iso.datetime(),
    tookMs: z.number(),
    overall: z.enum(['healthy', 'findings', 'unknown']),
    roots: z
      .array(z.enum(partIds))
      .meta({ description: 'Broken parts that are not the consequence of another.' }),
    unseen: z
      .array(z.object({ probe: z.string(), part: z.enum(partIds), text: z.string() }))
      .meta({ description: 'What could not be seen of parts whose state does not say so.' }),
    accepted: z
      .array(z.object({ part: z.enum(partIds), cause: z.string(), reason: z.string() }))
      .optional()
      .meta({ description: 'Findings that the configuration accepts for good; they count like the others.' }),
    unchecked: z
      .array(
        z.object({
          name: z.string(),
          image: z.string().optional(),
          product: z.string().optional(),
          ports: z.array(z.number()),
          usedBy: z.array(z.enum(partIds)),
          text: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'What runs beside the parts, or is used by them, and was not looked at.' }),
    parts: z.array(
      z.object({
        part: z.enum(partIds),
        state: z.enum(partStates),
        latencyMs: z.number().optional(),
        fact: z.object({ key: z.string(), facts: Facts, text: z.string() }),
        consequenceOf: z.enum(partIds).optional(),
        consequenceLikely: z.literal(true).optional().meta({
          description: 'Only the table of dependencies says so; nothing that the part says names that one.',
        }),
        witnesses: z.array(
          z.object({
            key: z.string(),
            facts: Facts,
            text: z.string(),
            against: z
              .literal(true)
              .optional()
              .meta({ description: 'It saw the opposite, and confirms nothing.' }),
          }),
        ),
        findings: z.array(FindingOutput),
        besides: z
          .array(z.object({ key: z.string(), facts: Facts, text: z.string() }))
          .optional()
          .meta({ description: 'What the state of the part says nothing of.' }),
      }),
    ),
  })
  .meta({ title: 'aetherius health --output json' });
export type HealthOutput = z.output<typeof HealthOutput>;

export const CollectOutput = z
  .object({
    path: z.string(),
    environment: z.string(),
    bytes: z.number(),
    sha256: z.string().meta({ description: 'Of the file.' }),
    files: z.number(),
    manifest: BundleManifest,
  })
  .meta({ title: 'aetherius collect --output json' });
export type CollectOutput = z.output<typeof CollectOutput>;

export const ReplayOutput = z
  .object({
    cases: z.array(
      z.object({
        path: z.string(),
        run: z.uuid(),
        environment: z.string(),
        changed: z
          .array(
            z.object({
              id: z.string(),
              part: z.enum(partIds),
              before: z.enum([...verdicts, 'absent']),
              now: z.enum([...verdicts, 'absent']),
            }),
          )
          .meta({
            description: 'Causes whose verdict is another one; `absent`: one version does not know it.',
          }),
        right: z
          .object({
            cause: z.string().optional(),
            note: z.string().optional(),
            confirmed: z.boolean().nullable(),
          })
          .nullable()
          .meta({ description: 'What a person says that it was, and whether that is confirmed now.' }),
      }),
    ),
    changed: z.number().meta({ description: 'Cases with a verdict that is another one.' }),
  })
  .meta({ title: 'aetherius replay --output json' });
export type ReplayOutput = z.output<typeof ReplayOutput>;

export const BundleOutput = z
  .object({
    path: z.string(),
    intact: z.boolean(),
    sha256: z.string().meta({ description: 'Of the file.' }),
    files: z.number(),
    bytes: z.number().meta({ description: 'Of its files, unpacked.' }),
    findings: z.array(
      z.object({ fault: z.enum(bundleFaults), path: z.string().nullable(), text: z.string() }),
    ),
    page: z.string().nullable().meta({ description: 'Index page that `bundle open` unpacked.' }),
    manifest: BundleManifest.nullable(),
  })
  .meta({ title: 'aetherius bundle verify|open --output json' });
export type BundleOutput = z.output<typeof BundleOutput>;

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
          uncheckable: z
            .boolean()
            .meta({ description: 'Nothing of it can be checked here: what it needs is not configured.' }),
          applies: z.boolean().meta({ description: 'Whether it is a question on this platform.' }),
          notHere: z
            .enum(partIds)
            .nullable()
            .meta({ description: 'The part that it is about, where this platform has none of it.' }),
          unseen: z
            .array(z.object({ probe: z.string(), why: z.string(), text: z.string() }))
            .meta({ description: 'What could not be seen besides, and leaves no cause open.' }),
          causes: z
            .array(
              z.object({
                id: z.string(),
                verdict: z.enum(verdicts),
                seenBesides: z.boolean().meta({
                  description:
                    'Ruled out as the cause of this symptom, while something that it speaks of was seen.',
                }),
                text: z.string(),
                for: z.array(FindingOutput),
                against: z.array(z.string()).meta({ description: 'Probes that looked and did not find it.' }),
                missing: z.array(z.object({ probe: z.string(), why: z.string(), text: z.string() })),
                remedies: z
                  .array(
                    z.object({
                      remediation: z.string().optional().meta({
                        description: 'Id for `aetherius fix`; absent where people do it themselves.',
                      }),
                      text: z.string(),
                      commands: z.array(z.string()).meta({ description: 'To copy, with the names of here.' }),
                    }),
                  )
                  .meta({ description: 'Of a confirmed cause.' }),
              }),
            )
            .meta({ description: 'Confirmed first, roots before consequences.' }),
        }),
      )
      .meta({ description: 'In the order they were walked.' }),
    unexplained: z
      .array(FindingOutput)
      .meta({ description: 'What parts said of themselves that no confirmed cause explains.' }),
    changes: z
      .array(FindingOutput)
      .meta({ description: 'What was changed in the hour before, newest first; no cause by itself.' }),
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
        at: z.string().optional().meta({ description: 'Host and port of what was asked.' }),
        facts: Facts,
        text: z.string(),
        remedy: z.string().optional(),
      }),
    ),
  })
  .meta({ title: 'aetherius doctor --output json' });
export type DoctorOutput = z.output<typeof DoctorOutput>;

const moment = z.iso.datetime().nullable();
const count = z.number().int();

export const LogsOutput = z
  .object({
    text: z.string().meta({ description: 'What is wrong, in one sentence, in the language asked for.' }),
    query: z.object({
      since: moment,
      until: moment,
      level: z.enum(logLevels).meta({ description: 'Entries below it are counted and not grouped.' }),
      grep: z.string().nullable(),
      trace: z.string().nullable(),
    }),
    groups: z
      .array(
        z.object({
          level: z.enum(logLevels),
          count,
          perMinute: z.number().nullable(),
          first: moment,
          last: moment,
          before: count.nullable().meta({ description: 'Entries in the hour before; null: not compared.' }),
          mark: z.enum(['new', 'more']).nullable(),
          shape: z.string().meta({ description: 'The first line with * for what changes.' }),
          example: z.array(z.string()).meta({ description: 'The latest entry, without secrets.' }),
          sources: z.array(z.string()),
          known: z
            .object({
              id: z.string(),
              part: z.enum(partIds).nullable(),
              causes: z
                .array(z.string())
                .meta({ description: 'Causes that it speaks for; `aetherius diagnose` confirms them.' }),
              ask: z.string().nullable().meta({ description: 'Words after `aetherius diagnose`.' }),
            })
            .nullable(),
          text: z.string(),
        }),
      )
      .meta({ description: 'Worst first.' }),
    compared: z
      .object({ from: moment, to: moment })
      .nullable()
      .meta({ description: 'The time whose entries were compared with the hour before it.' }),
    steps: z.array(z.object({ time: moment, level: z.string(), source: z.string(), text: z.string() })).meta({
      description: 'With `--grep`: the first entries with these words, in the order of their times.',
    }),
    timeline: z
      .object({
        from: moment,
        stepMs: z.number(),
        counts: z.array(count),
        errors: z.array(count),
        warnings: z.array(count),
      })
      .nullable()
      .meta({ description: 'Grouped entries by time.' }),
    read: z.object({
      sources: z.array(
        z.object({
          name: z.string(),
          lines: count,
          bytes: count,
          failed: z.string().nullable().meta({ description: 'Why it could not be read, or not to its end.' }),
          cut: z.boolean().meta({ description: 'It holds more than was read.' }),
        }),
      ),
      lines: count,
      bytes: count,
      entries: count,
      byLevel: z.record(z.enum(logLevels), count),
      first: moment,
      last: moment,
      zoneless: count.meta({ description: 'Entries whose time names no zone; it was read as UTC.' }),
      timeless: count,
    }),
    leftOut: z.object({
      belowLevel: count,
      otherTime: count,
      otherWords: count,
      tooManyShapes: count,
      groups: count,
      inGroups: count,
    }),
    notes: z.array(z.string()),
  })
  .meta({ title: 'aetherius logs --output json' });
export type LogsOutput = z.output<typeof LogsOutput>;

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
    /** Of a plan that is stored nowhere (`--dry-run`). */
    planHash: z.string().optional(),
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

export const ReportOutput = z
  .object({
    run: z.object({
      id: z.uuid(),
      kind: z.enum(runKinds),
      environment: z.string(),
      state: z.enum(runStates),
      time: z.iso.datetime(),
      endedAt: z.iso.datetime().nullable(),
    }),
    problem: z.object({
      overall: z.enum(overalls),
      asked: z.string().nullable().meta({ description: 'The words somebody typed or pasted.' }),
      symptoms: z.array(z.string()).meta({ description: 'Diagnoses in the order they were walked.' }),
      findings: z.array(FindingOutput),
      since: z.string().nullable(),
    }),
    steps: z.object({
      trigger: z.null().meta({ description: 'What was done before it showed: no run can know.' }),
      command: z
        .string()
        .nullable()
        .meta({ description: 'Words after `/aetherius` that look at the same things again.' }),
    }),
    errors: z.array(
      z.object({
        source: z.string(),
        lines: z.array(z.string()),
        left: z.number().meta({ description: 'Lines kept with the run that are not here.' }),
      }),
    ),
    environment: z.object({
      deployment: z
        .object({
          kind: z.enum(['kubernetes', 'compose']),
          namespace: z.string().nullable(),
          project: z.string().nullable(),
        })
        .nullable(),
      versions: z.array(
        z.object({
          part: z.enum(partIds),
          version: z.string().nullable(),
          images: z.array(z.string()),
          seenAt: z.iso
            .datetime()
            .optional()
            .meta({ description: 'Of the earlier health check that saw it.' }),
        }),
      ),
      configured: z.array(z.enum(partIds)).nullable(),
      bot: z.string(),
    }),
    results: z.object({
      causes: z.array(
        z.object({
          id: z.string(),
          verdict: z.enum(verdicts),
          text: z.string(),
          missing: z.array(z.string()).meta({ description: 'Probes without which it stays open.' }),
        }),
      ),
      parts: z.array(z.object({ part: z.enum(partIds), state: z.enum(partStates) })),
      checks: z.object({
        healthy: z.number(),
        unhealthy: z.number(),
        skipped: z.number(),
        inconclusive: z.number(),
      }),
      unseen: z.array(z.object({ probe: z.string(), part: z.enum(partIds), why: z.string() })),
      fixes: z.array(
        z.object({ handle: z.string(), action: z.string(), target: z.string(), state: z.string() }),
      ),
    }),
    text: z.string().meta({ description: 'The filled-in form as Markdown, in the language asked for.' }),
  })
  .meta({
    title: 'aetherius report --output json',
    description: 'null stands for what is not known.',
  });
export type ReportOutput = z.output<typeof ReportOutput>;

const PersonOutput = z.looseObject({ teamId: z.string(), userId: z.string() });

export const HistoryOutput = z
  .object({
    runs: z
      .array(
        z.object({
          id: z.uuid(),
          kind: z.enum(runKinds),
          environment: z.string(),
          params: Facts,
          state: z.enum(runStates),
          attempt: z.number(),
          source: z.string(),
          createdAt: z.iso.datetime(),
          startedAt: z.iso.datetime().optional(),
          finishedAt: z.iso.datetime().optional(),
          requestedBy: PersonOutput.optional(),
          surface: z.looseObject({ teamId: z.string(), channel: z.string() }).optional(),
          summary: z
            .unknown()
            .optional()
            .meta({ description: 'What the run left; its form is that of its kind.' }),
          verdict: z.string().meta({ description: 'What it came to, in the language asked for.' }),
        }),
      )
      .meta({ description: 'The newest first.' }),
  })
  .meta({ title: 'aetherius history --output json' });
export type HistoryOutput = z.output<typeof HistoryOutput>;

export const ExplainOutput = z
  .object({
    actionId: z.string(),
    environment: z.string(),
    tier: z.number(),
    needed: z.number().meta({ description: 'Approvals.' }),
    people: z.array(z.object({ personId: z.string(), mayApprove: z.boolean(), why: z.string() })),
  })
  .meta({ title: 'aetherius approvals explain --output json' });
export type ExplainOutput = z.output<typeof ExplainOutput>;

export const FixesOutput = z
  .object({
    switches: z.array(
      z.object({
        scope: z.string().meta({ description: 'A remediation, or * for all of them.' }),
        reason: z.string(),
        by: PersonOutput,
        at: z.iso.datetime(),
        until: z.iso.datetime().optional(),
      }),
    ),
    record: z.enum(['unanchored', 'confirmed', 'unconfirmed', 'held']),
    underWay: z
      .array(Remediation)
      .optional()
      .meta({ description: 'While something is off: what is approved or carried out.' }),
    followUps: z.array(
      z.looseObject({
        remediationId: z.string(),
        handle: z.string(),
        environment: z.string(),
        actionId: z.string(),
        people: z.array(z.string()),
        openedAt: z.iso.datetime(),
      }),
    ),
  })
  .meta({ title: 'aetherius fixes status|off|on --output json' });
export type FixesOutput = z.output<typeof FixesOutput>;

export const MutesOutput = z
  .object({
    mutes: z.array(
      z.object({
        id: z.string(),
        environment: z.string(),
        part: z.enum(partIds),
        cause: z.string().meta({ description: 'Code of the finding, or id of a cause such as `D3.a`.' }),
        severity: z.enum(severities).meta({ description: 'The worst that it covers.' }),
        kind: z.enum(['mute', 'known']).meta({ description: '`known`: accepted for good.' }),
        whileThere: z.boolean().meta({ description: 'It ends before its time when the finding is gone.' }),
        until: z.iso.datetime().optional(),
        reason: z.string(),
        by: PersonOutput,
        at: z.iso.datetime(),
      }),
    ),
  })
  .meta({ title: 'aetherius mute --output json' });
export type MutesOutput = z.output<typeof MutesOutput>;

export const SymptomsOutput = z
  .object({ symptoms: z.array(z.object({ id: z.string(), title: z.string() })) })
  .meta({ title: 'aetherius symptoms --output json' });
export type SymptomsOutput = z.output<typeof SymptomsOutput>;

export const FixListOutput = z
  .object({
    fixes: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        takes: z.string().meta({ description: 'What may be typed behind it; in brackets what need not be.' }),
      }),
    ),
  })
  .meta({ title: 'aetherius fixes --output json' });
export type FixListOutput = z.output<typeof FixListOutput>;

export const CompletionOutput = z
  .object({ shell: z.enum(['bash', 'zsh', 'fish']), script: z.string() })
  .meta({ title: 'aetherius completion --output json' });
export type CompletionOutput = z.output<typeof CompletionOutput>;

export const ConfirmOutput = z
  .object({ ended: z.number().meta({ description: 'Fixes that ended because of it.' }) })
  .meta({ title: 'aetherius fixes confirm --output json' });
export type ConfirmOutput = z.output<typeof ConfirmOutput>;

export const DigestNowOutput = z
  .object({ runId: z.uuid() })
  .meta({ title: 'aetherius digest now --output json' });
export type DigestNowOutput = z.output<typeof DigestNowOutput>;

export const DigestOutput = z
  .object({
    enabled: z.boolean(),
    at: z.string(),
    timezone: z.string(),
    next: z.iso.datetime().optional().meta({ description: 'Absent while it is off.' }),
  })
  .meta({ title: 'aetherius digest on|off|at --output json' });
export type DigestOutput = z.output<typeof DigestOutput>;

export const InitOutput = z
  .object({
    path: z.string(),
    environment: z.string(),
    parts: z.array(z.string()),
    variables: z.array(z.object({ name: z.string(), meaning: z.string() })),
    notes: z.array(z.string()).meta({ description: 'What it says besides as text.' }),
    files: z
      .array(
        z.object({
          path: z.string(),
          state: z
            .enum(['written', 'kept', 'added'])
            .meta({ description: '`kept`: it was there, and stays.' }),
          added: z.array(z.string()).optional().meta({ description: 'Variables that it lacked.' }),
        }),
      )
      .optional()
      .meta({ description: 'With `--for`.' }),
    missing: z
      .array(z.object({ file: z.string(), variable: z.string() }))
      .optional()
      .meta({ description: 'With `--for`: what only a person knows, and where it belongs.' }),
    next: z.array(z.string()).optional().meta({ description: 'With `--for`: lines to paste, in order.' }),
    alertmanager: z
      .string()
      .optional()
      .meta({ description: 'With `--alerts`: the lines for `alertmanager.yml`.' }),
  })
  .meta({ title: 'aetherius init --output json' });
export type InitOutput = z.output<typeof InitOutput>;

const AuditFaultOutput = z.looseObject({ verdict: z.enum(auditFaults), seq: z.number() });

export const AuditOutput = z
  .union([
    z.looseObject({ verdict: z.literal('intact'), rows: z.number(), head: z.string() }),
    AuditFaultOutput.extend({ faults: z.array(AuditFaultOutput), more: z.number().optional() }),
  ])
  .meta({ title: 'aetherius audit verify --output json' });
export type AuditOutput = z.output<typeof AuditOutput>;

export const ExportOutput = ExportManifestOutput.meta({
  title: 'aetherius audit export --output json',
  description: 'The manifest that stands beside the file.',
});

/** What each command prints with `--output json`, by the name under which its JSON Schema stands in docs/reference. */
export const outputSchemas = {
  approvals: { schema: ApprovalsOutput, commands: ['approvals list'] },
  audit: { schema: AuditOutput, commands: ['audit verify'] },
  case: { schema: Case, commands: ['case keep'] },
  bundle: { schema: BundleOutput, commands: ['bundle verify', 'bundle open'] },
  collect: { schema: CollectOutput, commands: ['collect'] },
  config: { schema: ConfigOutput, commands: ['config check'] },
  completion: { schema: CompletionOutput, commands: ['completion'] },
  confirm: { schema: ConfirmOutput, commands: ['fixes confirm'] },
  diagnose: { schema: DiagnoseOutput, commands: ['diagnose'] },
  digest: { schema: DigestOutput, commands: ['digest on', 'digest off', 'digest at'] },
  'digest-now': { schema: DigestNowOutput, commands: ['digest now'] },
  doctor: { schema: DoctorOutput, commands: ['doctor'] },
  error: { schema: ErrorOutput, commands: [] },
  explain: { schema: ExplainOutput, commands: ['approvals explain'] },
  export: { schema: ExportOutput, commands: ['audit export'] },
  fix: {
    schema: FixOutput,
    commands: [
      'fix',
      'approvals show',
      'approvals approve',
      'approvals reject',
      'approvals resolve',
      'approvals break-glass',
      'fixes close',
      'fixes stop',
    ],
  },
  'fix-list': { schema: FixListOutput, commands: ['fixes list'] },
  fixes: { schema: FixesOutput, commands: ['fixes status', 'fixes off', 'fixes on'] },
  health: { schema: HealthOutput, commands: ['health'] },
  history: { schema: HistoryOutput, commands: ['history'] },
  init: { schema: InitOutput, commands: ['init'] },
  logs: { schema: LogsOutput, commands: ['logs'] },
  mute: {
    schema: MutesOutput,
    commands: ['mute list', 'mute add', 'mute known', 'mute lift', 'mute export'],
  },
  replay: { schema: ReplayOutput, commands: ['replay'] },
  report: { schema: ReportOutput, commands: ['report'] },
  symptoms: { schema: SymptomsOutput, commands: ['symptoms'] },
} as const satisfies Readonly<
  Record<string, { readonly schema: z.ZodType; readonly commands: readonly string[] }>
>;
