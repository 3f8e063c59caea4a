import { describe, expect, it } from 'vitest';
import { readAlertBody } from '../../../../src/domain/alert/body.ts';
import { alertBody } from '../../../support/alerts.ts';

/** Alertmanager's documents and its source (`webhook.Message`, version 4), with a name of ours. */
const alertmanager = {
  receiver: 'sms',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'ProbeFailure', instance: 'https://server.example.org', severity: 'critical' },
      annotations: { description: 'It has been down for over 5m.', summary: 'BlackBox Probe Failure' },
      startsAt: '2023-02-06T13:08:45.828Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example.org:9090/graph?g0.expr=probe_success',
      fingerprint: '1a30ba71cca2921f',
    },
  ],
  groupLabels: { alertname: 'ProbeFailure' },
  commonLabels: { alertname: 'ProbeFailure' },
  commonAnnotations: {},
  externalURL: 'http://prometheus.example.org:9093',
  version: '4',
  groupKey: '{}/{severity="critical"}:{alertname="ProbeFailure"}',
  truncatedAlerts: 0,
};

/** Grafana's documents of its webhook. */
const grafana = {
  receiver: 'My Super Webhook',
  status: 'resolved',
  orgId: 1,
  alerts: [
    {
      status: 'resolved',
      labels: { alertname: 'High memory usage', team: 'blue' },
      annotations: { summary: 'This alert was triggered for zone us-1' },
      startsAt: '2021-10-12T09:51:03.157076+02:00',
      endsAt: '2021-10-12T10:01:03+02:00',
      generatorURL: 'https://play.grafana.org/alerting/1afz29v7z/edit',
      fingerprint: 'c6eadffa33fcdf37',
      silenceURL: 'https://play.grafana.org/alerting/silence/new',
      dashboardURL: '',
      panelURL: '',
      values: { B: 44.2, C: 1 },
      valueString: "[ metric='' labels={} value=14151 ]",
    },
  ],
  groupLabels: {},
  commonLabels: { team: 'blue' },
  commonAnnotations: {},
  externalURL: 'https://play.grafana.org/',
  version: '1',
  groupKey: '{}:{}',
  truncatedAlerts: 0,
  title: '[RESOLVED]',
  state: 'ok',
  message: '**Resolved**',
};

const read = (body: unknown) => readAlertBody(JSON.stringify(body));
const alertsIn = (text: string) => {
  const body = readAlertBody(text);
  if (body.kind !== 'alerts') throw new Error(body.kind);
  return body.alerts;
};

describe('the body of an alert', () => {
  it('is read from Alertmanager', () => {
    expect(read(alertmanager)).toEqual({
      kind: 'alerts',
      alerts: [
        {
          fingerprint: '1a30ba71cca2921f',
          startsAt: new Date('2023-02-06T13:08:45.828Z'),
          status: 'firing',
          name: 'ProbeFailure',
          labels: alertmanager.alerts[0]?.labels,
          notes: { summary: 'BlackBox Probe Failure', description: 'It has been down for over 5m.' },
        },
      ],
    });
  });

  it('is read from Grafana', () => {
    expect(read(grafana)).toMatchObject({
      alerts: [
        {
          ...{ fingerprint: 'c6eadffa33fcdf37', status: 'resolved', name: 'High memory usage' },
          ...{ startsAt: new Date('2021-10-12T07:51:03.157Z'), endsAt: new Date('2021-10-12T08:01:03Z') },
        },
      ],
    });
  });

  it.each([
    ['5', { ...alertmanager, version: '5' }],
    ['3', { ...alertmanager, version: '3' }],
    ['none', { alerts: [] }],
    // Grafana's number, and no organisation: somebody else's.
    ['1', { ...alertmanager, version: '1' }],
  ])('of version %s is refused by its name', (version, body) => {
    expect(read(body)).toEqual({ kind: 'unsupported-version', version });
  });

  it.each([['{'], ['null'], ['[]'], ['"text"'], ['']])('that is no object is refused: %s', (text) => {
    expect(readAlertBody(text)).toEqual({ kind: 'not-json' });
  });

  it.each([
    ['alerts', { ...alertmanager, alerts: undefined }],
    ['alerts.0.status', { ...alertmanager, alerts: [{ ...alertmanager.alerts[0], status: 'pending' }] }],
    ['alerts.0.labels.a', { ...alertmanager, alerts: [{ ...alertmanager.alerts[0], labels: { a: 1 } }] }],
    ['alerts.0.startsAt', { ...alertmanager, alerts: [{ ...alertmanager.alerts[0], startsAt: 'now' }] }],
    [
      'alerts.0.startsAt',
      { ...alertmanager, alerts: [{ ...alertmanager.alerts[0], startsAt: '0001-01-01T00:00:00Z' }] },
    ],
  ])('with a wrong %s is refused by that name', (field, body) => {
    expect(read(body)).toEqual({ kind: 'malformed', field });
  });

  it('without a fingerprint has one of its labels, whatever their order', () => {
    const of = (labels: Readonly<Record<string, string>>) =>
      alertsIn(alertBody([{ name: 'A', labels, startsAt: '2026-01-01T00:00:00Z' }]))[0]?.fingerprint;

    expect(of({ a: '1', b: '2' })).toBe(of({ b: '2', a: '1' }));
    expect(of({ a: '1' })).not.toBe(of({ a: '2' }));
  });

  it('is cut to what is ever shown', () => {
    const many = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [`label_${index}`, 'x'.repeat(5000)]),
    );
    const [alert] = alertsIn(
      alertBody([
        {
          ...{ name: 'N'.repeat(500), labels: many, startsAt: '2026-01-01T00:00:00Z' },
          annotations: { summary: 's'.repeat(9000), description: 'd'.repeat(90_000) },
        },
      ]),
    );

    expect(JSON.stringify(alert).length).toBeLessThan(25_000);
    expect(alert?.name).toHaveLength(120);
  });
});
