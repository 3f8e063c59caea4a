import type { AuditService, ExportService } from './audit/contract.ts';
import type { CaseService } from './case/contract.ts';
import type { DigestService } from './digest/contract.ts';
import type { KillSwitchService, PlaceService, RemediationService } from './fix/contract.ts';
import type { InventoryService } from './inventory/contract.ts';
import type { AttachedLogs } from './logs/contract.ts';
import type { MuteService } from './mute/contract.ts';
import type { ReportService } from './report/contract.ts';
import type { RunService } from './run/contract.ts';
import type { TimelineService } from './timeline/contract.ts';
import type { TokenService } from './token/contract.ts';
import type { WatchedService } from './watch/contract.ts';

/**
 * The use cases, as handlers and the command line see them. Slack entry points and commands know these
 * types and nothing behind them.
 */
export interface Services {
  readonly runs: RunService;
  readonly remediations: RemediationService;
  readonly switches: KillSwitchService;
  readonly mutes: MuteService;
  readonly places: PlaceService;
  readonly digests: DigestService;
  readonly reports: ReportService;
  readonly timelines: TimelineService;
  readonly cases: CaseService;
  readonly audit: AuditService;
  readonly exports: ExportService;
  readonly tokens: TokenService;
  readonly inventories: InventoryService;
  readonly watched: WatchedService;
  readonly attachedLogs: AttachedLogs;
}
