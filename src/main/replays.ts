import { ownProbes, pathSteps, unreachable } from '../diagnoses/unreachable.diagnosis.ts';
import { platformOf } from '../domain/platform/platform.ts';
import { probes } from '../probes/index.ts';
import type { ReplayHere } from '../services/case/contract.ts';
import { createReplayHere } from '../services/case/replay.service.ts';
import { diagnoses } from './registries.ts';

/** Judges cases by the registries of this version; it needs no configuration and no connection. */
export function openReplays(): ReplayHere {
  return createReplayHere({
    ...{ diagnoses, unreachable, ownProbes, pathSteps, platform: platformOf() },
    emitters: new Map(probes.map(({ id, emits }) => [id, emits])),
  });
}
