import { healthRole } from '../domain/health/health-calls.ts';
import { AppError } from '../domain/kernel/errors.ts';
import { present } from '../domain/kernel/present.ts';
import type { Discovered } from '../domain/platform/discovered.ts';
import type { InventoryNews } from '../domain/platform/inventory.ts';
import type { PartId } from '../domain/platform/part.ts';
import { databaseOwners } from '../domain/platform/table.ts';
import type { Unchecked } from '../domain/platform/unchecked.ts';
import type { ProbeOutcome } from '../domain/probe/probe.ts';
import type { TriedFolder } from '../domain/probe/targets/host-files.ts';
import type { ModelTarget } from '../domain/probe/targets/model.ts';
import type { Check } from '../domain/settings/doctor.ts';
import { inventoryChange } from '../text/inventory.ts';
import { uncheckedText } from '../text/unchecked.ts';
import { unseenOf } from '../text/unseen.ts';
import type { Words } from '../text/words.ts';

/** What lies with the bot, its configuration or its network, and says nothing of the platform (R-PLAT2). */
const ownTrouble = new Set([
  'auth',
  'connect-timeout',
  'dns',
  'forbidden',
  'secret-unreadable',
  'settings-invalid',
  'tls',
]);

/** The probes of a health check that use a target as its clients do, or list what runs. */
export function isTarget(probe: string): boolean {
  const { asClient, ofRuntime, otherPort } = healthRole(probe);
  return asClient === true || ofRuntime === true || otherPort === true;
}

/** How each target of an environment can be used from here, and what was found of the platform there. */
export function environmentChecks(
  environment: string,
  outcomes: readonly ProbeOutcome[],
  discovered: Discovered | undefined,
  words: Words,
  addresses: Readonly<Partial<Record<PartId, string>>> = {},
): readonly Check[] {
  return [
    ...outcomes
      .filter(({ probe }) => isTarget(probe))
      .flatMap((one) =>
        targetCheck(environment, one, words).map((check) => ({
          ...check,
          ...present({ at: addressSeen(one) ?? addresses[one.part] }),
        })),
      ),
    ...foundChecks(environment, discovered),
    ...uncheckedChecks(environment, discovered?.unchecked ?? [], words),
  ];
}

/** Where a look really went: a monitor has another port than its server. */
function addressSeen({ cause, findings, facts }: ProbeOutcome): string | undefined {
  const [seen] = [cause?.facts, findings[0]?.facts, facts].filter((one) => one?.host !== undefined);
  return seen?.port === undefined ? undefined : `${String(seen.host)}:${String(seen.port)}`;
}

function targetCheck(environment: string, outcome: ProbeOutcome, words: Words): readonly Check[] {
  const area = 'environment';
  const what = words.lookupPlain(`probe.${outcome.probe}`) ?? outcome.probe;
  const facts = { environment, part: outcome.part, what };
  switch (outcome.status) {
    case 'healthy': {
      const { restarted } = outcome.facts;
      return restarted === undefined
        ? [{ area, key: 'environment.reached', state: 'ok', facts }]
        : [{ area, key: 'environment.restarted', state: 'warning', facts: { ...facts, restarted } }];
    }
    case 'skipped':
      return [];
    case 'unhealthy': {
      const [finding] = outcome.findings;
      const said =
        finding &&
        words.lookupPlain(`finding.${finding.code}`, {
          ...finding.facts,
          subject: finding.subject,
          part: words.lookupPlain(`part.${finding.part}`) ?? finding.part,
        });
      const why = said ?? finding?.code ?? '';
      return [{ area, key: 'environment.unwell', state: 'warning', facts: { ...facts, why } }];
    }
    case 'inconclusive': {
      const { why } = unseenOf(outcome, words);
      const { code = '', facts: given = {} } = outcome.cause ?? {};
      // What this shell was not given says nothing of the bot.
      const notGiven = given.unsetVariable === true || given.unreadFile === true;
      const own = ownTrouble.has(code) && !notGiven;
      return own
        ? [{ area, key: 'environment.own', state: 'failed', facts: { ...facts, why } }]
        : [{ area, key: 'environment.unknown', state: 'unknown', facts: { ...facts, why } }];
    }
  }
}

