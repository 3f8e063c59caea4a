import type { FindingView, OfferedFix } from '../message/finding-view.ts';
import type { Rendered } from '../message/rendered.ts';
import type { ShownMute } from '../message/shown-mute.ts';
import type { StageDifference } from '../platform/inventory.ts';
import type { PartId } from '../platform/part.ts';
import type { Finding } from '../probe/finding.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { Language, Run } from '../run/run.ts';
import type { DiagnosisJudgement, Truth } from './judgement.ts';

/** How a diagnosis is put into words; implemented by `bot/views/diagnosis.view.ts`. */
export interface DiagnosisRenderer {
  /** The run's first message: looking, then the answer. */
  diagnosis(view: DiagnosisView, language: Language): Rendered;
  /** Everything that was seen, as a text file; secrets were removed before it was stored. */
  evidenceFile(view: DiagnosisView, language: Language): string;
  /** Several symptoms fit: the reader picks one. */
  chooseSymptom(
    view: {
      readonly run: Run;
      readonly text: string;
      /** `typed`: as somebody would ask for it, with the part where one is meant (`H2 redis`). */
      readonly choices: readonly { readonly id: string; readonly typed: string; readonly button: string }[];
    },
    language: Language,
  ): Rendered;
}

export interface DiagnosisView {
  readonly run: Run;
  /** In the order they were walked; the first is the one that was asked for. */
  readonly judgements: readonly DiagnosisJudgement[];
  readonly path?: UnreachablePath;
  /** Instructions for confirmed causes: catalogue key `remedy.<key>` with the facts to fill in. */
  readonly instructions: readonly {
    readonly cause: string;
    readonly key: string;
    readonly finding?: Finding;
    /** Lines to copy, with the names of this environment filled in. */
    readonly commands: readonly string[];
  }[];
  /** Fixes of confirmed causes that cannot be offered here, with the reason. */
  readonly refused?: FindingView['refused'];
  readonly seen: number;
  readonly asked: number;
  readonly outcomes: readonly ProbeOutcome[];
  readonly complete: boolean;
  /** Where drift was asked for: parts that run another image in other environments whose readers are the same. */
  readonly stages?: readonly StageDifference[];
  /** Fixes that are offered for its causes: each has a card of its own. */
  readonly fixes?: readonly OfferedFix[];
  /** Ids of causes for which a fix is offered: what people would do by hand instead stands in the file. */
  readonly fixed?: readonly string[];
  /** Button id that shows all that was seen, and what was ruled out. */
  readonly detailsButton?: string;
  /** Button id that fills in an issue from this run. */
  readonly reportButton?: string;
  /** Button ids that read the log of a part, where evidence says that it tells more. */
  readonly logButtons?: readonly { readonly part: PartId; readonly button: string }[];
  /** Button id that collects a bundle. */
  readonly collectButton?: string;
  /** What people have muted of its causes, or accepted for good. */
  readonly mutes?: readonly ShownMute[];
  /** Button id that mutes what speaks for the first cause. */
  readonly muteButton?: string;
  readonly now: Date;
}

export const unreachableSteps = ['running', 'health', 'network', 'application'] as const;

/** H2 as walked: the guide's questions with their answers, up to where the path breaks. */
export interface UnreachablePath {
  readonly part: PartId;
  readonly steps: readonly {
    readonly key: (typeof unreachableSteps)[number];
    readonly ok: Truth;
  }[];
}
