import { namedSymptom, symptomLabel } from '../../domain/alert/incident.ts';
import type { Symptom } from '../../domain/diagnosis/symptom.ts';
import { cutToUnits, oneLine } from '../../domain/kernel/text.ts';
import type { StoredAlert } from '../../domain/ports/alerts.ts';

/** What an alert means: the text that starts its diagnosis, and which alerts mean the same. */
export interface AlertReading {
  /** `known`: a diagnosis; `choose`: people are asked which; `unknown`: none goes with it. */
  readonly kind: 'known' | 'choose' | 'unknown';
  /** As somebody would type it (`D3`, `H2 redis`), or the line that was read. */
  readonly typed: string;
  readonly symptom: string;
}

/** Reads a text as `/aetherius diagnose` of that environment does. */
export type ReadSymptom = (text: string, environment: string) => Symptom;

/** Rules that always fire: they say that alerts arrive. */
const alive = /^(?:watchdog|info ?inhibitor|dead ?mans? ?(?:switch|snitch)|always ?firing)$/i;

export const isHeartbeat = ({ name }: Pick<StoredAlert, 'name'>): boolean =>
  alive.test(name.replaceAll(/[_-]/g, ' ').replaceAll(/[’']/g, ''));

/** What the label of a diagnosis begins with. */
const anId = /^[A-Z]\d+\b/;

/** Of the labels, those that say what it is about. */
const mostLabels = 1500;

/**
 * Pure: the diagnosis that a label names, then the name of the rule, then what its author wrote for people. Labels only choose which read-only diagnosis
 * looks; which environment and which channel it is they never choose.
 */
export function readingOf(
  alert: Pick<StoredAlert, 'environment' | 'name' | 'labels' | 'notes'>,
  read: ReadSymptom,
): AlertReading {
  const { environment, name, notes } = alert;
  const label = oneLine(alert.labels[symptomLabel] ?? '');
  const named = anId.test(label) && read(label, environment).kind === 'known' ? label : '';
  const lines = [named, lineOf(alert), oneLine(notes.summary ?? '')].filter((line) => line !== '');
  for (const line of lines) {
    const symptom = read(line, environment);
    if (symptom.kind === 'known') {
      const [first, ...more] = symptom.ids;
      const part = symptom.part === undefined ? '' : ` ${symptom.part}`;
      const typed = more.length === 0 ? `${first ?? ''}${part}` : line;
      return { kind: 'known', typed, symptom: `${symptom.ids.join(',')}${part}` };
    }
    if (symptom.kind === 'choose') return { kind: 'choose', typed: line, symptom: namedSymptom(name) };
  }
  return { kind: 'unknown', typed: name, symptom: namedSymptom(name) };
}

/** As Alertmanager's own templates write it; Grafana's names have spaces. */
function lineOf({ name, labels }: Pick<StoredAlert, 'name' | 'labels'>): string {
  const humps = name
    .split(/[^\p{L}\p{N}_]+/u)
    .map((word) => word.replace(/^./u, (first) => first.toUpperCase()))
    .join('');
  const named = Object.entries(labels)
    .filter(([key]) => key !== 'alertname' && key !== symptomLabel)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
  return cutToUnits(oneLine(`[FIRING] ${humps} ${named}`), mostLabels);
}
