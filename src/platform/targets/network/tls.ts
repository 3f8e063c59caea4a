import type { ConnectionOptions } from 'node:tls';
import { present } from '../../../domain/kernel/present.ts';
import type { Tls } from '../../../domain/settings/urls.ts';

export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername' | 'checkServerIdentity'
>;

/** Node's TLS options for a configured connection; undefined: no TLS. */
export async function tlsOptions(tls: Tls | undefined): Promise<TlsOptions | undefined> {
  if (tls === undefined || tls.mode === 'disable') return undefined;
  const [ca, cert, key] = await Promise.all([tls.ca?.reveal(), tls.cert?.reveal(), tls.key?.reveal()]);
  return {
    rejectUnauthorized: tls.mode !== 'require',
    ...(tls.mode === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    ...present({ ca, cert, key, servername: tls.servername }),
  };
}
