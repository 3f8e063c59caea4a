import type { IncomingMessage, ServerResponse } from 'node:http';
import { snapshot } from './control/snapshot.ts';
import type { Core } from './core.ts';

/** Changes within this many milliseconds travel together. */
const gatherMs = 25;

/** Server-sent events for one user's window: `state` with the whole snapshot, `log` with each line of the delivery log. */
export function serveEvents(
  core: Core,
  user: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    connection: 'keep-alive',
  });
  const send = (event: string, data: unknown): void =>
    void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  let timer: NodeJS.Timeout | null = null;
  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      send('state', snapshot(core, user));
    }, gatherMs);
  };
  send('state', snapshot(core, user));
  const offWorld = core.world.onChange(later);
  const offLog = core.log.onAdd((entry) => {
    send('log', entry);
    if (entry.kind === 'socket') later();
  });
  request.on('close', () => {
    offWorld();
    offLog();
    if (timer) clearTimeout(timer);
  });
}
