import type { en } from './en.ts';
import { cli } from './zh-CN/cli.ts';
import { diagnoses } from './zh-CN/diagnoses.ts';
import { findings } from './zh-CN/findings.ts';
import { health } from './zh-CN/health.ts';
import { probes } from './zh-CN/probes.ts';
import { remediations } from './zh-CN/remediations.ts';
import { report } from './zh-CN/report.ts';
import { services } from './zh-CN/services.ts';
import { stores } from './zh-CN/stores.ts';
import { ui } from './zh-CN/ui.ts';

/** Every text in Simplified Chinese. */
export const zhCN = {
  ...ui,
  ...findings,
  ...health,
  ...diagnoses,
  ...services,
  ...stores,
  ...probes,
  ...remediations,
  ...report,
  ...cli,
} as const satisfies Readonly<Record<keyof typeof en, string>>;
