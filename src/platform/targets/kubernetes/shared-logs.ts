import type { KubernetesTarget } from '../../../domain/probe/targets/kubernetes.ts';

type ReadLogs = KubernetesTarget['logs'];

/**
 * The same log is asked for by several probes of a run, with more or fewer lines: the end of what was read is given
 * again. One that could not be read is asked for again; so is one of another time, which is no end of the other.
 */
export function shareLogs(read: ReadLogs): ReadLogs {
  const known = new Map<string, { readonly lines: number; readonly text: Promise<string> }>();
  return async (namespace, pod, container, options = {}) => {
    const { previous = false, tailLines = Number.POSITIVE_INFINITY, sinceSeconds, limitBytes } = options;
    if (sinceSeconds !== undefined || limitBytes !== undefined)
      return read(namespace, pod, container, options);
    const key = `${namespace}/${pod}/${container}/${previous}`;
    const before = known.get(key);
    if (before !== undefined && before.lines >= tailLines) {
      const text = await before.text.catch(() => undefined);
      if (text !== undefined) return lastLines(text, tailLines);
    }
    const text = read(namespace, pod, container, options);
    known.set(key, { lines: tailLines, text });
    return text;
  };
}

function lastLines(text: string, lines: number): string {
  const all = text.split('\n');
  const closing = all.at(-1) === '' ? 1 : 0;
  return all.length - closing <= lines ? text : all.slice(-(lines + closing)).join('\n');
}
