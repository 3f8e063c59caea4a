import { z } from 'zod';
import {
  ApprovalsOutput,
  BundleOutput,
  CollectOutput,
  DiagnoseOutput,
  DoctorOutput,
  FixOutput,
  HealthOutput,
  LogsOutput,
  ReportOutput,
} from '../../src/cli/output-schemas.ts';

/** JSON Schemas of what `--output json` prints. */
export function outputSchemas(): readonly (readonly [string, string])[] {
  return Object.entries({
    health: HealthOutput,
    diagnose: DiagnoseOutput,
    logs: LogsOutput,
    collect: CollectOutput,
    bundle: BundleOutput,
    doctor: DoctorOutput,
    fix: FixOutput,
    approvals: ApprovalsOutput,
    report: ReportOutput,
  }).map(([name, schema]) => [
    `docs/reference/output-${name}.schema.json`,
    `${JSON.stringify(z.toJSONSchema(schema), null, 2)}\n`,
  ]);
}
