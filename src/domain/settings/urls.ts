import { z } from 'zod';
import {
  EnvReference,
  FileReference,
  KubernetesReference,
  secretValue,
  toLazySecret,
} from '../kernel/secret-schema.ts';

/** True for a URL that carries a password (or a token as its user). */
function carriesPassword(url: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i.test(url) && !/^[a-z][a-z0-9+.-]*:\/\/[^/?#:@]*@/i.test(url);
}

/** Query parameters in which connection strings carry credentials. */
const secretParameter = /[?&](password|passwd|pwd|token|secret|api_?key|access_?key|sslpassword|authtoken)=/i;

export function plainUrl(protocols: readonly string[]) {
  const shape = new RegExp(`^(${protocols.join('|')})://[^\\s]+$`);
  return z
    .string()
    .regex(shape, `must be a URL that begins with ${protocols.map((p) => `${p}://`).join(' or ')}`)
    .refine((url) => !carriesPassword(url) && !secretParameter.test(url), {
      error:
        'must not carry a password; use {env: NAME}, {file: path} or {secret: {namespace, name, key}} for the whole URL',
    });
}

export const secretUrl = (protocols: readonly string[], description: string) =>
  z
    .union([plainUrl(protocols), EnvReference, FileReference, KubernetesReference], {
      error: `must be a URL (${protocols.join(', ')}) without a password, or a reference {env}, {file}, {secret}`,
    })
    .transform(toLazySecret)
    .meta({ description, secret: true });

export const Tls = z
  .strictObject({
    mode: z.enum(['disable', 'require', 'verify-ca', 'verify-full']).default('verify-full').meta({
      description: 'How strictly the server is verified; `require` encrypts without verifying its identity.',
    }),
    ca: secretValue('Certificate authority, PEM.').exactOptional(),
    cert: secretValue('Client certificate, PEM.').exactOptional(),
    key: secretValue('Private key of the client certificate, PEM.').exactOptional(),
    servername: z
      .string()
      .exactOptional()
      .meta({ description: 'Name in the server’s certificate when it differs from the address.' }),
  })
  .meta({ description: 'TLS of the connection.' });

export type Tls = z.output<typeof Tls>;
