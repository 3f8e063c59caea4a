import { z } from 'zod';
import type { Observation, PlanStep } from '../../../domain/fix/remediation.ts';
import { keptToken } from '../../../domain/fix/rights.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import type { With } from '../../../domain/probe/targets/targets.ts';
import { mustHold, refused, stale } from '../../shared/stale.ts';
import { triedAt } from '../object/made-objects.ts';
import { admittedAt, type Context } from '../object/patch.ts';
import {
  isDropped,
  isMarked,
  type KeptValues,
  keep,
  keptBy,
  madeMark,
  operationOf,
  type Running,
} from './kept-value.ts';
import {
  fixMark,
  keyName,
  keyPatch,
  lookAtSecret,
  mustBePlain,
  readsAs,
  type SecretKey,
  type SeenSecret,
  valueIn,
} from './secret-object.ts';

/** From where the token is copied, and to where. */
export interface Ends {
  readonly from: SecretKey;
  readonly to: SecretKey;
}

const Spot = z.looseObject({
  fromSecret: z.string(),
  fromKey: z.string(),
  secret: z.string(),
  key: z.string(),
});

type Deps = With<'kubernetes'>;
export type TokenContext = Context & { readonly deps: With<'kubernetes' | 'runtime'> };

/** Where each side has its token from, as its Pods say it; refused where it is no key of a Secret. */
export async function endsOf({ deps, signal }: TokenContext): Promise<Ends> {
  const { namespace, agentNamespace } = deps.kubernetes;
  const of = async (part: 'agent-manager' | 'collect-agent', at: string): Promise<SecretKey> => {
    const { from, source } = await deps.runtime.token(part, { signal }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'NOT_FOUND')
        throw refused('token-not-in-secret', { part, source: null });
      throw error;
    });
    if (from?.kind !== 'Secret') throw refused('token-not-in-secret', { part, source });
    return { namespace: at, name: from.name, key: from.key };
  };
  const [from, to] = await Promise.all([of('agent-manager', namespace), of('collect-agent', agentNamespace)]);
  return { from, to };
}

/** The same, as a step remembers them. */
export function endsIn({ precondition }: PlanStep, { kubernetes }: Deps): Ends {
  const { fromSecret, fromKey, secret, key } = Spot.parse(precondition);
  return {
    from: { namespace: kubernetes.namespace, name: fromSecret, key: fromKey },
    to: { namespace: kubernetes.agentNamespace, name: secret, key },
  };
}

export const spotOf = ({ from, to }: Ends) => ({
  ...{ fromSecret: from.name, fromKey: from.key, secret: to.name, key: to.key },
});

export const keptWhere = ({ kubernetes }: Deps) => ({
  ...{ namespace: kubernetes.agentNamespace, name: keptToken },
});

export interface SeenEnds {
  readonly from: SeenSecret;
  readonly to: SeenSecret | undefined;
  readonly values: KeptValues;
}

/** Both Secrets as they are now. */
export async function lookAtEnds(ends: Ends, context: Context): Promise<SeenEnds> {
  const [from, to] = await Promise.all([lookAtSecret(ends.from, context), lookAtSecret(ends.to, context)]);
  const after = valueIn(from, ends.from.key);
  if (from === undefined || after === undefined || readsAs(after) === '')
    throw refused('token-not-at-source', { secret: keyName(ends.from) });
  mustBePlain(from);
  mustBePlain(to);
  return { from, to, values: { before: valueIn(to, ends.to.key), after } };
}

/** What must not have changed: no digest of a value is among it, for the versions tell as much. */
export const sameAs = ({ from, to, values }: SeenEnds): Facts => ({
  fromUid: from.uid,
  fromVersion: from.resourceVersion,
  uid: to?.uid ?? null,
  version: to?.resourceVersion ?? null,
  hasKey: values.before !== undefined,
});

const expectedOf = ({ fromUid, fromVersion, uid, version, hasKey }: Facts): Facts => ({
  ...{ fromUid: fromUid ?? null, fromVersion: fromVersion ?? null },
  ...{ uid: uid ?? null, version: version ?? null, hasKey: hasKey ?? null },
});

/** What is there now in place of what was planned for, as facts: where the token itself is gone, nothing. */
async function mustBeSame(step: PlanStep, ends: Ends, context: Context): Promise<SeenEnds> {
  const expected = expectedOf(step.precondition);
  const seen = await lookAtEnds(ends, context).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'CONFLICT') throw stale(expected, {});
    throw error;
  });
  mustHold(expected, sameAs(seen));
  return seen;
}

const whereOf = ({ namespace, name }: SecretKey) =>
  ({ kind: 'secrets', group: '', namespace, name }) as const;

const missing = ({ namespace, name, key }: SecretKey, value: string, operation: string) => ({
  ...{ apiVersion: 'v1', kind: 'Secret', type: 'Opaque' },
  metadata: { name, namespace, annotations: { [madeMark]: operation } },
  data: { [key]: value },
});

