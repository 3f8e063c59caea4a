import type { z } from 'zod';
import { sha256 } from '../kernel/canonical.ts';
import type { Facts } from '../kernel/facts.ts';
import type { PartId } from '../platform/part.ts';
import type { Finding } from '../probe/finding.ts';
import type { FindingCode } from '../probe/findings.ts';
import type { ProbeCall } from '../probe/probe.ts';
import type { TargetName, Targets } from '../probe/targets/targets.ts';
import type { LookedAgain } from './looked-again.ts';
import type { ObjectIdentity } from './object.ts';

export type Tier = 0 | 1 | 2 | 3;

/** One change, small enough to be observed after a crash. `from`/`to` are what people compare and what is checked. */
export interface PlanStep {
  /** Catalogue key `step.<kind>`; also what `applyStep` switches on. */
  readonly kind: string;
  /** The very object: `deployment/aetherius/agent-manager`, `redis run_id=…`, `pid 4711`. */
  readonly target: string;
  readonly from: Facts;
  readonly to: Facts;
  /** Identity facts re-read right before the step (R-P3); any difference makes the plan stale. */
  readonly precondition: Facts;
  /** R-X6: `neither` cannot be written at all. */
  readonly safety: 'idempotent' | 'observable';
}

/** Exactly what would run (R-P1). Immutable once proposed; its hash is what people approve. */
export interface Plan {
  /** 1: all of it is hashed. 2: not the facts of `blast`, which count what moves meanwhile. */
  readonly schemaVersion: 1 | 2;
  readonly actionId: string;
  readonly actionVersion: number;
  readonly environment: string;
  readonly part: PartId;
  /** Canonical id of the target; at most one open remediation per (environment, target) (R-X2). */
  readonly target: string;
  /** Identity facts of everything the target is, for the self-target rule (R-X14): `system_identifier`, `run_id`, `uid`. */
  readonly identity: Facts;
  readonly params: Facts;
  readonly tier: Tier;
  /** Why the tier is higher than usual: catalogue key `raised.<key>` and its facts, of which none moves by itself. */
  readonly raised?: { readonly key: string; readonly facts: Facts };
  /** What else a person has to know of the object: catalogue keys `note.<key>`, such as who will put the field back. */
  readonly notes?: readonly { readonly key: string; readonly facts: Facts }[];
  /**
   * Milliseconds after its verdict at which somebody must have kept this change or taken it back (R-X17); absent: nothing
   * is known that would put it back.
   */
  readonly endsAfterMs?: number;
  /** The same change as lines to put where the object is made: file name or command first, no word of ours in them. */
  readonly patch?: readonly string[];
  readonly steps: readonly [PlanStep, ...PlanStep[]];
  /** Undo steps made from the saved pre-image; absent: there is no undo and the message says so. */
  readonly undo?: readonly [PlanStep, ...PlanStep[]];
  /** Probes that must be healthy afterwards: another signal than the one written (R-X12). */
  readonly verifyWith: readonly [ProbeCall, ...ProbeCall[]];
  /** The same after an undo, which may bring the old symptom back; without it `verifyWith` is asked. */
  readonly undoVerifyWith?: readonly [ProbeCall, ...ProbeCall[]];
  /** Milliseconds: how long verification may take, and how long it must stay good. */
  readonly verifyWithinMs: number;
  readonly stableForMs: number;
  /** Catalogue key `blast.<key>` and its facts: what users will notice. */
  readonly blast: { readonly key: string; readonly facts: Facts };
  /** `asked`: nothing is taken back by itself when something goes wrong, because what is done is good as it is. */
  readonly undoWhen?: 'asked';
  /** Milliseconds after the verdict for which there is what the undo needs; absent: it is made from the plan alone. */
  readonly undoForMs?: number;
  /** What users will notice of the undo; needed beside `undo`, because the fix's own words promise the opposite. */
  readonly undoBlast?: { readonly key: string; readonly facts: Facts };
  /** Per step deadline, shorter than the lease. */
  readonly stepTimeoutMs: number;
  /** Number of objects touched; execution may not touch more (R-P7). */
  readonly objects: number;
}

