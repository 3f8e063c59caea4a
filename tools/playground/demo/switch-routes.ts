import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DemoPlatform } from './platform.ts';
import { type Language, switches } from './switches.ts';

const sendJson = (response: ServerResponse, code: number, body: unknown): void =>
  void response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8') || '{}') as Record<string, unknown>;
}

/**
 * `GET /demo/switches?lang=zh` and `POST /demo/switches/:id {on}` for the page. Switches are turned one after another.
 * A switch of a part that this platform does not have is not in the list.
 */
export function switchRoutes(demo: () => DemoPlatform | undefined, now: () => number = Date.now) {
  const turnedOn = new Map<string, number>();
  let last: Promise<unknown> = Promise.resolve();

  const list = async (platform: DemoPlatform, language: Language): Promise<unknown> =>
    Promise.all(
      switches
        .filter(({ needs }) => needs === undefined || platform[needs] !== undefined)
        .map(async ({ id, words, kind, isOn, seenAfterSeconds }) => {
          const since = turnedOn.get(id);
          // A fix that was applied in Slack has turned it off; the page has to show that.
          const on = since !== undefined && ((await isOn?.(platform).catch(() => true)) ?? true);
          return {
            id,
            ...words[language],
            kind,
            on,
            ...(on && seenAfterSeconds !== undefined
              ? { seenInSeconds: Math.max(0, Math.ceil(seenAfterSeconds - (now() - since) / 1000)) }
              : {}),
          };
        }),
    );

  return async (request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> => {
    if (!url.pathname.startsWith('/demo/switches')) return false;
    const platform = demo();
    const language: Language = url.searchParams.get('lang') === 'zh' ? 'zh' : 'en';
    if (platform === undefined) {
      sendJson(response, 503, { error: 'the demo platform is still starting' });
      return true;
    }
    if (request.method !== 'POST') {
      sendJson(response, 200, await list(platform, language));
      return true;
    }
    const chosen = switches.find((entry) => entry.id === url.pathname.split('/').at(-1));
    const wanted = (await bodyOf(request)).on === true;
    if (chosen === undefined) {
      sendJson(response, 404, { error: 'no such switch' });
      return true;
    }
    const turn = last.then(() => (wanted ? chosen.on(platform) : chosen.off(platform)));
    last = turn.catch(() => undefined);
    try {
      await turn;
      if (wanted) turnedOn.set(chosen.id, now());
      else turnedOn.delete(chosen.id);
      sendJson(response, 200, await list(platform, language));
    } catch (error) {
      sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
    }
    return true;
  };
}
