import type { ManualClock } from '../src/clock.ts';
import { createManualClock } from '../src/clock.ts';
import type { Control } from '../src/control/control.ts';
import { createControl } from '../src/control/control.ts';
import type { CoreOptions } from '../src/core.ts';
import { createCore, defaultTokens } from '../src/core.ts';
import type { JsonObject } from '../src/types.ts';
import type { ApiAnswer } from '../src/web-api.ts';

export interface Bench {
  readonly clock: ManualClock;
  readonly control: Control;
  /** Calls a Web API method with the bot's token and gives the body. */
  readonly api: (method: string, args?: JsonObject) => Promise<JsonObject>;
  readonly raw: (method: string, token: string | null, args?: JsonObject) => Promise<ApiAnswer>;
}

/** An emulator without its HTTP server, on a clock that stands still. */
export function createBench(options: CoreOptions = {}): Bench {
  const clock = createManualClock();
  const core = createCore({ clock, ...options });
  const raw: Bench['raw'] = (method, token, args = {}) => core.webApi.call(method, token, args);
  return {
    clock,
    control: createControl(core),
    raw,
    api: async (method, args) => (await raw(method, defaultTokens.bot, args)).body,
  };
}