/** Schema version of the plans that are made now. */
export const planSchema = 2;

/**
 * Lower-case hex SHA-256 of what will be changed and what must hold; the first 8 digits are shown to people. Counts of
 * what moves by itself (keys, sessions) stand beside the plan: one new key must not make another plan of it.
 */
export function planHash(plan: Plan): string {
  if (plan.schemaVersion === 1) return sha256(plan);
  return sha256({ ...plan, blast: { key: plan.blast.key } });
}

export interface RemediationContext<Deps> {
  readonly deps: Deps;
  readonly signal: AbortSignal;
  now(): Date;
  /** Given to `applyStep` by an execution: where a step that takes long says how far it is. */
  readonly work?: LongWork;
  /** Given by an execution to all but `plan` and `object`. */
  readonly operation?: Operation;
}

/** The one fix that runs, as a step may need to know it to name what it makes, and not to make it twice. */
export interface Operation {
  /** Of the fix itself also for its undo. */
  readonly id: string;
  /** Milliseconds since the first intent to do a step of it, by the database clock; 0 before that. */
  age(): Promise<number>;
}

/** How far a step is that works in batches. Counts are of what its words say: rows, keys. */
export interface WorkProgress {
  readonly done: number;
  /** As it was counted for the plan; what is there may differ a little by now. */
  readonly total: number;
  /** Where the next batch begins, for whoever goes on after a crash; anything lost here is only looked at again. */
  readonly cursor?: number;
  /** Why it waits instead of going on: catalogue key `card.work.<waits>`. */
  readonly waits?: string;
  /** What is counted, where that is not things of which each is one. */
  readonly unit?: 'bytes';
  /** It is all or nothing: what is done of it is gone when it is stopped. */
  readonly whole?: true;
}

/** A step in batches, as the executor sees it (R-X16): between two of them it is stored, shown, renewed and stopped. */
export interface LongWork {
  /** Where earlier attempts of the same step came to. */
  readonly before: WorkProgress | undefined;
  /**
   * After each batch, and again while it waits. Stores how far it is, with a new lease and the whole time of a step for
   * the next batch, and then pauses for `pauseMs` milliseconds. Throws where it may not go on: that must pass through.
   */
  next(progress: WorkProgress, pauseMs?: number): Promise<void>;
  /**
   * After `next` threw: people have ended it, so what is half made is cleaned up. False: another worker goes on, and
   * nothing is touched any more.
   */
  stopped(): boolean;
}

/** A right the executor needs, asked with SelfSubjectAccessReview before the offer (R-P6). */
export interface NeededRight {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  /** Of one object: the right may be given for it alone. */
  readonly name?: string;
  /** The feature of the chart that it belongs to, where several have it. */
  readonly feature?: KubernetesChange['feature'];
}

/** What a field may become, and what it may have been. `generation` is the object's number before the change. */
export type FieldRule =
  /** This text with the generation. */
  | { readonly becomes: 'mark'; readonly prefix: string }
  /** Nothing: it was this text with the generation before that, so that the object has not been changed since. */
  | { readonly becomes: 'unmarked'; readonly prefix: string }
  /** A number within these bounds, both included, from one within those. */
  | {
      readonly becomes: 'number';
      readonly from: readonly [number, number];
      readonly to: readonly [number, number];
    }
  /** A quantity of Kubernetes up to this one, or nothing. */
  | { readonly becomes: 'quantity'; readonly most: string }
  /** One label to this many. */
  | { readonly becomes: 'labels'; readonly most: number }
  /** A map with no other entries than before, and maybe fewer; or with all that it had, and maybe more. */
  | { readonly becomes: 'fewer' | 'more' }
  /** A list of which so many items at most are gone, or that has so many more than before; the others stay. */
  | { readonly becomes: 'shorter' | 'longer'; readonly most: number }
  /** A map of texts with the same names, of which one at most is another, so many characters longer or shorter at most. */
  | { readonly becomes: 'entry'; readonly most: number }
  /** A map of texts of which one at most comes, goes or is any other. */
  | { readonly becomes: 'one-entry' }
  /** Another image of the same repository. */
  | { readonly becomes: 'image' }
  | { readonly becomes: 'anything' };

