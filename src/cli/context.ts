import type { Redactor } from '@aetherius/redact';
import type { AuditFault } from '../domain/audit/audit.ts';
import type { BundleManifest } from '../domain/bundle/manifest.ts';
import type { Recording } from '../domain/bundle/replay.ts';
import type { BundleFinding } from '../domain/bundle/verdict.ts';
import type { BundleWriter } from '../domain/bundle/writer.ts';
import type { InstructionLines, Place } from '../domain/diagnosis/place.ts';
import type { RemedyCall } from '../domain/fix/remediation.ts';
import type { WantedFix } from '../domain/fix/remedies.ts';
import type { HealthRules, SecondLook } from '../domain/health/rules.ts';
import type { Person } from '../domain/kernel/person.ts';
import type { LogTallyOptions } from '../domain/logs/analysis.ts';
import type { InventoryLook, InventoryNews } from '../domain/platform/inventory.ts';
import type { PartId } from '../domain/platform/part.ts';
import type { Unchecked } from '../domain/platform/unchecked.ts';
import type { LogCounter } from '../domain/ports/log-files.ts';
import type { Finding } from '../domain/probe/finding.ts';
import type { ProbeRunner } from '../domain/probe/probe-runner.ts';
import type { TargetsFactory } from '../domain/probe/targets/targets.ts';
import type { Config } from '../domain/settings/config.ts';
import type { Check } from '../domain/settings/doctor.ts';
import type { EnvironmentConfig } from '../domain/settings/environment.ts';
import type { ProcessEnv } from '../domain/settings/process-env.ts';
import type { ExportVerdict } from '../services/audit/contract.ts';
import type { ReplayHere } from '../services/case/contract.ts';
import type { CollectHere } from '../services/collect/contract.ts';
import type { Services } from '../services/contract.ts';
import type { DiagnoseHere } from '../services/diagnosis/contract.ts';
import type { PlanHere } from '../services/fix/contract.ts';
import type { LogsFollowed, LogsHere } from '../services/logs/contract.ts';
import type { Words } from '../text/words.ts';
import type { ExportRequest, FetchedPart } from './export-protocol.ts';
import type { PersonServices } from './guarded.ts';
import type { InstallationFolder } from './install-files.ts';

/** What `audit verify` tells the shell of a log that is not intact: one code for each verdict. */
export const auditExitCodes = {
  'row-altered': 10,
  gap: 11,
  'link-broken': 12,
  'tail-cut': 13,
  'head-put-back': 14,
  'everything-deleted': 15,
  'older-state': 16,
  'row-behind-head': 17,
  'mac-invalid': 18,
  'key-unknown': 19,
  'anchor-missing': 20,
  'anchor-unreachable': 21,
  'anchor-mismatch': 22,
  'signature-missing': 23,
  'signature-invalid': 24,
  'signer-unknown': 25,
  'signer-wrong': 26,
  'export-altered': 27,
  'manifest-forged': 28,
  'text-altered': 29,
  'text-missing': 30,
} as const satisfies Readonly<Record<AuditFault, number>>;

/** What a command tells the shell (docs/reference/commands.md). */
export const exitCodes = { ok: 0, findings: 1, couldNotLook: 2, usage: 64 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes] | (typeof auditExitCodes)[AuditFault];

export type Output = 'text' | 'json';

/** What a discovered platform looks like, for `init`. */
export interface DiscoverOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: string;
  readonly project?: string;
  readonly socket: string;
}

/** What every command may use, wherever it runs. */
export interface Terminal {
  readonly words: Words;
  readonly output: Output;
  /** Of the terminal that shows the answer; absent without a terminal. */
  readonly columns?: number;
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  now(): Date;
  /** Resolves after `ms` or rejects when the command was interrupted. */
  sleep(ms: number): Promise<void>;
  requestId(): string;
  /** ConfigError with every fault. */
  config(): Promise<Config>;
}

/**
 * What commands have that run in the caller's own process, with the caller's own credentials: nothing that decides,
 * and nothing that reads what the bot has stored, but for its audit log. Everything is made when it is asked for:
 * `--help` loads nothing, `health` opens no PostgreSQL.
 */
