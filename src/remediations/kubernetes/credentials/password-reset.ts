import { z } from 'zod';
import type { Observation, PlanStep } from '../../../domain/fix/remediation.ts';
import { keptPassword } from '../../../domain/fix/rights.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { own } from '../../../domain/kernel/own.ts';
import type { With } from '../../../domain/probe/targets/targets.ts';
import { mustHold, refused, stale } from '../../shared/stale.ts';
import { admittedAt, type Context } from '../object/patch.ts';
import { type LoginForm, passwordsIn, valueWith } from './graph-login.ts';
import { type GraphUsers, sameUsers, type ValidPassword, validAmong } from './graph-users.ts';
import { isDropped, isMarked, keep, keptBy, operationOf, type Running } from './kept-value.ts';
import { fixMark, keyName, keyPatch, lookAtSecret, type SecretKey, valueIn } from './secret-object.ts';

export type GraphDeps = With<'kubernetes' | 'neo4j'>;
export type GraphContext = Context & { readonly deps: GraphDeps };
export type RunningReset = Running & GraphContext;

export const keptWhere = ({ kubernetes }: GraphDeps) => ({
  ...{ namespace: kubernetes.namespace, name: keptPassword },
});

/** As a step of one key remembers it. */
const Spot = z.looseObject({
  secret: z.string(),
  key: z.string(),
  form: z.enum(['plain', 'with-user']),
  uid: z.string(),
});

export const spotOf = ({ name, key }: SecretKey, form: LoginForm, uid: string): Facts => ({
  ...{ secret: name, key, form, uid },
});

function spotIn({ precondition }: PlanStep, { kubernetes }: GraphDeps) {
  const { secret, key, form, uid } = Spot.parse(precondition);
  return { at: { namespace: kubernetes.namespace, name: secret, key }, form, uid };
}

/** What stands beside the new password: all that the undo needs, as it was. */
const Before = z.object({
  user: z.string(),
  password: z.string(),
  /** By the name of the key, in base64. */
  values: z.record(z.string(), z.string()),
});
interface Kept extends z.output<typeof Before> {
  readonly fresh: string;
}

const encoded = (text: string) => Buffer.from(text).toString('base64');
const decoded = (value: string) => Buffer.from(value, 'base64').toString('utf8');

async function keptOf(context: RunningReset): Promise<Kept | undefined> {
  const kept = await keptBy(keptWhere(context.deps), context);
  if (kept?.before === undefined) return undefined;
  return { ...Before.parse(JSON.parse(decoded(kept.before))), fresh: decoded(kept.after) };
}

async function mustBeKeptNow(context: RunningReset): Promise<Kept> {
  const kept = await keptOf(context);
  if (kept === undefined) throw stale({ kept: keptPassword }, { kept: null });
  return kept;
}

const accepts = ({ deps, signal }: GraphContext, user: string, password: string) =>
  deps.neo4j.accepts({ user, password }, { signal });

/**
 * The password that is valid now, with the key that has it. Refused where Neo4j takes what the workload has already,
 * where no key has a valid one, and where the bot would shut itself out.
 */
export async function validPassword(users: GraphUsers, context: GraphContext): Promise<ValidPassword> {
  const { user, clients, secrets } = users;
  const { from, form } = clients[0].login;
  const [has = ''] = passwordsIn({ user, form }, valueIn(secrets.get(from.name), from.key));
  if (await accepts(context, user, has)) throw refused('neo4j-password-accepted', { secret: keyName(from) });
  const tried = new Set([has]);
  const valid = await validAmong(users, (password) =>
    tried.has(password) ? Promise.resolve(false) : accepts(context, user, password),
  );
  if (valid === undefined) throw refused('neo4j-password-unknown');
  if (await context.deps.neo4j.isOwnLogin(user, { signal: context.signal })) throw refused('neo4j-own-login');
  return valid;
}