export interface FieldChange {
  /**
   * From the top of the object. `containers[]` stands for each item of that list, known by its name; no item may
   * come or go.
   */
  readonly path: readonly [string, ...string[]];
  readonly to: FieldRule;
}

/**
 * What an effect changes of an object of Kubernetes. The admission policy of the worker's account is made of these, so
 * an effect that is not said here is denied there (R-X15).
 */
export type KubernetesChange = KubernetesUpdate | KubernetesMaking | KubernetesKeeping | KubernetesRunning;

export interface KubernetesUpdate {
  /** What an installation switches on to let it happen. */
  readonly feature: 'restart' | 'workloads' | 'services' | 'configmaps' | 'credentials';
  readonly group: string;
  readonly resources: readonly (
    | 'deployments'
    | 'statefulsets'
    | 'daemonsets'
    | 'services'
    | 'configmaps'
    | 'secrets'
  )[];
  /** The fields that may differ afterwards; no other may. */
  readonly fields: readonly [FieldChange, ...FieldChange[]];
}

/** Objects that an effect makes for a while: a Job that runs nothing, deleted again, and the policies that go with it. */
export interface KubernetesMaking {
  readonly feature: 'connections';
  /** How their names begin; no object of another name is made or deleted. */
  readonly prefix: string;
  /** Seconds after which the cluster ends the Job at the latest. */
  readonly mostSeconds: number;
}

/** Secrets that an effect makes: one that keeps a value from before until a Job that runs nothing ends, or one that was missing. */
export interface KubernetesKeeping {
  readonly feature: 'credentials';
  /** Whose namespace it is in. */
  readonly place: 'platform' | 'agents';
  /** How the names of those Jobs begin. */
  readonly clock: string;
  /** Seconds after which the cluster ends the Job at the latest, and deletes what is kept. */
  readonly mostSeconds: number;
  /** Name of the Secret that keeps the value. */
  readonly kept: string;
  /** Annotation of a Secret that was made because it was missing; no other one is deleted. Absent: no Secret is made. */
  readonly madeBy?: string;
}

/** A Job that an effect makes and that runs one fixed program on one claim, with the image of the part it is for. */
export interface KubernetesRunning {
  readonly feature: 'models';
  /** How the names of these Jobs begin; no object of another name is made or deleted. */
  readonly runs: string;
  /** Seconds after which the cluster ends the Pod at the latest, and for which it keeps what has ended. */
  readonly mostSeconds: number;
  readonly keptSeconds: number;
  /** All of the command; values come as these variables and as nothing else. */
  readonly command: readonly string[];
  readonly variables: readonly string[];
  /** The variables whose values the installation itself names. */
  readonly pinned: { readonly url: string; readonly sha256: string };
  /** Where the claim is mounted. */
  readonly mountedAt: string;
}

/** `under-way`: the target itself is still at it, begun by this very fix; a repetition of the step goes on with that. */
export type Observation = 'done' | 'not-done' | 'under-way' | 'unknown';

/** How what a temporary change has set stands, long after it. What cannot be looked at throws, and has no standing. */
export type Standing =
  /** Still there, and the maker of the object is not seen to write the same. */
  | { readonly is: 'ours' }
  /** The maker of the object writes the same by now: it lasts. */
  | { readonly is: 'kept' }
  /** Put back, or another value; with `field`, `by` and `at` of the other hand, where the target tells. */
  | { readonly is: 'gone'; readonly by?: Facts };

/**
 * A typed action. It knows how to plan, apply, observe and undo one kind of change, and nothing about
 * who may do it or when: that lives in the services and in docs/rules/approval.md.
 */
export interface Remediation<
  Id extends string = string,
  P extends z.ZodType = z.ZodType,
  Deps = Targets,
  Instruction extends string = string,