function foundChecks(environment: string, discovered: Discovered | undefined): readonly Check[] {
  const area = 'environment';
  if (discovered === undefined) return [];
  const { at } = discovered;
  const parts = discovered.parts.map(({ part, found, candidates }): Check => {
    const facts = { environment, part, at };
    if (found !== undefined)
      return { area, key: 'environment.found', state: 'ok', facts: { ...facts, name: found } };
    return candidates.length === 0
      ? { area, key: 'environment.not-found', state: 'skipped', facts }
      : {
          area,
          key: 'environment.several',
          state: 'warning',
          facts: { ...facts, names: candidates.join(', ') },
        };
  });
  const databases = Object.entries(discovered.databases ?? {}).map(([id, name]): Check => {
    const part: PartId = databaseOwners[id as keyof typeof databaseOwners];
    return { area, key: 'environment.database', state: 'ok', facts: { environment, part, at, name } };
  });
  return [...parts, ...databases];
}

/** One line; a warning where a part works with it. */
function uncheckedChecks(
  environment: string,
  unchecked: readonly Unchecked[],
  words: Words,
): readonly Check[] {
  if (unchecked.length === 0) return [];
  const isUsed = unchecked.some(({ usedBy }) => usedBy !== undefined);
  return [
    {
      ...{ area: 'environment', key: 'environment.unchecked', state: isUsed ? 'warning' : 'skipped' },
      facts: { environment, what: uncheckedText(unchecked, words) },
    },
  ];
}

/** What is other than yesterday, by what workers have kept; one line where nothing is. */
export function inventoryChecks(
  environment: string,
  news: InventoryNews | undefined,
  words: Words,
): readonly Check[] {
  if (news === undefined) return [];
  const area = 'environment';
  const since = news.since.toISOString();
  const late = news.late.map(
    ({ area: which, seenAt }): Check => ({
      ...{ area, key: 'environment.not-seen', state: 'warning' },
      facts: { environment, what: words.plain(`inventory.area.${which}`), seenAt },
    }),
  );
  if (news.changes.length === 0)
    return [{ area, key: 'environment.same', state: 'ok', facts: { environment, since } }, ...late];
  const changes = news.changes.map(
    (change): Check => ({
      ...{ area, key: 'environment.changed', state: 'ok' },
      facts: { environment, since, what: inventoryChange(change, words) },
    }),
  );
  return [...changes, ...late];
}

/** Whether the address of the model gives it to this process; empty when the environment names no model. */
export async function modelChecks(
  model: Pick<ModelTarget, 'source' | 'offered'> | undefined,
  words: Words,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  if (model === undefined) return [];
  const area = 'environment';
  const { url } = model.source;
  try {
    const bytes = await model.offered({ signal });
    return [{ area, key: 'environment.model', state: 'ok', facts: { url, bytes } }];
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const reason = String(error.facts.reason ?? error.code);
    const why = words.lookupPlain(`offer.refused.${reason}`, error.facts) ?? reason;
    return [{ area, key: 'environment.model-not-given', state: 'failed', facts: { url, why } }];
  }
}

/** Whether the folders that the worker is given of a Compose host can be read and written from here. */
export function fileChecks(folders: readonly TriedFolder[]): readonly Check[] {
  const area = 'environment';
  return folders.flatMap(({ host, worker, unread, unwritable }): readonly Check[] => {
    if (unread !== undefined)
      return [
        { area, key: 'environment.folder-unread', state: 'failed', facts: { host, worker, why: unread } },
      ];
    return unwritable.length === 0
      ? [{ area, key: 'environment.folder', state: 'ok', facts: { host, worker } }]
      : unwritable.map((folder) => ({
          ...{ area, key: 'environment.folder-unwritable', state: 'failed', facts: { folder } },
        }));
  });
}
