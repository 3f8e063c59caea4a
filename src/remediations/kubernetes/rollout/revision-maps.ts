import { parse } from 'yaml';
import type { Plan } from '../../../domain/fix/remediation.ts';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Facts } from '../../../domain/kernel/facts.ts';
import { shortened } from '../../../domain/kernel/text.ts';
import { fileKeys, fileValue } from '../../../domain/probe/config-layers.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import { maySecret } from '../../values/variable-or-flag.ts';
import { textsOf } from '../object/config-source.ts';
import { lastWrite } from '../object/ownership.ts';
import type { Context, Place } from '../object/workload.ts';
import type { MapDifference, Revision } from './revisions.ts';

/** A card is read on a phone. */
const mostKeys = 8;
const none = '–';
/** Facts of a step that name a ConfigMap which it leads to. */
const prefix = 'map ';

interface Compared {
  /** Each key that differs, as it is now and as it was. */
  readonly from: Facts;
  readonly to: Facts;
  readonly notes: NonNullable<Plan['notes']>;
  /** The very ConfigMaps that the step leads to, and its undo. */
  readonly leadsTo: Facts;
  readonly leadsBack: Facts;
}

/**
 * What comes back with the ConfigMaps of an earlier revision. AppError CONFLICT where one is gone, or may have been
 * written since: then nobody knows what its Pods have read.
 */
export async function compareMaps(
  maps: readonly MapDifference[],
  revision: Revision,
  place: Place,
  context: Context,
): Promise<Compared> {
  const compared: { from: Facts; to: Facts; notes: NonNullable<Plan['notes']>[number][] } = {
    ...{ from: {}, to: {}, notes: [] },
  };
  const [leadsTo, leadsBack]: [Record<string, string>, Record<string, string>] = [{}, {}];
  for (const { volume, now, former } of maps) {
    const [present, then] = await Promise.all([mapAt(now, place, context), mapAt(former, place, context)]);
    if (then === undefined) throw refused('map-of-revision-gone', { map: former, revision: revision.number });
    if (!isAsItWas(then, revision))
      throw refused('map-of-revision-written', { map: former, revision: revision.number });
    leadsTo[`${prefix}${former}`] = identity(then);
    leadsBack[`${prefix}${now}`] = identity(present);
    const { shown, hidden, unkeyed } = differing(present, then);
    const few = shown.slice(0, mostKeys);
    const side = (name: string, index: 1 | 2): Facts => ({
      [`${volume} ConfigMap`]: name,
      ...Object.fromEntries(few.map((one) => [one[0], one[index]])),
    });
    compared.from = { ...compared.from, ...side(now, 1) };
    compared.to = { ...compared.to, ...side(former, 2) };
    compared.notes.push({
      key: 'map-of-revision',
      facts: { map: former, revision: revision.number, at: revision.since },
    });
    if (hidden.length > 0)
      compared.notes.push({ key: 'map-secrets-change', facts: { keys: shortened(hidden.join(', '), 200) } });
    if (unkeyed.length > 0)
      compared.notes.push({
        key: 'map-entries-change',
        facts: { entries: shortened(unkeyed.join(', '), 200) },
      });
    if (shown.length > few.length)
      compared.notes.push({ key: 'map-more-changes', facts: { more: shown.length - few.length } });
  }
  return { ...compared, leadsTo, leadsBack };
}

/** The same facts as they are now, for whoever compares. */
export async function mapsNow(expected: Facts, place: Place, context: Context): Promise<Facts> {
  const names = Object.keys(expected).filter((name) => name.startsWith(prefix));
  const pairs = names.map(
    async (name) => [name, identity(await mapAt(name.slice(prefix.length), place, context))] as const,
  );
  return Object.fromEntries(await Promise.all(pairs));
}

const identity = (map: KubeObject | undefined) =>
  map === undefined ? 'none' : `${map.metadata.uid} ${map.metadata.resourceVersion}`;

async function mapAt(
  name: string,
  { namespace }: Place,
  { deps, signal }: Context,
): Promise<KubeObject | undefined> {
  try {
    return await deps.kubernetes.get('configmaps', namespace, name, { signal });
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
    if (error instanceof TargetError && error.stage === 'forbidden')
      throw refused('missing-right', {
        ...{ verb: 'get', resource: `configmaps/${name}`, namespace },
        allowedBy: 'features.diagnosis',
      });
    throw error;
  }
}

/** Whether all Pods of a revision have read what it holds: it cannot change, or was last written before the first of them. */
function isAsItWas(map: KubeObject, { since }: Revision): boolean {
  if (map.immutable === true) return true;
  const written = Date.parse(String(lastWrite(map, [['data'], ['binaryData']])?.at));
  return written <= Date.parse(since);
}

type Row = readonly [name: string, now: string, former: string];

/**
 * Keys that differ, with both values; of those that may be secrets the names alone, and of a text without keys that it
 * differs.
 */
function differing(present: KubeObject | undefined, former: KubeObject) {
  const [now, then] = [present === undefined ? {} : textsOf(present), textsOf(former)];
  const entries = [...new Set([...Object.keys(now), ...Object.keys(then)])].filter(
    (entry) => now[entry] !== then[entry],
  );
  const all = entries.map((entry) => ({ entry, rows: rowsOf(entry, now[entry], then[entry]) }));
  const rows = all.flatMap((one) => one.rows);
  const isSecret = ([name, ...values]: Row) =>
    values.some((value) => maySecret(name.split(' ').at(-1) ?? '', value));
  return {
    shown: rows
      .filter((row) => !isSecret(row))
      .map(([name, one, other]): Row => [name, shortened(one, 80), shortened(other, 80)]),
    hidden: rows.filter(isSecret).map(([name]) => name),
    // Such as a comment of a file, or a script.
    unkeyed: all.flatMap((one) => (one.rows.length === 0 ? [one.entry] : [])),
  };
}

/** Of a file each key that differs, of one line the line itself; none where neither shows the difference. */
function rowsOf(entry: string, now: string | undefined, former: string | undefined): readonly Row[] {
  const [one, other] = [read(now), read(former)];
  const keys = [...new Set([...fileKeys(one), ...fileKeys(other)])];
  const lines = [now, former].map((text) => (text ?? none).trimEnd());
  if (keys.length === 0)
    return lines.some((line) => line.includes('\n')) ? [] : [[entry, lines[0] ?? none, lines[1] ?? none]];
  return keys.flatMap((key): readonly Row[] => {
    const [before, after] = [fileValue(one, key) ?? none, fileValue(other, key) ?? none];
    return before === after ? [] : [[`${entry} ${key}`, before, after]];
  });
}

function read(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parse(text, { logLevel: 'silent' });
  } catch {
    return undefined;
  }
}
