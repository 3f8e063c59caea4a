import { isObject } from '../check.ts';
import type { FaultRule } from '../faults.ts';
import type { JsonObject, TokenStatus } from '../types.ts';
import type { Control } from './control.ts';

/**
 * The control API for other processes: POST /control/<name> with a JSON body.
 * The inputs are those of `Control`; the page and foreign test processes check nothing more than that.
 */
const actions = (control: Control): Readonly<Record<string, (body: never) => unknown>> => ({
  command: control.command,
  say: control.say,
  type: control.type,
  click: control.click,
  choose: control.choose,
  submit: control.submit,
  close: control.close,
  shortcut: control.shortcut,
  messageShortcut: control.messageShortcut,
  openHome: control.openHome,
  snapshot: (body: { readonly user: string }) => control.snapshot(body.user),
  log: () => control.log.all(),
  redeliver: (body: { readonly deliveryId: string }) => control.redeliver(body.deliveryId),
  loseAcks: (body: { readonly count: number }) => control.loseAcks(body.count),
  setClockSkew: (body: { readonly seconds: number }) => control.setClockSkew(body.seconds),
  setHttpTarget: (body: { readonly target: Parameters<Control['setHttpTarget']>[0] }) =>
    control.setHttpTarget(body.target),
  setToken: (body: { readonly kind: 'bot' | 'app'; readonly status: TokenStatus }) =>
    control.setToken(body.kind, body.status),
  fault: (body: FaultRule) => void control.faults.add(body),
  clearFaults: () => control.faults.clear(),
  faults: () => control.faults.active(),
  sockets: () => control.sockets.sockets(),
  disconnect: (body: { readonly id: string; readonly reason?: 'warning' | 'refresh_requested' }) =>
    control.sockets.disconnect(body.id, body.reason ?? 'refresh_requested'),
  reset: (body: { readonly id: string }) => control.sockets.reset(body.id),
  updateUser: (body: { readonly id: string; readonly change: JsonObject }) =>
    control.updateUser(body.id, body.change),
  updateChannel: (body: { readonly id: string; readonly change: JsonObject }) =>
    control.updateChannel(body.id, body.change),
  waitForMessage: (body: {
    readonly channel?: string;
    readonly threadTs?: string;
    readonly user?: string;
    readonly contains?: string;
    readonly timeoutMs?: number;
  }) => {
    const { timeoutMs = 5000, ...query } = body;
    return control.waitForMessage(query, { timeoutMs });
  },
});

export interface ControlAnswer {
  readonly status: 200 | 400 | 404;
  readonly body: unknown;
}

export async function callControl(control: Control, name: string, body: unknown): Promise<ControlAnswer> {
  const action = actions(control)[name];
  if (!action) return { status: 404, body: { error: `no control action ${name}` } };
  if (!isObject(body)) return { status: 400, body: { error: 'the body must be a JSON object' } };
  try {
    const result: unknown = await action(body as never);
    return { status: 200, body: result ?? { ok: true } };
  } catch (error) {
    return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
  }
}
