import { sha256 } from '../domain/kernel/canonical.ts';
import { present } from '../domain/kernel/present.ts';
import { wholeJson } from '../domain/kernel/text.ts';
import { type ExitCode, exitCodes, type ServedContext } from './context.ts';

export interface SwitchOptions {
  readonly scope?: string;
  readonly for?: number;
}

/** What is switched off now. */
export async function listSwitches(context: ServedContext): Promise<ExitCode> {
  const { words } = context;
  const switches = await context.services.switches.list();
  if (context.output === 'json') context.out(JSON.stringify({ switches }, null, 2));
  else if (switches.length === 0) context.out(words.plain('switch.none'));
  for (const { scope, reason, by, at, until } of context.output === 'json' ? [] : switches) {
    const facts = { scope, reason, who: by.userId, since: at.toISOString() };
    context.out(
      until === undefined
        ? words.plain('cli.fixes.line', facts)
        : words.plain('cli.fixes.line-until', { ...facts, until: until.toISOString() }),
    );
  }
  return exitCodes.ok;
}

/** Stops fixes, or lets them go on, as the person whose token this shell has. */
export async function switchFixes(
  context: ServedContext,
  what: 'off' | 'on',
  reason: string,
  options: SwitchOptions,
): Promise<ExitCode> {
  const by = context.person;
  const { switches } = context.services.deciding;
  const requestId = context.requestId();
  const scope = options.scope ?? '*';
  const input = {
    scope,
    by,
    reason,
    requestId,
    payloadDigest: sha256(wholeJson({ requestId, fixes: what, scope, reason })),
    ...present({ forMs: options.for === undefined ? undefined : options.for * 60_000 }),
  };
  await (what === 'off' ? switches.stop(input) : switches.release(input));
  return listSwitches(context);
}
