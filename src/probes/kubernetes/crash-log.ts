import type { Excerpt } from '../../domain/probe/finding.ts';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import { excerpt, logLines } from '../support/log-lines.ts';
import type { Parsed, Pod } from './schemas.ts';

/** As many as others read of it, so that one reading is enough for all. */
const tailLines = 80;
/** What programs say when they give up; without such a line the last ones stand for it. */
const lastWords =
  /\b(?:error|fatal|panic|critical|exception|traceback|cannot|failed|refused|denied|no such|unknown|invalid)/i;

/**
 * The end of the log of a container that has ended, in one request: of the container before this one when it runs
 * again. Undefined when the log cannot be had, which is no reason not to name what is known without it.
 */
export async function crashLog(
  kubernetes: Pick<KubernetesTarget, 'logs'>,
  pod: Parsed<Pod>,
  container: string,
  signal: AbortSignal,
): Promise<Excerpt | undefined> {
  const { name, namespace = '' } = pod.metadata;
  const statuses = [...pod.status.initContainerStatuses, ...pod.status.containerStatuses];
  const previous = statuses.find((one) => one.name === container)?.state.running !== undefined;
  const text = await kubernetes
    .logs(namespace, name, container, { previous, tailLines, signal, timeoutMs: 5_000 })
    .catch(() => '');
  // The kubelet's own word for a log that is gone comes with a 200.
  const lines = text.startsWith('unable to retrieve container logs') ? [] : logLines(text);
  const source = `log ${name}`;
  return excerpt(source, lines, lastWords) ?? excerpt(source, lines, /./);
}
