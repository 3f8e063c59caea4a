import { shortened } from '../../domain/kernel/text.ts';
import type { Excerpt } from '../../domain/probe/finding.ts';
import type { KubernetesTarget } from '../../domain/probe/targets/kubernetes.ts';
import { excerpt, logLines } from '../support/log-lines.ts';
import type { Parsed, Pod } from './schemas.ts';

/** As many as others read of it, so that one reading is enough for all. */
const tailLines = 80;
/** What programs say when they give up; without such a line the last ones stand for it. */
const lastWords =
  /\b(?:error|fatal|panic|critical|exception|traceback|cannot|failed|refused|denied|no such|unknown|invalid)/i;

/** How a log ends. */
export interface LogEnd {
  readonly excerpt: Excerpt;
  /** The line that it says again and again. */
  readonly repeats?: string;
}

/**
 * The end of the log of a container that has ended, in one request: of the container before this one when it runs
 * again. Undefined when the log cannot be had, which is no reason not to name what is known without it.
 */
export async function crashLog(
  kubernetes: Pick<KubernetesTarget, 'logs'>,
  pod: Parsed<Pod>,
  container: string,
  signal: AbortSignal,
): Promise<LogEnd | undefined> {
  const statuses = [...pod.status.initContainerStatuses, ...pod.status.containerStatuses];
  const previous = statuses.find((one) => one.name === container)?.state.running !== undefined;
  const lines = await linesOf(kubernetes, pod, { container, previous, signal });
  const source = `log ${pod.metadata.name}`;
  const end = excerpt(source, lines, lastWords) ?? excerpt(source, lines, /./);
  return end === undefined ? undefined : { excerpt: end };
}

/** So many lines at the end of a log, of at most two kinds that take turns, are no work that goes on. */
const loopLines = 6;
const time = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d\b/g;

/**
 * The end of the log of an init container that runs, and the line that it repeats. Times aside the lines have to be the
 * same: a number that grows may be progress.
 */
export async function initLog(
  kubernetes: Pick<KubernetesTarget, 'logs'>,
  pod: Parsed<Pod>,
  container: string,
  signal: AbortSignal,
): Promise<LogEnd | undefined> {
  const lines = await linesOf(kubernetes, pod, { container, previous: false, signal });
  const end = excerpt(`log ${pod.metadata.name} ${container}`, lines, /./, 3);
  if (end === undefined) return undefined;
  const last = lines.slice(-loopLines).map(({ raw }) => raw.replace(time, '').trim());
  const kinds = new Set(last);
  const loops = last.length === loopLines && kinds.size <= 2 && !kinds.has('');
  return { excerpt: end, ...(loops ? { repeats: shortened(last.at(-1) ?? '', 160) } : {}) };
}

/** The last lines of a container; none where its log cannot be had. */
async function linesOf(
  kubernetes: Pick<KubernetesTarget, 'logs'>,
  { metadata: { name, namespace = '' } }: Parsed<Pod>,
  from: { readonly container: string; readonly previous: boolean; readonly signal: AbortSignal },
) {
  const { container, previous, signal } = from;
  const text = await kubernetes
    .logs(namespace, name, container, { previous, tailLines, signal, timeoutMs: 5_000 })
    .catch(() => '');
  // The kubelet's own word for a log that is gone comes with a 200.
  return text.startsWith('unable to retrieve container logs') ? [] : logLines(text);
}
