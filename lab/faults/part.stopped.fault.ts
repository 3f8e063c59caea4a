/** `part.<part>.stopped`: the part does not run, or is not there at all. */

import { isCompose } from '../runtimes/compose.ts';
import { isKubernetes } from '../runtimes/kubernetes.ts';
import { type Fault, type Lab, type LabPart, labParts } from '../types.ts';
import { defineFault } from './support.ts';

async function removePart(lab: Lab, part: LabPart): Promise<void> {
  await lab.stop(part);
  if (isKubernetes(lab)) {
    const { kind, name, namespace } = lab.names.workload(part);
    await lab.kubectl(['delete', kind, name, '-n', namespace, '--wait=true']);
  } else if (isCompose(lab)) await lab.docker(['rm', '-f', lab.names.container(part)]);
}

/** Whether no process of the part runs; for `removed`, whether its workload or container is gone too. */
async function isGone(lab: Lab, part: LabPart, variant: string): Promise<boolean> {
  if (isKubernetes(lab)) {
    const { kind, name, namespace } = lab.names.workload(part);
    const there = await lab.object(`${kind}/${name}`, namespace);
    return (variant === 'removed') === (there === undefined) && (await lab.pods(part)).length === 0;
  }
  if (isCompose(lab)) {
    const found = await lab.inspect(part);
    return variant === 'removed' ? found === undefined : found !== undefined && !found.State.Running;
  }
  return (await lab.pids(part)).length === 0;
}

const stopped = (part: LabPart): Fault =>
  defineFault({
    id: `part.${part}.stopped`,
    title: `${part} does not run`,
    variants: ['stopped', 'removed'],
    runtimes: ['kubernetes', 'compose', 'processes'],
    within: 20,
    plant: (lab, variant) => (variant === 'removed' ? removePart(lab, part) : lab.stop(part)),
    check: (lab, variant) => isGone(lab, part, variant),
    async clear(lab) {
      if (isKubernetes(lab)) {
        const { kind, name, namespace } = lab.names.workload(part);
        await lab.restore(kind, name, namespace);
      }
      await lab.start(part);
    },
  });

export const partStopped: readonly Fault[] = labParts.map(stopped);
