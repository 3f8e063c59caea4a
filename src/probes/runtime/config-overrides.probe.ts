import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { AppError, TargetError } from '../../domain/kernel/errors.ts';
import { ellipsis, shortened } from '../../domain/kernel/text.ts';
import { configuredIds } from '../../domain/platform/part.ts';
import {
  fileValue,
  type LayeredValue,
  overridden,
  prefixUnknown,
  undecided,
} from '../../domain/probe/config-layers.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { isSetByVariables, type PartConfig, partConfig } from '../support/config.ts';
import { socketsOf } from '../support/sockets.ts';

const secretKey = /pass|secret|token|key$/i;

export const runtimeConfigOverrides = defineProbe({
  id: 'runtime.config-overrides',
  doc: `Does a flag or an environment variable override the configuration file?

Compares the layers of a part key by key: flag, then environment, then file.
Names each key of the file that has no effect, with the layer that overrides it.
For a variable it also names the ConfigMap or Secret and the key that sets it.
Values of Secrets and of secret keys are never shown.
A variable for an address or port counts only when the sockets of the process show that it is used.
A variable that fits a key but for its prefix leaves the answer open where nothing shows whether the program reads it.
Where it cannot read a ConfigMap or Secret of the environment, it is inconclusive about the keys that this may set.`,
  params: z.strictObject({
    part: z.enum(configuredIds).default('agent-manager').describe('The part to check.'),
    key: z.string().max(200).optional().describe('Only this key of the file; otherwise every key.'),
  }),
  part: ({ part }) => part,
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['CONFIG_OVERRIDDEN'],
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
    const { seen, open } = await bySockets([...known, ...guessed], new Set(guessed), deps, config, signal);
    const findings = seen.map((value): Finding => {
      const shown = (text: string) => (secretKey.test(value.key) ? '[secret]' : shortened(text, 80));
      return {
        code: 'CONFIG_OVERRIDDEN',
        severity: 'warning',
        part,
        subject: value.key,
        facts: {
          key: value.key,
          layer: value.layer,
          name: nameOf(value),
          configMap: value.from?.kind === 'ConfigMap' ? value.from.name : null,
          value: shown(value.value),
          fileValue: shown(value.fileValue ?? ''),
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

/** Keys of an address or a port: which layer gives them, sockets show. */
const bound = /(?:^|\.)(?:port|host|addr|address|url|uri|endpoint)$/;

/**
 * A variable wins over the file only if that was seen (R-PLAT1): of an address or a port, the sockets of the process
 * show whether it uses the one or the other. One of the platform's own prefix is set for nothing else, and a flag is an
 * argument of this very program; what is no address cannot be seen at all, and is named as before.
 */
async function bySockets(
  values: readonly LayeredValue[],
  guessed: ReadonlySet<LayeredValue>,
  { runtime, platform }: With<'runtime'>,
  { instance, sources }: PartConfig,
  signal: AbortSignal,
): Promise<{ readonly seen: readonly LayeredValue[]; readonly open: ReturnType<typeof undecided> }> {
  const isGuess = (value: LayeredValue) => {
    const { key, layer, name, secret } = value;
    if (guessed.has(value)) return true;
    return layer === 'env' && secret === undefined && bound.test(key) && !name.startsWith(sources.prefix);
  };
  const guesses = values.filter(isGuess);
  if (guesses.length === 0) return { seen: values, open: [] };
  // What is no address shows in no socket.
  const sockets = guesses.some(({ key }) => bound.test(key))
    ? await socketsOf(runtime, instance, signal)
    : undefined;
  const uses = async (key: string, value: string): Promise<boolean | undefined> => {
    if (sockets === undefined || !('listening' in sockets)) return undefined;
    const named = /(?:^|:)(\d{1,5})(?:\/.*)?$/.exec(value)?.[1];
    if (key === platform.keys['server.port']) return sockets.listening.has(Number(named));
    const host = /^(?:[a-z0-9+]+:\/\/)?(?:[^@/]*@)?([^:/]*)/i.exec(value)?.[1] ?? '';
    const port = named ?? fileValue(sources.file, key.replace(/[^.]*$/, 'port'));
    const address =
      host === 'localhost' ? '127.0.0.1' : await runtime.resolve(host, { signal }).catch(() => undefined);
    const peers = [...sockets.peers].filter((peer) => port === undefined || peer.endsWith(`:${port}`));
    if (address !== undefined && isIPv4(address)) return peers.some((peer) => peer.startsWith(`${address}:`));
    // On Compose a known name has no address here: its port is enough, as long as the two differ in it or in the host.
    if (address === undefined || port === undefined) return undefined;
    return peers.some((peer) => !peer.startsWith('127.'));
  };
  const judged = await Promise.all(
    values.map(async (value) => {
      if (!isGuess(value)) return { value, wins: true as boolean | undefined };
      // Of a Secret nobody sees where it would lead.
      if (!bound.test(value.key) || value.secret !== undefined || value.unread !== undefined)
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
    const blocked = !bound.test(key) || sockets === undefined || 'listening' in sockets ? {} : sockets;
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
