import { posix } from 'node:path';
import type { Plan } from '../../../domain/fix/remediation.ts';
import { shortened } from '../../../domain/kernel/text.ts';
import type { ComposeContainer } from '../../../domain/probe/targets/compose.ts';

type Note = NonNullable<Plan['notes']>[number];

const most = 300;
/** Names that Compose reads without being told, and with each the file that it lays over it. */
const usual = /^(docker-)?compose\.ya?ml$/;

const filesOf = (containers: readonly ComposeContainer[]) => [
  ...new Set(containers.flatMap(({ files = [] }) => files)),
];

/** That the change is lost when the service is made anew, and from which files that is; nobody has to have noted them. */
export function madeFrom(service: string, containers: readonly ComposeContainer[]): Note {
  const files = filesOf(containers);
  return files.length === 0
    ? { key: 'lost-when-made-anew', facts: { service } }
    : { key: 'lost-to-files', facts: { service, files: shortened(files.join(', '), most) } };
}

/**
 * The file into which the same has to go: the one that counts most, or the override beside a file of the usual name, which
 * Compose reads by itself. Source: Compose, "Merge Compose files".
 */
export function keptIn(containers: readonly ComposeContainer[]): string {
  const files = filesOf(containers);
  const last = files.at(-1);
  if (last === undefined) return 'compose.override.yaml';
  const [, docker] = usual.exec(posix.basename(last)) ?? [];
  const alone = files.length === 1 && usual.test(posix.basename(last));
  const kept = alone ? posix.join(posix.dirname(last), `${docker ?? ''}compose.override.yml`) : last;
  // One line, whatever somebody has put into a label.
  return shortened(kept.replaceAll(/\p{Cc}/gu, ' '), most);
}