/** R-P5: the API server would store just that. Nothing of it is a password. */
export async function mustBeAdmitted(
  { keys }: GraphUsers,
  context: Context,
  allowedBy: string,
): Promise<void> {
  const value = encoded('plan');
  for (const { from } of keys) {
    const where = { kind: 'secrets', group: '', namespace: from.namespace, name: from.name } as const;
    const admitted = await admittedAt(where, keyPatch(from.key, value, 'plan'), context, allowedBy);
    const data = admitted.data as Readonly<Record<string, unknown>> | undefined;
    if (data?.[from.key] !== value) throw refused('secret-admitted-otherwise', { secret: keyName(from) });
  }
}

/** Draws the new password, and keeps it with all that was there before; once. */
export async function keepPasswords(
  step: PlanStep,
  look: () => Promise<GraphUsers>,
  context: RunningReset,
): Promise<Facts> {
  const where = keptWhere(context.deps);
  if ((await keptBy(where, context)) !== undefined) return { already: true };
  const users = await look();
  const { user, keys, secrets } = users;
  const { logins, keys: names, versions, valid: at } = step.precondition;
  mustHold(
    { logins: logins ?? null, keys: names ?? null, versions: versions ?? null, valid: at ?? null },
    { ...sameUsers(users), valid: at ?? null },
  );
  const key = keys.filter(({ from }) => keyName(from) === at);
  const valid = await validAmong({ user, keys: key, secrets }, (password) =>
    accepts(context, user, password),
  );
  if (valid === undefined) throw stale({ accepted: at ?? null }, { accepted: null });
  const values = Object.fromEntries(
    keys.map(({ from }) => [keyName(from), valueIn(secrets.get(from.name), from.key) ?? '']),
  );
  const before = encoded(JSON.stringify({ user, password: valid.password, values }));
  const after = encoded(await context.deps.neo4j.drawPassword({ signal: context.signal }));
  return keep(where, { before, after }, context);
}

export async function observeKept(context: RunningReset): Promise<Observation> {
  return (await keptBy(keptWhere(context.deps), context)) === undefined ? 'not-done' : 'done';
}

export async function observeDropped(context: RunningReset): Promise<Observation> {
  return (await isDropped(keptWhere(context.deps), context)) ? 'done' : 'not-done';
}

/** From the one kept password to the other, as Neo4j wants it. The one that is expected to be valid is tried first. */
async function change(
  { user }: Kept,
  [from, to]: readonly [from: string, to: string],
  context: RunningReset,
): Promise<Facts> {
  const { deps, signal } = context;
  if (await accepts(context, user, from)) {
    signal.throwIfAborted();
    await deps.neo4j.changePassword({ user, password: from }, to, { signal });
    return { changed: true };
  }
  if (await accepts(context, user, to)) return { already: true };
  throw stale({ password: 'as it is kept' }, { password: null });
}

/** Sets the new password in Neo4j, where every Secret still has what is kept. */
export async function setPassword(keys: readonly PlanStep[], context: RunningReset): Promise<Facts> {
  const kept = await mustBeKeptNow(context);
  for (const step of keys) {
    const { at, form, uid } = spotIn(step, context.deps);
    const seen = await lookAtSecret(at, context);
    const value = valueIn(seen, at.key);
    const known = [own(kept.values, keyName(at)), valueWith({ user: kept.user, form }, kept.fresh)];
    if (seen?.uid !== uid || !known.includes(value))
      throw stale({ [at.name]: 'as it is kept' }, { [at.name]: null });
  }
  return change(kept, [kept.password, kept.fresh], context);
}

export async function observeSet(context: RunningReset): Promise<Observation> {
  const kept = await keptOf(context);
  if (kept === undefined) return 'unknown';
  if (await accepts(context, kept.user, kept.fresh)) return 'done';
  return (await accepts(context, kept.user, kept.password)) ? 'not-done' : 'unknown';
}

export async function restorePassword(context: RunningReset): Promise<Facts> {
  const kept = await mustBeKeptNow(context);
  return change(kept, [kept.fresh, kept.password], context);
}

