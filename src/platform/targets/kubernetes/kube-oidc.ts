import { request as plainRequest } from 'node:http';
import { request } from 'node:https';
import { z } from 'zod';
import { AppError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { invalid, type KubeAuthProvider, material } from './kubeconfig-files.ts';

const Settings = z.object({
  'idp-issuer-url': z.string().optional(),
  'idp-certificate-authority': z.string().optional(),
  'idp-certificate-authority-data': z.string().optional(),
  'client-id': z.string().optional(),
  'client-secret': z.string().optional(),
  'id-token': z.string().optional(),
  'refresh-token': z.string().optional(),
});

export interface OidcCredential {
  readonly token: string;
  readonly expires?: Date;
  /** An issuer may give a new one each time, and then takes the old one no more. */
  readonly refreshToken?: string;
}

export interface OidcCall {
  /** Of the kubeconfig, for words. */
  readonly path: string;
  readonly provider: KubeAuthProvider;
  /** What was used until now, and is not good any more. */
  readonly last: Pick<OidcCredential, 'refreshToken'> | undefined;
  readonly now: () => number;
}

const answerWithinMs = 15_000;
const longestAnswer = 1024 * 1024;
/** A token that ends this soon has ended: the request takes time, and clocks differ. */
const earlyMs = 10_000;

/**
 * The token of `auth-provider: oidc`, as client-go gets it (k8s.io/client-go, plugin/pkg/client/auth/oidc): the one that
 * stands in the kubeconfig while it lasts, then one that the issuer gives for the refresh token. The kubeconfig is not
 * written. client-node 1.4.0 never gets a new one: it hands the issuer on as a text where its own library takes a URL.
 * AppError INVALID_INPUT where no new token can be asked for, DEPENDENCY_UNAVAILABLE when the issuer gives no token.
 */
export async function oidcCredential(call: OidcCall): Promise<OidcCredential> {
  const { path, provider, last, now } = call;
  const parsed = Settings.safeParse(provider.config ?? {});
  if (!parsed.success) throw invalid(path, 'the config of its auth-provider is not one of oidc');
  const settings = parsed.data;
  const standing = settings['id-token'] ?? '';
  const ends = endOf(standing);
  const lasts = standing !== '' && (ends === undefined || ends.getTime() - earlyMs > now());
  if (last === undefined && lasts) return present({ token: standing, expires: ends });
  const refreshToken = last?.refreshToken ?? settings['refresh-token'] ?? '';
  const { 'idp-issuer-url': issuer = '', 'client-id': client = '' } = settings;
  if (refreshToken === '' || issuer === '' || client === '') {
    // The API server may have refused it for a reason of its own, and there is no other.
    if (lasts) return present({ token: standing, expires: ends });
    throw invalid(
      path,
      'its id-token has ended, and a refresh-token, client-id or idp-issuer-url is lacking',
    );
  }
  const ca = await material(
    settings['idp-certificate-authority-data'],
    settings['idp-certificate-authority'],
  );
  const signal = AbortSignal.timeout(answerWithinMs);
  const ask = async (address: string, more: Asked = {}) => {
    if (!URL.canParse(address)) throw failed(path, 'the address of its issuer is no URL');
    return answerOf(new URL(address), { ...more, ca, signal }).catch((error: NodeJS.ErrnoException) => {
      throw failed(path, signal.aborted ? 'its issuer did not answer in time' : reasonOf(error));
    });
  };
  const found = await ask(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const place = Discovery.safeParse(found.body);
  if (found.status !== 200 || !place.success)
    throw failed(path, `its issuer does not say where tokens are (${found.status})`);
  const secret = settings['client-secret'] ?? '';
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken };
  const inBody = { ...grant, client_id: client, ...(secret === '' ? {} : { client_secret: secret }) };
  const basic = Buffer.from([client, secret].map(encodeURIComponent).join(':')).toString('base64');
  const { token_endpoint: endpoint } = place.data;
  let answer =
    secret === ''
      ? await ask(endpoint, { form: inBody })
      : await ask(endpoint, { form: grant, authorization: `Basic ${basic}` });
  // Some issuers take a client's secret in the form alone, and which ones do is not told by all.
  if (secret !== '' && (answer.status === 400 || answer.status === 401))
    answer = await ask(endpoint, { form: inBody });
  const tokens = Tokens.safeParse(answer.body);
  if (answer.status !== 200 || !tokens.success)
    throw failed(path, `its issuer gave no new token (${answer.status})`);
  const { id_token: token, refresh_token: next } = tokens.data;
  return present({ token, expires: endOf(token), refreshToken: next ?? refreshToken });
}

const Discovery = z.object({ token_endpoint: z.string() });
const Tokens = z.object({ id_token: z.string().min(1), refresh_token: z.string().optional() });
const Claims = z.object({ exp: z.number() });

/** When a token ends, by what it says of itself; undefined for one that does not say. */
function endOf(token: string): Date | undefined {
  const claims = Claims.safeParse(asJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  return claims.success ? new Date(claims.data.exp * 1000) : undefined;
}

interface Asked {
  readonly form?: Readonly<Record<string, string>>;
  readonly authorization?: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function answerOf(
  address: URL,
  {
    form,
    authorization,
    ca,
    signal,
  }: Asked & { readonly ca: Buffer | undefined; readonly signal: AbortSignal },
): Promise<Answer> {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = present({
    accept: 'application/json',
    authorization,
    'content-type': body === undefined ? undefined : 'application/x-www-form-urlencoded',
  });
  const options = { method: body === undefined ? 'GET' : 'POST', headers, signal, ...present({ ca }) };
  return new Promise((resolve, reject) => {
    const asked = (address.protocol === 'http:' ? plainRequest : request)(address, options, (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        parts.push(part);
        size += part.length;
        if (size > longestAnswer) asked.destroy(new Error('the answer is too long'));
      });
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: asJson(Buffer.concat(parts).toString()) }),
      );
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

/** Only its code: what else stands in the error may quote what was sent. */
const reasonOf = ({ code }: NodeJS.ErrnoException): string =>
  code === undefined ? 'its issuer gave no usable answer' : `its issuer cannot be reached (${code})`;

function asJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(path: string, detail: string): AppError {
  return new AppError('DEPENDENCY_UNAVAILABLE', 'the login of a kubeconfig failed', {
    facts: { reason: 'kubeconfig-login', path, command: 'oidc', detail },
  });
}