> {
  /** `<target>.<verb-noun>`: it stands in `src/remediations/<target>`, in a room of it or not, as `<verb-noun>.remediation.ts`. */
  readonly id: Id;
  /** Raised whenever the meaning of a stored plan changes; a plan of another version is stale. */
  readonly version: number;
  readonly doc: string;
  /** Lowest tier; `plan` may only raise it. */
  readonly tier: Tier;
  readonly params: P;
  /** All needed of these must be configured; `any` when one of several runtimes serves. */
  readonly needs: readonly TargetName[];
  /** Runtime on which it can be carried out; absent: on any. */
  readonly on?: 'kubernetes' | 'compose';
  /** Findings that it helps with. A health check, which names no cause, offers by these alone. */
  readonly helpsWith: readonly FindingCode[];
  /** Findings that it helps with once a cause names it; by themselves they do not say that it would. */
  readonly helpsCause?: readonly FindingCode[];
  /**
   * Parameters for one of those findings, from its facts; undefined where it does not help. Pure. `at`: the part that a
   * cause wants to mend, which may be another than the finding's; absent where the finding alone decides.
   */
  paramsFor(finding: Finding, at?: PartId): RemedyCall['with'] | undefined;
  /** Catalogue key `remedy.<instruction>`: what people do by hand where it cannot be offered. */
  readonly instruction: Instruction;
  /** Read-only: which object they are for may have to be looked for. */
  rights?(
    params: z.output<P>,
    context: Pick<RemediationContext<Deps>, 'deps' | 'signal'>,
  ): Promise<readonly NeededRight[]>;
  /** All that its steps write to the API server of Kubernetes. */
  readonly changes?: readonly KubernetesChange[];
  /** Read-only. AppError CONFLICT with facts.reason when there is nothing to do or an empty target set (R-P7). */
  plan(params: z.output<P>, context: RemediationContext<Deps>): Promise<Plan>;
  /**
   * Read-only. The very object that the plan's steps change, resolved anew and by no word that anybody typed: the bot
   * compares it with what it stands on before the offer and at the claim (R-X14).
   */
  object(plan: Plan, context: RemediationContext<Deps>): Promise<ObjectIdentity>;
  /** Exactly that step (also for undo steps). Re-checks `step.precondition` and throws AppError CONFLICT `stale` on a difference. */
  applyStep(step: PlanStep, plan: Plan, context: RemediationContext<Deps>): Promise<Facts>;
  /** Read-only: has this step's effect taken place? What a recovery asks after a crash. */
  observeStep(step: PlanStep, plan: Plan, context: RemediationContext<Deps>): Promise<Observation>;
  /**
   * Read-only: has the target come to rest after its steps (rollout complete, container healthy)? Asked in every
   * round of the verification, beside `verifyWith`; without it only the probes decide.
   */
  settled?(plan: Plan, context: RemediationContext<Deps>): Promise<boolean>;
  /**
   * Read-only. What must stay the same while it is watched, such as the start times of containers: one that runs at
   * each look and starts anew in between is not at rest.
   */
  mark?(plan: Plan, context: RemediationContext<Deps>): Promise<string>;
  /**
   * Read-only. What has to happen before that which the steps wrote counts, such as a restart: catalogue key `due.<key>`
   * and its facts. Undefined: it counts already. Without it what is written counts at once.
   */
  due?(plan: Plan, context: RemediationContext<Deps>): Promise<LookedAgain['due']>;
  /**
   * Read-only. Who has set last what the plan changes, where the target tells and it was not us: facts `field`, `by` and
   * `at`. Asked where the object is not as the steps left it, so that people read whose hand that was.
   */
  otherHand?(plan: Plan, context: RemediationContext<Deps>): Promise<Facts | undefined>;
  /**
   * Read-only. How what the plan has set stands when its time is over (R-X17), whatever else of the object has changed
   * since. Without it no plan gets an end.
   */
  standing?(plan: Plan, context: RemediationContext<Deps>): Promise<Standing>;
}

export function defineRemediation<
  const Id extends string,
  P extends z.ZodType,
  Deps,
  const Instruction extends string,
>(remediation: Remediation<Id, P, Deps, Instruction>): Remediation<Id, P, Deps, Instruction> {
  return remediation;
}

/** A remedy as a finding or cause offers it: an action with its parameters. */
export interface RemedyCall {
  readonly remediation: string;
  readonly with: Readonly<Record<string, string | number | boolean>>;
}