export interface CliContext extends Terminal {
  /** Shows how far it is, in one line that the next call replaces and the end removes; only on a terminal. */
  progress?(line: string): void;
  /** Asks the person at the terminal for one line, which is not shown where it is `hidden`; absent without a person at the terminal. */
  ask?(question: string, hidden?: boolean): Promise<string>;
  /** Writes a file. */
  save(path: string, text: string): void;
  /** The folder of an installation that `init` writes. */
  installation(path: string): InstallationFolder;
  /** Bytes of a file, or of standard input for `-`; unpacked where they are gzip. */
  read(path: string): AsyncIterable<Uint8Array>;
  /** The same of a file that grows, also when another one takes its name; it ends when the command is interrupted. */
  follow(path: string): AsyncIterable<Uint8Array>;
  /** Counts logs of any size, on several cores where it is worth it. */
  countLogs(options: LogTallyOptions): LogCounter;
  /** The text without secrets, for what is cut before it is printed. */
  redact(text: string): string;
  env(): Promise<ProcessEnv>;
  /** The file of the configuration, which can be read as one, and what it names that this shell does not have. */
  configured(): Promise<{
    readonly path: string;
    readonly missing: readonly {
      readonly setting: string;
      readonly kind: 'variable' | 'file';
      readonly name: string;
    }[];
  }>;
  /** What looks from this process: no Redis, no PostgreSQL of ours, no Slack. */
  checks(): Promise<{
    readonly rules: HealthRules;
    readonly runner: ProbeRunner;
    readonly again: SecondLook;
    readonly targets: TargetsFactory;
    /** As configured, with what this process saw of each. */
    readonly environments: Readonly<Record<string, EnvironmentConfig>>;
    readonly diagnosis: DiagnoseHere;
    readonly plans: PlanHere;
    readonly logs: LogsHere;
    readonly following: LogsFollowed;
    readonly collect: CollectHere;
    readonly instructionLines: InstructionLines;
    /** The calls of fixes that a confirmed cause asks for; nothing is planned. */
    readonly fixesOf: (
      findings: readonly Finding[],
      wanted: readonly WantedFix[],
      place: Place,
    ) => readonly RemedyCall[];
  }>;
  /** What there is to ask for, by id; `takes` is what may be typed behind a fix. */
  offered(): Promise<{
    readonly symptoms: readonly string[];
    readonly fixes: readonly { readonly id: string; readonly takes: string }[];
  }>;
  /** Takes secrets out of all parts of one bundle: the same one has the same stand-in. */
  redactorOf(bundle: string): Promise<Redactor>;
  readonly bundles: Bundles;
  /** Judges cases by this version; nothing is asked of any environment. */
  replays(): Promise<ReplayHere>;
  /** The file itself, or the `.json` files of a folder in the order of their names. UsageFault for a folder without one. */
  caseFiles(path: string): readonly string[];
  /** What is looked at instead of an environment, with `--bundle`. */
  recorded(): Promise<Pick<Recording, 'environment' | 'at' | 'place'> | undefined>;
  /** For operators, who have the credentials of the bot's own PostgreSQL. */
  audit(): Promise<Pick<Services['audit'], 'verify'>>;
  /** Asks the bot for the record, as the owner of the token; resolves when the first part is there. */
  fetchExport(query: ExportRequest): Promise<AsyncIterable<FetchedPart>>;
  /**
   * Writes a file part by part, as it is: it was cleaned when it was stored. `-` is standard output. Under its name it
   * stands from `end` on; `drop` leaves nothing of it.
   */
  saveParts(path: string): { write(text: string): Promise<void>; end(): void; drop(): void };
  /** With the keys of this shell, and with the public keys of the configuration where there is one. */
  verifyExport(file: string, manifest: string): Promise<ExportVerdict>;
  examine(): Promise<readonly Check[]>;
  /** What workers found, and what is other than yesterday; undefined: the bot's PostgreSQL is not known here, or says nothing. */
  inventory(environment: string): Promise<InventoryNews | undefined>;
  discover(options: DiscoverOptions): Promise<DiscoveredEnvironment | undefined>;
  /** Where else parts of the platform run; undefined: that may not be listed. */
  elsewhere(
    options: DiscoverOptions,
  ): Promise<readonly { readonly place: string; readonly parts: readonly string[] }[] | undefined>;
  /** Looks at an environment of a configuration that was just written, with the variables of this shell. */
  look(file: string, environment: string): Promise<InventoryLook>;
}

/** Files that `collect` made. */
export interface Bundles {
  /** Of this name from its `end` on. UsageFault where something has that name, or it cannot be written. */
  write(path: string, folder: string): Promise<BundleWriter>;
  /** UsageFault for a file that cannot be read. */
  verify(path: string): Promise<CheckedBundle>;
  /** Into a folder that is not there yet; of a bundle that is not whole nothing is left there. */
  open(path: string, folder: string): Promise<CheckedBundle>;
}

export interface CheckedBundle {
  readonly manifest?: BundleManifest;
  readonly files: number;
  readonly bytes: number;
  /** Of the file itself. */
  readonly sha256: string;
  readonly findings: readonly BundleFinding[];
}

/** What commands have that the bot runs for the owner of a token (ADR 0023): the use cases, behind the door. */
export interface ServedContext extends Terminal {
  readonly person: Person;
  readonly services: PersonServices;
  /** Ids of the remediations that exist. */
  readonly remediations: readonly string[];
}

/** An environment as it will stand in the configuration, with the variables to set. */
export interface DiscoveredEnvironment {
  readonly parts: readonly string[];
  /** What runs there besides, or is used by a part, and is not checked. */
  readonly unchecked?: readonly Unchecked[];
  /** Each part with what it is called here, for people. */
  readonly found: readonly {
    readonly part: PartId;
    readonly names: readonly string[];
    readonly address?: string;
    readonly configFile?: string;
    readonly withoutHttp?: 'by-manifest' | 'by-sockets';
    /** Ports that are declared although nothing listens there. */
    readonly closed?: readonly number[];
    /** Why it could not be seen whether something listens at its address: the end of a key `cli.init.unseen-port.…`. */
    readonly unseen?:
      | 'not-running'
      | 'just-started'
      | 'shared-network'
      | 'refused'
      | 'no-program'
      | 'other-ports';
  }[];
  readonly yaml: unknown;
  readonly variables: readonly { readonly name: string; readonly meaning: string }[];
  /** Compose networks outside of which the addresses lead nowhere. */
  readonly networks?: readonly string[];
}