/** `look`: once nothing is kept any more, a Secret that has what Neo4j takes shows that it is back. */
export async function observeRestored(
  valid: string,
  look: () => Promise<GraphUsers>,
  context: RunningReset,
): Promise<Observation> {
  const kept = await keptOf(context);
  if (kept === undefined) {
    const { user, keys, secrets } = await look();
    const [key] = keys.filter(({ from }) => keyName(from) === valid);
    const seen = key === undefined ? undefined : secrets.get(key.from.name);
    if (key === undefined || isMarked(seen, fixMark, operationOf(context).id)) return 'unknown';
    const found = await validAmong({ user, keys: [key], secrets }, (password) =>
      accepts(context, user, password),
    );
    return found === undefined ? 'unknown' : 'done';
  }
  if (await accepts(context, kept.user, kept.password)) return 'done';
  return (await accepts(context, kept.user, kept.fresh)) ? 'not-done' : 'unknown';
}

/** A key of a Secret against what is kept. */
async function lookAtKey(step: PlanStep, context: RunningReset) {
  const { at, form, uid } = spotIn(step, context.deps);
  const [seen, kept] = await Promise.all([lookAtSecret(at, context), keptOf(context)]);
  const there = valueIn(seen, at.key);
  return {
    ...{ at, seen, kept, there },
    value: seen?.uid === uid ? there : undefined,
    former: own(kept?.values, keyName(at)),
    fresh: kept === undefined ? undefined : valueWith({ user: kept.user, form }, kept.fresh),
    ours: isMarked(seen, fixMark, operationOf(context).id),
  };
}

async function write(step: PlanStep, direction: 'apply' | 'undo', context: RunningReset): Promise<Facts> {
  const { at, seen, kept, value, former, fresh } = await lookAtKey(step, context);
  if (kept === undefined) throw stale({ kept: keptPassword }, { kept: null });
  const [from, to] = direction === 'apply' ? [former, fresh] : [fresh, former];
  if (value !== undefined && value === to) return { already: true };
  if (seen === undefined || to === undefined || value === undefined || value !== from)
    throw stale({ [at.name]: 'as it is kept' }, { [at.name]: null });
  const { deps, signal } = context;
  signal.throwIfAborted();
  const body = keyPatch(at.key, to, direction === 'apply' ? operationOf(context).id : null);
  const metadata = { ...body.metadata, resourceVersion: seen.resourceVersion };
  await deps.kubernetes.patch('secrets', at.namespace, at.name, { ...body, metadata }, { signal });
  return direction === 'apply' ? { written: at.name } : { putBack: at.name };
}

/** Writes the kept new password, and nothing that came since. */
export const writePassword = (step: PlanStep, context: RunningReset): Promise<Facts> =>
  write(step, 'apply', context);

/** Only where our own value still stands. */
export const putBackPassword = (step: PlanStep, context: RunningReset): Promise<Facts> =>
  write(step, 'undo', context);

export async function observeWritten(step: PlanStep, context: RunningReset): Promise<Observation> {
  const { value, former, fresh } = await lookAtKey(step, context);
  if (value === undefined) return 'unknown';
  if (value === fresh) return 'done';
  return value === former ? 'not-done' : 'unknown';
}

/** Once nothing of ours stands there, there is nothing to put back. */
export async function observePutBack(step: PlanStep, context: RunningReset): Promise<Observation> {
  const { kept, there, former, fresh, ours } = await lookAtKey(step, context);
  if (kept !== undefined && there === fresh) return 'not-done';
  if (kept !== undefined && there === former) return 'done';
  return ours ? 'unknown' : 'done';
}

/** Whether Neo4j takes what the Secrets have, as long as that is what this fix has written. */
export async function isTaken(keys: readonly PlanStep[], context: RunningReset): Promise<boolean> {
  const kept = await keptOf(context);
  if (kept === undefined) return true;
  for (const step of keys) {
    const { at, form } = spotIn(step, context.deps);
    const [password = ''] = passwordsIn(
      { user: kept.user, form },
      valueIn(await lookAtSecret(at, context), at.key),
    );
    if (!(await accepts(context, kept.user, password))) return false;
  }
  return true;
}
