import { alerts } from './en/alerts.ts';
import { answers } from './en/answers.ts';
import { bundle } from './en/bundle.ts';
import { cases } from './en/cases.ts';
import { cli } from './en/cli.ts';
import { commands } from './en/commands.ts';
import { diagnoses } from './en/diagnoses.ts';
import { digest } from './en/digest.ts';
import { findings } from './en/findings.ts';
import { fix } from './en/fix.ts';
import { health } from './en/health.ts';
import { logs } from './en/logs.ts';
import { mutes } from './en/mutes.ts';
import { parts } from './en/parts.ts';
import { probes } from './en/probes.ts';
import { remediations } from './en/remediations.ts';
import { report } from './en/report.ts';
import { services } from './en/services.ts';
import { stores } from './en/stores.ts';
import { surfaces } from './en/surfaces.ts';
import { timeline } from './en/timeline.ts';

/** Every text in English. The keys and placeholders of this one bind the other languages. */
export const en = {
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
} as const;
