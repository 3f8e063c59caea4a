import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Control } from './control/control.ts';
import { createControl } from './control/control.ts';
import type { CoreOptions } from './core.ts';
import { createCore, defaultTokens } from './core.ts';
import type { ExtraRoute } from './server.ts';
import { createEmulatorServer } from './server.ts';

export type { Control } from './control/control.ts';
export type { ExtraRoute } from './server.ts';

export interface SlackEmulatorOptions extends CoreOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Routes of the host on the same origin; they are asked first. */
  readonly extraRoutes?: readonly ExtraRoute[];
  /** Folder with the built web page. */
  readonly staticDir?: string;
}

export interface SlackEmulator {
  /** For `clientOptions.slackApiUrl`. */
  readonly apiUrl: string;
  readonly webUrl: string;
  readonly port: number;
  readonly botToken: string;
  readonly appToken: string;
  readonly control: Control;
  stop(): Promise<void>;
}

/**
 * Starts a small Slack on 127.0.0.1: Web API, Socket Mode or signed HTTP, and a control API to act as its users.
 * It refuses what Slack refuses. Point Bolt at it with `clientOptions: { slackApiUrl: apiUrl }`.
 */
export async function startSlackEmulator(options: SlackEmulatorOptions = {}): Promise<SlackEmulator> {
  const core = createCore(options);
  const control = createControl(core);
  const server = createEmulatorServer({
    core,
    control,
    extraRoutes: options.extraRoutes ?? [],
    staticDir: options.staticDir ?? null,
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const webUrl = `http://127.0.0.1:${port}/`;
  core.setBaseUrl(webUrl);
  return {
    apiUrl: `${webUrl}api/`,
    webUrl,
    port,
    botToken: options.tokens?.bot ?? defaultTokens.bot,
    appToken: options.tokens?.app ?? defaultTokens.app,
    control,
    stop: async () => {
      core.dispatcher.stop();
      await core.socketMode.stop();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
