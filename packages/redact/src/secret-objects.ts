import { hideEscapedObjects, hideSecretObjects } from './kubernetes.ts';
import { ScanState } from './scan-state.ts';

const kindSecret = /(?:^|[\s"'`{,[-]|\\n)kind\\{0,15}["']?[ \t]{0,8}:[ \t]{0,8}\\{0,15}["']?secret(?![\w-])/i;

/** Whether a Secret of Kubernetes is written down in it. */
export const namesSecretObject = (text: string): boolean => text.includes('ecret') && kindSecret.test(text);

/**
 * The text without the values of Secrets of Kubernetes, in as many lines: for who takes a text apart before the redactor
 * sees it, since a part alone does not say whose it was.
 */
export function withoutSecretObjects(text: string): string {
  const state = new ScanState(text);
  hideSecretObjects(state);
  hideEscapedObjects(state);
  const pieces: string[] = [];
  let at = 0;
  for (const { start, end } of state.found.toSorted((a, b) => a.start - b.start)) {
    if (end <= at) continue;
    pieces.push(text.slice(at, Math.max(at, start)), start >= at ? '[secret]' : '');
    at = end;
  }
  return pieces.length === 0 ? text : pieces.join('') + text.slice(at);
}