/** R-P5: the API server would store just that. Nothing of it is kept. */
export async function mustBeAdmitted(
  { to: end }: Ends,
  { to, values }: SeenEnds,
  context: Context,
  allowedBy: string,
) {
  const admitted =
    to === undefined
      ? await triedAt('secrets', missing(end, values.after, 'plan'), context, allowedBy, end.namespace)
      : await admittedAt(whereOf(end), keyPatch(end.key, values.after, 'plan'), context, allowedBy);
  const data = admitted.data as Readonly<Record<string, unknown>> | undefined;
  if (data?.[end.key] !== values.after) throw refused('secret-admitted-otherwise', { secret: keyName(end) });
}

export async function keepBoth(step: PlanStep, context: Running): Promise<Facts> {
  const where = keptWhere(context.deps);
  if ((await keptBy(where, context)) !== undefined) return { already: true };
  const { values } = await mustBeSame(step, endsIn(step, context.deps), context);
  return keep(where, values, context);
}

/** Writes what was kept as the new value, and nothing that came since. */
export async function copy(step: PlanStep, context: Running): Promise<Facts> {
  const ends = endsIn(step, context.deps);
  if ((await observeCopy(step, context)) === 'done') return { already: true };
  const { to, values } = await mustBeSame(step, ends, context);
  const kept = await keptBy(keptWhere(context.deps), context);
  if (kept === undefined || kept.after !== values.after || kept.before !== values.before)
    throw stale({ kept: keptToken }, { kept: null });
  const { id } = operationOf(context);
  const { deps, signal } = context;
  signal.throwIfAborted();
  const { namespace, name, key } = ends.to;
  if (to === undefined) {
    await deps.kubernetes.create('secrets', namespace, missing(ends.to, kept.after, id), { signal });
    return { made: name };
  }
  const body = keyPatch(key, kept.after, id);
  const metadata = { ...body.metadata, resourceVersion: to.resourceVersion };
  await deps.kubernetes.patch('secrets', namespace, name, { ...body, metadata }, { signal });
  return { written: name };
}

/** What stands there against what is kept. */
async function lookBack(step: PlanStep, context: Running) {
  const { to: end } = endsIn(step, context.deps);
  const [to, kept] = await Promise.all([
    lookAtSecret(end, context),
    keptBy(keptWhere(context.deps), context),
  ]);
  const { id } = operationOf(context);
  const wasMissing = step.precondition.uid === null;
  return {
    ...{ end, to, kept, wasMissing },
    another: !wasMissing && to?.uid !== step.precondition.uid,
    ours: isMarked(to, wasMissing ? madeMark : fixMark, id),
    value: valueIn(to, end.key),
  };
}

export async function observeCopy(step: PlanStep, context: Running): Promise<Observation> {
  const { to, kept, another, ours, value } = await lookBack(step, context);
  if (another) return 'unknown';
  if (ours && kept !== undefined && value === kept.after) return 'done';
  const version = to?.resourceVersion ?? null;
  return !ours && version === step.precondition.version ? 'not-done' : 'unknown';
}

/** Only where our own value still stands. */
export async function putBack(step: PlanStep, context: Running): Promise<Facts> {
  const { end, to, kept, wasMissing, another, ours, value } = await lookBack(step, context);
  if (kept === undefined) throw stale({ kept: keptToken }, { kept: null });
  if (wasMissing ? to === undefined : !another && !ours && value === kept.before) return { already: true };
  if (another || !ours || to === undefined || value !== kept.after)
    throw stale({ [end.name]: 'as this fix wrote it' }, { [end.name]: null });
  const { deps, signal } = context;
  signal.throwIfAborted();
  if (wasMissing) {
    await deps.kubernetes.remove('secrets', end.namespace, end.name, { uid: to.uid }, { signal });
    return { deleted: end.name };
  }
  const body = keyPatch(end.key, kept.before ?? null, null);
  const metadata = { ...body.metadata, resourceVersion: to.resourceVersion };
  await deps.kubernetes.patch('secrets', end.namespace, end.name, { ...body, metadata }, { signal });
  return { putBack: end.name };
}

/** Once nothing of ours stands there, there is nothing to put back: not even if what was kept is gone. */
export async function observePutBack(step: PlanStep, context: Running): Promise<Observation> {
  const { kept, another, ours, value } = await lookBack(step, context);
  if (!ours) return 'done';
  return !another && kept !== undefined && value === kept.after ? 'not-done' : 'unknown';
}

export async function observeKept(context: Running): Promise<Observation> {
  return (await keptBy(keptWhere(context.deps), context)) === undefined ? 'not-done' : 'done';
}

export async function observeDropped(context: Running): Promise<Observation> {
  return (await isDropped(keptWhere(context.deps), context)) ? 'done' : 'not-done';
}
