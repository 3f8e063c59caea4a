import type { en } from './en.ts';
import { alerts } from './zh-CN/alerts.ts';
import { answers } from './zh-CN/answers.ts';
import { bundle } from './zh-CN/bundle.ts';
import { cases } from './zh-CN/cases.ts';
import { cli } from './zh-CN/cli.ts';
import { commands } from './zh-CN/commands.ts';
import { diagnoses } from './zh-CN/diagnoses.ts';
import { digest } from './zh-CN/digest.ts';
import { findings } from './zh-CN/findings.ts';
import { fix } from './zh-CN/fix.ts';
import { health } from './zh-CN/health.ts';
import { logs } from './zh-CN/logs.ts';
import { mutes } from './zh-CN/mutes.ts';
import { parts } from './zh-CN/parts.ts';
import { probes } from './zh-CN/probes.ts';
import { remediations } from './zh-CN/remediations.ts';
import { report } from './zh-CN/report.ts';
import { services } from './zh-CN/services.ts';
import { stores } from './zh-CN/stores.ts';
import { surfaces } from './zh-CN/surfaces.ts';
import { timeline } from './zh-CN/timeline.ts';

/** Every text in Simplified Chinese. */
export const zhCN = {
  ...parts,
  ...answers,
  ...alerts,
  ...mutes,
  ...fix,
  ...surfaces,
  ...digest,
  ...commands,
  ...findings,
  ...health,
  ...diagnoses,
  ...services,
  ...stores,
  ...probes,
  ...remediations,
  ...report,
  ...timeline,
  ...logs,
  ...bundle,
  ...cases,
  ...cli,
} as const satisfies Readonly<Record<keyof typeof en, string>>;
