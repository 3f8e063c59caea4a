import type { ManualClock } from '../../../../tools/slack-emulator/clock.ts';
import { createManualClock } from '../../../../tools/slack-emulator/clock.ts';
import type { Control } from '../../../../tools/slack-emulator/control/control.ts';
import { createControl } from '../../../../tools/slack-emulator/control/control.ts';
import type { CoreOptions } from '../../../../tools/slack-emulator/core.ts';
import { createCore, defaultTokens } from '../../../../tools/slack-emulator/core.ts';
import type { JsonObject } from '../../../../tools/slack-emulator/types.ts';
import type { ApiAnswer } from '../../../../tools/slack-emulator/web-api.ts';

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
