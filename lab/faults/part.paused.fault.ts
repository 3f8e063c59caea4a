/** `part.<part>.paused`: every process is there and every connection stays open, but nothing answers. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signalPid, waitFor } from '../components/process.ts';
import { type Fault, type Lab, type LabPart, labParts } from '../types.ts';
import { defineFault } from './support.ts';

/** The freezer that a process is in: its file, and the words for frozen and thawed (cgroup v1 and v2). */
function freezer(pid: number): { file: string; frozen: string; thawed: string } | undefined {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const v1 = lines.find((line) => /:(.*,)?freezer(,.*)?:/.test(line));
  if (v1 !== undefined) {
    const file = join('/sys/fs/cgroup/freezer', v1.split(':')[2] ?? '', 'freezer.state');
    if (existsSync(file)) return { file, frozen: 'FROZEN', thawed: 'THAWED' };
  }
  const v2 = lines.find((line) => line.startsWith('0::'))?.slice(3);
  const file = join('/sys/fs/cgroup', v2 ?? '', 'cgroup.freeze');
  return existsSync(file) ? { file, frozen: '1', thawed: '0' } : undefined;
}

async function freeze(lab: Lab, part: LabPart, frozen: boolean): Promise<void> {
  const [pid] = await lab.pids(part);
  if (pid === undefined) {
    if (frozen) throw new Error(`${part} does not run`);
    return;
  }
  const group = freezer(pid);
  // Plain processes share our own group, which must not freeze: there the first process alone stops.
  if (lab.runtime === 'processes' || group === undefined) signalPid(pid, frozen ? 'SIGSTOP' : 'SIGCONT');
  else writeFileSync(group.file, frozen ? group.frozen : group.thawed);
}

function isStill(pid: number): boolean {
  try {
    if (/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return true;
    const group = freezer(pid);
    const now = group === undefined ? '' : readFileSync(group.file, 'utf8').trim();
    return group !== undefined && now !== '' && now !== group.thawed;
  } catch {
    return false;
  }
}

/** Neo4j answers some seconds before its start is over: paused in between, it is one that never started. */
async function started(lab: Lab): Promise<void> {
  const said = async () => /\bStarted\.\s*$/m.test(await lab.logs('neo4j', { lines: 200 }));
  // A log that was cut off no longer says it; one that has just begun does within this time.
  await waitFor(said, { seconds: 60, what: 'Neo4j to say that it has started' }).catch(() => undefined);
}

const paused = (part: LabPart): Fault =>
  defineFault({
    id: `part.${part}.paused`,
    title: `${part} runs but answers nothing`,
    variants: ['signal', 'freezer'],
    runtimes: ['kubernetes', 'compose', 'processes'],
    within: 10,
    async plant(lab, variant) {
      if (part === 'neo4j') await started(lab);
      await (variant === 'freezer' ? freeze(lab, part, true) : lab.pause(part));
    },
    async check(lab) {
      const [first] = await lab.pids(part);
      return first !== undefined && isStill(first);
    },
    async clear(lab, variant) {
      if (variant === 'freezer') await freeze(lab, part, false);
      else if ((await lab.pids(part)).length > 0) await lab.resume(part);
    },
  });

export const partPaused: readonly Fault[] = labParts.map(paused);
