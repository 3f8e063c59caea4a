import { cli } from './en/cli.ts';
import { diagnoses } from './en/diagnoses.ts';
import { findings } from './en/findings.ts';
import { health } from './en/health.ts';
import { probes } from './en/probes.ts';
import { remediations } from './en/remediations.ts';
import { report } from './en/report.ts';
import { services } from './en/services.ts';
import { stores } from './en/stores.ts';
import { ui } from './en/ui.ts';

/** Every text in English. The keys and placeholders of this one bind the other languages. */
export const en = {
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
} as const;
