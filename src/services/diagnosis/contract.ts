import type { DiagnosisJudgement } from '../../domain/diagnosis/judgement.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';

/** A diagnosis made by the process that asks; `choose` when the words fit several symptoms. */
export interface DiagnoseHere {
  /** AppError INVALID_INPUT with the reason `unknown-symptom` when no symptom fits the words, `other-command` when they ask for that. */
  run(input: { readonly environment: string; readonly text: string; readonly signal: AbortSignal }): Promise<
    | {
        readonly kind: 'choose';
        readonly choices: readonly { readonly id: string; readonly typed: string }[];
      }
    | {
        readonly kind: 'judged';
        readonly judgements: readonly DiagnosisJudgement[];
        readonly outcomes: readonly ProbeOutcome[];
        /** The installation as it was seen. */
        readonly platform: Platform;
      }
  >;
}
