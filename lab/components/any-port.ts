import { request } from 'undici';

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly signal: AbortSignal;
}

/** As `fetch`, which refuses to ask some ports: a Service may well be at 87 or 95. */
export async function fetchAnyPort(url: string, ask: Ask): Promise<Response> {
  const { statusCode, headers, body } = await request(url, ask);
  const content = await body.arrayBuffer();
  const type = headers['content-type'];
  return new Response(statusCode === 204 ? null : content, {
    status: statusCode,
    ...(typeof type === 'string' ? { headers: { 'content-type': type } } : {}),
  });
}
