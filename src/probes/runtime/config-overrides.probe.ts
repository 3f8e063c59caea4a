import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { ellipsis, shortened } from '../../domain/kernel/text.ts';
import { type ConfiguredId, configuredIds } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import { type LayeredValue, overridden, prefixUnknown, undecided } from '../../domain/probe/config-layers.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import {
  type ConnectionLook,
  fileValueRuns,
  isAddressKey,
  isConnectedBy,
  whichWorks,
} from '../../domain/probe/running-connection.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { isSetByVariables, type PartConfig, partConfig } from '../support/config.ts';
import { socketsOf, type Unasked } from '../support/sockets.ts';

const secretKey = /pass|secret|token|key$/i;

export const runtimeConfigOverrides = defineProbe({
  id: 'runtime.config-overrides',
  doc: `Does a flag or an environment variable override the configuration file?

Compares the layers of a part key by key: flag, then environment, then file.
Names each key of the file that has no effect, with the layer that overrides it.
For a variable it also names the ConfigMap or Secret and the key that sets it.
Values of Secrets and of secret keys are never shown.
A variable for an address or port counts only when the sockets of the process show that it is used.
Where the program is connected by the value that overrides, it says so: that value works, and the file's is not used.
A variable that fits a key but for its prefix leaves the answer open where nothing shows whether the program reads it.
Where it cannot read a ConfigMap or Secret of the environment, it is inconclusive about the keys that this may set.`,
  params: z.strictObject({
    part: z.enum(configuredIds).default('agent-manager').describe('The part to check.'),
    key: z.string().max(200).optional().describe('Only this key of the file; otherwise every key.'),
  }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['CONFIG_OVERRIDDEN', 'CONFIG_OVERRIDE_IN_USE'],
  async run({ part, key }, { deps, signal }: { deps: With<'runtime'>; signal: AbortSignal }) {
    const config = await partConfig(deps, part, signal);
    if (config === undefined) {
      const byVariables = await isSetByVariables(deps, part, signal);
      return { status: 'skipped', reason: byVariables ? 'not-applicable' : 'no-data' };
    }
    const asked = (one: LayeredValue) => key === undefined || one.key === key;
    const known = overridden(config.sources).filter(asked);
    const guessed = prefixUnknown(config.sources).filter(
      (guess) => asked(guess) && known.every((one) => one.key !== guess.key),
    );
    const own = once(() => lookAt(deps, config.instance, config.sources.file, signal));
    const others = once(() => looksAtOthers(deps, part, config.sources.file, signal));
    const all = [...known, ...guessed];
    const { seen, open } = await bySockets(all, new Set(guessed), config, deps.platform, own);
    const works = await Promise.all(seen.map((value) => worksNow(value, own, others, deps.platform)));
    const findings = seen.map((value, at): Finding => {
      const shown = (text: string) => (secretKey.test(value.key) ? '[secret]' : shortened(text, 80));
      const inUse = works[at] === 'override';
      return {
        code: inUse ? 'CONFIG_OVERRIDE_IN_USE' : 'CONFIG_OVERRIDDEN',
        severity: inUse ? 'info' : 'warning',
        part,
        subject: value.key,
        facts: {
          key: value.key,
          layer: value.layer,
          name: nameOf(value),
          configMap: value.from?.kind === 'ConfigMap' ? value.from.name : null,
          value: shown(value.value),
          fileValue: shown(value.fileValue ?? ''),
          // Only then is there a button that takes the variable or flag away.
          fileRuns: fileValueRuns(
            { key: value.key, fileValue: value.fileValue ?? '' },
            works[at],
            deps.platform,
          ),
          instance: config.instance.name,
        },
      };
    });
    const [first, ...more] = findings;
    const unseen = [...undecided(config.sources).filter(asked), ...open];
    const facts = {
      from: config.from,
      instance: config.instance.name,
      overridden: findings.length,
      ...(unseen.length === 0 ? {} : { undecided: unseen.length, keys: keysOf(unseen) }),
    };
    if (first !== undefined) return { status: 'unhealthy', facts, findings: [first, ...more] };
    const [blind] = unseen;
    return blind === undefined
      ? { status: 'healthy', facts }
      : { status: 'inconclusive', cause: whyBlind(blind.unread, unseen), facts };
  },
});

/**
 * A variable wins over the file only if that was seen (R-PLAT1): of an address or a port, the sockets of the process
 * show whether it uses the one or the other. One of the platform's own prefix is set for nothing else, and a flag is an
 * argument of this very program; what is no address cannot be seen at all, and is named as before.
 */
async function bySockets(
  values: readonly LayeredValue[],
  guessed: ReadonlySet<LayeredValue>,
  { sources }: PartConfig,
  platform: Platform,
  own: () => Promise<Look>,
): Promise<{ readonly seen: readonly LayeredValue[]; readonly open: ReturnType<typeof undecided> }> {
  const isGuess = (value: LayeredValue) => {
    const { key, layer, name, secret } = value;
    if (guessed.has(value)) return true;
    return layer === 'env' && secret === undefined && isAddressKey(key) && !name.startsWith(sources.prefix);
  };
  const guesses = values.filter(isGuess);
  if (guesses.length === 0) return { seen: values, open: [] };
  // What is no address shows in no socket.
  const look = guesses.some(({ key }) => isAddressKey(key)) ? await own() : undefined;
  const sockets = look?.sockets;
  const uses = async (key: string, value: string) =>
    look === undefined ? undefined : isConnectedBy(key, value, look, platform);
  const judged = await Promise.all(
    values.map(async (value) => {
      if (!isGuess(value)) return { value, wins: true as boolean | undefined };
      // Of a Secret nobody sees where it would lead.
      if (!isAddressKey(value.key) || value.secret !== undefined || value.unread !== undefined)
        return { value, wins: undefined };
      const [theirs, files] = await Promise.all([
        uses(value.key, value.value),
        uses(value.key, value.fileValue ?? ''),
      ]);
      const decided = theirs !== undefined && theirs !== files;
      return { value, wins: decided ? theirs : undefined };
    }),
  );
  const unreadOf = (value: LayeredValue) => {
    const { key } = value;
    const blocked = isAddressKey(key) && sockets === undefined ? (look?.unasked ?? {}) : {};
    return new AppError('NOT_FOUND', 'whether the program reads the variable was not seen', {
      facts: { ...blocked, reason: 'override-unseen', variable: nameOf(value) },
    });
  };
  return {
    seen: judged.flatMap(({ value, wins }) => (wins === true ? [value] : [])),
    open: judged.flatMap(({ value, wins }) =>
      wins === undefined ? [{ ...value, fileValue: value.fileValue ?? '', unread: unreadOf(value) }] : [],
    ),
  };
}

/** Of an address whose two values are seen: which one works now. */
function worksNow(
  { key, value, fileValue: written, secret, unread }: LayeredValue,
  own: () => Promise<Look>,
  others: () => Promise<readonly Look[]>,
  platform: Platform,
): Promise<'override' | 'file' | undefined> {
  if (!isAddressKey(key) || written === undefined || secret !== undefined || unread !== undefined)
    return Promise.resolve(undefined);
  return own().then((look) => whichWorks({ key, value, fileValue: written }, look, others, platform));
}

interface Look extends ConnectionLook {
  /** Why the sockets were not seen. */
  readonly unasked?: Unasked;
}

async function lookAt(
  { runtime }: Pick<With<'runtime'>, 'runtime'>,
  instance: Instance,
  file: unknown,
  signal: AbortSignal,
): Promise<Look> {
  const seen = await socketsOf(runtime, instance, signal);
  const resolve = (name: string) => runtime.resolve(name, { signal }).catch(() => undefined);
  return 'listening' in seen ? { sockets: seen, file, resolve } : { unasked: seen, file, resolve };
}

/** The other services: what one of them is connected to is there. */
async function looksAtOthers(
  deps: With<'runtime'>,
  part: ConfiguredId,
  file: unknown,
  signal: AbortSignal,
): Promise<readonly Look[]> {
  const looks = configuredIds
    .filter((one) => one !== part)
    .map(async (one) => {
      const instance = (await deps.runtime.instances(one, { signal }).catch(() => [])).at(-1);
      return instance === undefined ? [] : [await lookAt(deps, instance, file, signal)];
    });
  return (await Promise.all(looks)).flat();
}

/** The work, begun at its first use. */
function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined;
  return () => (begun ??= work());
}

function keysOf(values: readonly LayeredValue[]): string {
  const shown = values.slice(0, 5).map(({ key }) => key);
  return [...shown, ...(values.length > shown.length ? [ellipsis] : [])].join(', ');
}

/** Of a refusal: for which keys it matters. Whoever has edited another one need not care. */
function whyBlind(unread: Error, unseen: ReturnType<typeof undecided>): Error {
  if (!(unread instanceof TargetError) || unread.stage !== 'forbidden') return unread;
  const same = unseen.filter((value) => value.unread === unread);
  return new AppError('DEPENDENCY_UNAVAILABLE', 'a source that may override the file cannot be read', {
    facts: { ...unread.facts, reason: 'override-unread', keys: keysOf(same) },
    cause: unread,
  });
}

/** The flag or variable, with what gives it. */
function nameOf({ name, from }: LayeredValue): string {
  return from === undefined ? name : `${name} (${from.kind} ${from.name}/${from.key})`;
}
