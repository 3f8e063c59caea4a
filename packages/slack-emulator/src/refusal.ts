import type { JsonObject } from './types.ts';

/** Slack says no: `{ ok: false, error }`, with whatever else it adds. */
export class SlackRefusal extends Error {
  readonly code: string;
  readonly extra: JsonObject;

  constructor(code: string, extra: JsonObject = {}) {
    super(code);
    this.name = 'SlackRefusal';
    this.code = code;
    this.extra = extra;
  }
}
