import { describe, expect, it } from 'vitest';
import { alertRules } from '../../../../scripts/docs/alert-rules.ts';
import { symptomLabel } from '../../../../src/domain/alert/incident.ts';
import { symptomOf } from '../../../../src/domain/diagnosis/symptom.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { diagnoses } from '../../../../src/main/registries.ts';
import { matcherOfSymptoms } from '../../../../src/main/understanding.ts';
import { readingOf } from '../../../../src/services/alert/reading.ts';
import { alertSeries } from '../../../support/alert-series.ts';

const matcher = matcherOfSymptoms();
const read = (text: string) => symptomOf(text, diagnoses, matcher, asInGuide);
const reading = (name: string, labels: Readonly<Record<string, string>>) =>
  readingOf({ environment: 'prod', name, labels, notes: {} }, read);

describe('an alert of the rules that come with the product', () => {
  it.each(alertRules.map(({ name, symptom }) => [name, symptom.split(' ')[0] ?? ''] as const))(
    '%s starts %s',
    (name, id) => {
      const { symptom, labels } = alertSeries[name] ?? { symptom: '', labels: {} };

      const { kind, symptom: meant } = reading(name, { ...labels, [symptomLabel]: symptom });

      expect({ kind, id: meant.split(' ')[0] }).toEqual({ kind: 'known', id });
    },
  );

  it('about a Pod is about its part, and about all Pods where it is of no part', () => {
    expect(reading('AetheriusPodNotReady', { [symptomLabel]: 'K1 postgres-0' }).symptom).toBe('K1 postgres');
    expect(reading('AetheriusPodNotReady', { [symptomLabel]: 'K1 grafana-5b6c-k8' }).symptom).toBe('K1');
  });
});
