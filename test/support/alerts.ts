/** What Alertmanager and Grafana send, in the form of their own documents (docs/guides/alerts.md names them). */

export interface PostedAlert {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly fingerprint?: string;
  readonly startsAt: string;
  readonly endsAt?: string;
  readonly status?: 'firing' | 'resolved';
}

/** A body of Alertmanager's webhook, version 4; `more` overrides its fields. */
export function alertBody(
  alerts: readonly PostedAlert[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    receiver: 'aetherius',
    status: alerts.some(({ status }) => status !== 'resolved') ? 'firing' : 'resolved',
    alerts: alerts.map(({ name, labels, annotations, status, endsAt, ...alert }) => ({
      status: status ?? 'firing',
      labels: { alertname: name, ...labels },
      annotations: annotations ?? {},
      endsAt: endsAt ?? '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus.example:9090/graph?g0.expr=up',
      ...alert,
    })),
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager.example:9093',
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    ...more,
  });
}

export async function postAlerts(to: {
  readonly port: number;
  readonly environment: string;
  readonly secret: string;
  readonly body: string;
}): Promise<{ readonly status: number; readonly body: unknown }> {
  const answer = await fetch(`http://127.0.0.1:${to.port}/alerts/${to.environment}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(to.secret === '' ? {} : { authorization: `Bearer ${to.secret}` }),
    },
    body: to.body,
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
}
