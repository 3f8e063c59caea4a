import { present } from '../kernel/present.ts';

/** Why the API server does not take a Pod that a controller makes. */
export const refusalKinds = [
  'quota',
  'unlimited',
  'range',
  'security',
  'webhook',
  'denied',
  'account',
] as const;
export type RefusalKind = (typeof refusalKinds)[number];

export interface Refusal {
  readonly kind: RefusalKind;
  /** What is meant, in the API server's words: the name of a quota, of a webhook, of a Service Account. */
  readonly what?: string;
}

/**
 * The API server's own sentences, by the admission plugin that writes them. There is no code for them: a refused Pod is
 * HTTP 403 or 500 whatever refused it, and the condition `ReplicaFailure` has the one reason `FailedCreate`.
 * Sources: apiserver/pkg/admission/plugin/resourcequota/controller.go, kubernetes/plugin/pkg/admission/limitranger,
 * pod-security-admission/admission, apiserver/pkg/admission/plugin/webhook/errors and …/policy/validating,
 * kubernetes/plugin/pkg/admission/serviceaccount.
 */
const sentences: readonly (readonly [RefusalKind, RegExp])[] = [
  ['unlimited', /failed quota: (?<what>[^:\s]+): must specify /],
  ['quota', /exceeded quota: (?<what>[^,\s]+), requested: /],
  [
    'range',
    /(?:minimum|maximum) (?<what>[\w./-]+) usage per (?:Container|Pod) is |(?<ratio>[\w./-]+) max limit to request ratio per /,
  ],
  ['security', /violates PodSecurity "(?<what>[^"]+)"/],
  ['webhook', /failed calling webhook "(?<what>[^"]+)"/],
  ['denied', /admission webhook "(?<what>[^"]+)" denied the request/],
  ['denied', /ValidatingAdmissionPolicy '(?<what>[^']+)' with binding /],
  ['account', /error looking up service account [^/\s]*\/?(?<what>[^:\s]+):/],
];

/** What refused a Pod, by what the controller was told; undefined for a sentence of another form. */
export function refusedBy(message: string): Refusal | undefined {
  for (const [kind, sentence] of sentences) {
    const found = sentence.exec(message);
    if (found !== null) return { kind, ...present({ what: found.groups?.what ?? found.groups?.ratio }) };
  }
  return undefined;
}

/** The same as facts of a finding: under the name of the kind what is meant. `unknown`: it is none of these. */
export function refusalFacts(message: string): Readonly<Record<string, string>> {
  const refusal = refusedBy(message);
  return refusal === undefined ? { unknown: '–' } : { [refusal.kind]: refusal.what ?? '–' };
}
