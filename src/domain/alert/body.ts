import { z } from 'zod';
import { canonicalJson, sha256 } from '../kernel/canonical.ts';
import { present } from '../kernel/present.ts';
import { cutToUnits } from '../kernel/text.ts';

/** One alert as it is stored: foreign text, cut to a length and not yet redacted. */
export interface IncomingAlert {
  /** With the environment and the start it tells one alert from every other. */
  readonly fingerprint: string;
  readonly startsAt: Date;
  readonly status: 'firing' | 'resolved';
  /** When it ended; absent while it fires. */
  readonly endsAt?: Date;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly notes: AlertNotes;
}

/** What the author of the rule wrote for people. */
export interface AlertNotes {
  readonly summary?: string;
  readonly description?: string;
}

/** `unsupported-version` names the version that came; `malformed` names the field. */
export type AlertBody =
  | { readonly kind: 'alerts'; readonly alerts: readonly IncomingAlert[] }
  | { readonly kind: 'not-json' }
  | { readonly kind: 'unsupported-version'; readonly version: string }
  | { readonly kind: 'malformed'; readonly field: string };

const most = {
  labels: 64,
  name: 120,
  key: 120,
  value: 256,
  summary: 500,
  description: 1500,
  id: 128,
} as const;

const texts = z.record(z.string(), z.string()).nullish();
/** The fields that are read; both senders have more, and a later one may add some. */
const OneAlert = z.object({
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts,
  startsAt: z.string(),
  endsAt: z.string().nullish(),
  fingerprint: z.string().nullish(),
});
const Alerts = z.object({ alerts: z.array(OneAlert) });

/** Alertmanager's webhook says version 4; Grafana's says version 1 and names an organisation. */
function isKnown(body: Readonly<Record<string, unknown>>): boolean {
  return body.version === '4' || (body.version === '1' && 'orgId' in body);
}

/** Pure: what a request to the endpoint of an environment says. */
export function readAlertBody(text: string): AlertBody {
  const body = parsed(text);
  if (body === undefined) return { kind: 'not-json' };
  if (!isKnown(body))
    return { kind: 'unsupported-version', version: cutToUnits(String(body.version ?? 'none'), 20) };
  const read = Alerts.safeParse(body);
  if (!read.success)
    return { kind: 'malformed', field: read.error.issues[0]?.path.map(String).join('.') ?? '' };
  const alerts: IncomingAlert[] = [];
  for (const [index, raw] of read.data.alerts.entries()) {
    const alert = alertOf(raw);
    if (alert === undefined) return { kind: 'malformed', field: `alerts.${index}.startsAt` };
    alerts.push(alert);
  }
  return { kind: 'alerts', alerts };
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null && !Array.isArray(body)
      ? (body as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function alertOf(raw: z.output<typeof OneAlert>): IncomingAlert | undefined {
  const startsAt = timeOf(raw.startsAt);
  if (startsAt === undefined) return undefined;
  const labels = Object.fromEntries(
    Object.entries(raw.labels ?? {})
      .slice(0, most.labels)
      .map(([key, value]) => [cutToUnits(key, most.key), cutToUnits(value, most.value)]),
  );
  const { summary, description } = raw.annotations ?? {};
  const given = raw.fingerprint ?? '';
  const ended = raw.status === 'resolved' ? timeOf(raw.endsAt ?? '') : undefined;
  return {
    // Alertmanager before 0.19 sends no fingerprint; the labels are what it is made of.
    fingerprint: given === '' || given.length > most.id ? sha256(canonicalJson(raw.labels ?? {})) : given,
    startsAt,
    status: raw.status,
    name: cutToUnits(labels.alertname?.trim() ?? '', most.name) || '-',
    labels,
    notes: present({
      summary: summary === undefined ? undefined : cutToUnits(summary, most.summary),
      description: description === undefined ? undefined : cutToUnits(description, most.description),
    }),
    ...present({ endsAt: ended }),
  };
}

/** The year 1 is how both say "not yet". */
function timeOf(text: string): Date | undefined {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) || at.getTime() <= 0 || at.getUTCFullYear() > 9999 ? undefined : at;
}
