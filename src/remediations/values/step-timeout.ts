import { z } from 'zod';
import { stepTimeoutFor } from '../../domain/fix/config-advice.ts';
import { guideStepTimeout } from '../../domain/platform/table.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { ProbeCall } from '../../domain/probe/probe.ts';
import { refused } from '../shared/stale.ts';
import { valueIn, type Written } from './number-in-yaml.ts';
import { limitSaid, type ProofContext } from './orchestrator-api.ts';
import { amountOf } from './time-units.ts';

/** Parameters of a fix that gives one step of a workflow more time, on whatever runs the service. */
export const stepParams = {
  workflow: z
    .string()
    .max(200)
    .regex(/^[\p{L}\p{N}_][\p{L}\p{N}_.-]*$/u)
    .meta({ description: 'Id of the workflow, which is the name of its file.' }),
  step: z
    .string()
    .max(200)
    .regex(/^[\p{L}\p{N}_][\p{L}\p{N}_. -]*$/u)
    .meta({ description: 'Id of the step.' }),
  value: z
    .int()
    .min(1)
    .max(guideStepTimeout.most)
    .meta({ description: 'Seconds that it may take from then on.' }),
};
const Step = z.strictObject(stepParams);
type Step = z.output<typeof Step>;

/** The service whose workflows they are. */
export const stepPart = 'orchestrator-service' as const;

/** Parameters for a finding whose names can be parameters; undefined otherwise. */
export function stepFor(finding: Finding): Step | undefined {
  const params = Step.safeParse(stepTimeoutFor(finding));
  return params.success ? params.data : undefined;
}

/** The probe that must find nothing of this step afterwards. */
export const stepSign = ({ workflow, step }: Step): ProbeCall => ({
  probe: 'services.step-timeouts',
  with: { subject: `${workflow}/${step}`, ranOut: 'step-limit' },
});

/**
 * Refused where the service does not say what the step may take, says something else than the file, or the step has that
 * time already.
 */
export async function mustBeShort(params: Step, before: Written, context: ProofContext): Promise<void> {
  const { step, value } = params;
  const said = await limitSaid(params, context);
  if (said === undefined) throw refused('step-limit-unsaid', { step });
  if (said !== before) throw refused('step-limit-differs', { step, said, file: before });
  if (amountOf(before) >= value) throw refused('setting-there-already', { key: step, value: before });
}

/** Of two files with one workflow nobody knows which one the service takes. `file`: what people call that of this name. */
export function mustBeAlone(
  texts: Readonly<Record<string, string>>,
  name: string,
  workflow: string,
  file: string,
): void {
  const same = Object.keys(texts).filter((one) => isOf(texts[one] ?? '', workflow));
  const [other] = same.filter((one) => one !== name);
  if (other !== undefined) throw refused('workflow-twice', { workflow, file: name, other });
  if (!same.includes(name)) throw refused('workflow-not-in-map', { workflow, file });
}

function isOf(text: string, workflow: string): boolean {
  try {
    return valueIn(text, 'id') === workflow;
  } catch {
    return false;
  }
}
