import { redactText } from '../../domain/kernel/redact.ts';
import { refused } from '../shared/stale.ts';

/**
 * Where something is sent: an address or a subject. Of the configured value all of it is set, or the address within; what
 * stands beside that is never shown.
 */
export interface Destination {
  readonly before: string;
  readonly value: string;
  readonly after: string;
}

/** `host` and `port` of an address; a port that is not written is that of the protocol. */
export interface Address {
  readonly host: string;
  readonly port?: number;
}

const host = String.raw`[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?`;
/** One server. A user and a password may stand before it, and neither may have a sign that ends them for some readers. */
const natsUrl = new RegExp(String.raw`^((?:nats|tls)://(?:[^/?#\s,]*@)?)(${host}(?::\d{1,5})?)(/?)$`);
const bareHost = new RegExp(`^()(${host})()$`);
/** Words and placeholders, of which none is empty. A wildcard is a subscription's, and nothing can be published on it. */
const word = String.raw`[\w{}$()<>-]+`;
const subject = new RegExp(String.raw`^()((?=.{1,200}$)${word}(?:\.${word})*)()$`);

/** How each kind is taken apart. */
export const destinationKinds = { subject, host: bareHost, url: natsUrl } as const;
export type DestinationKind = keyof typeof destinationKinds;

/** AppError CONFLICT where the text is not of that kind, or looks like a secret: then no part of it is said. */
export function takenApart(text: string, kind: DestinationKind, key: string): Destination {
  const [, before = '', value = '', after = ''] = destinationKinds[kind].exec(text) ?? [];
  if (value === '' || redactText(value) !== value) throw refused('text-not-plain', { key });
  return { before, value, after };
}

export function addressIn(value: string): Address {
  const [name = '', port] = value.split(':');
  return { host: name, ...(port === undefined ? {} : { port: Number(port) }) };
}

const placeholder = /\$?\{[^{}]*\}|\$\([^()]*\)|<[^<>]*>/g;

/** Whether two subjects are written with the same placeholders: what one program puts a value for, another may not know. */
export function sameForm(one: string, other: string): boolean {
  const form = (text: string) =>
    [...text.matchAll(placeholder)]
      .map(([all]) => all)
      .toSorted()
      .join(' ');
  return form(one) === form(other);
}
