import { createHmac, randomBytes } from 'node:crypto';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import type { PartId } from '../../../domain/platform/part.ts';
import type { Platform } from '../../../domain/platform/platform.ts';
import type { ObjectKey, RegistrationToken } from '../../../domain/probe/targets/runtime.ts';
import { mountedSecret, oncePerLook, type ReferenceReader, variableOf } from './pod-environment.ts';
import { type KubeContainer, type KubePod, mainContainer } from './runtime-pod.ts';

/** The setting of the token by its own name, the stronger one first. */
const tokenVariables = ({ variables }: Platform) => [
  `${variables.prefix}${variables.token}`,
  variables.token,
];

/** Of this process alone: a token that could be guessed cannot be tried against a digest that somebody has seen. */
const key = randomBytes(32);

/** Short keyed digest: tells two tokens that one process has seen apart, and nothing of either. */
function digest(token: string): string {
  return createHmac('sha256', key).update(token).digest('hex').slice(0, 12);
}

const tokenOf = (
  value: string | undefined,
  where: Pick<RegistrationToken, 'source' | 'from'>,
): RegistrationToken =>
  value === undefined || value.trim() === '' ? where : { digest: digest(value.trim()), ...where };
const sourceOf = (from: ObjectKey) => ({ source: `${from.kind} ${from.name}/${from.key}`, from });

function tokenNowhere(part: PartId): AppError {
  return new AppError('NOT_FOUND', 'the source of the registration token is unknown', {
    facts: { reason: 'token-source-unknown', part },
  });
}

/** `CONSUL_AGENT_TOKEN` or `VAULT_AGENT_TOKEN` are of other agents. */
const tokenLike = /^(?:AETHERIUS_)?(?:COLLECT_)?AGENT_(?:AUTH_|REGISTRATION_)?TOKEN$/;

/** Variables of a container that hold the registration token, by their name or by the Secret they come from. */
function tokenNames(container: KubeContainer, platform: Platform): readonly string[] {
  const others = container.env.filter(
    ({ name, valueFrom }) => valueFrom?.secretKeyRef?.name === platform.secrets.token || tokenLike.test(name),
  );
  return [...new Set([...tokenVariables(platform), ...others.map(({ name }) => name)])];
}

/** What its environment comes from is not there, and so it was not started: the kubelet looks again at each start. */
function waitsFor(pod: KubePod, container: KubeContainer, unread: Error): boolean {
  const status = pod.status.containerStatuses.find(({ name }) => name === container.name);
  return (
    status?.state.waiting?.reason === 'CreateContainerConfigError' &&
    unread instanceof AppError &&
    unread.facts.reason === 'reference-gone'
  );
}

/** The token as a Pod gets it. A variable with a value is stronger than a file, as the programs have it. */
export async function podToken(
  pod: KubePod | undefined,
  part: PartId,
  where: { readonly platform: Platform; readonly namespace: string; readonly references: ReferenceReader },
  options?: CallOptions,
): Promise<RegistrationToken> {
  if (pod === undefined) throw tokenNowhere(part);
  const { platform, namespace, references } = where;
  const reader = oncePerLook(references);
  const main = mainContainer(pod, part, platform);
  const containers = [
    ...(main === undefined ? [] : [main]),
    ...pod.spec.containers.filter((one) => one !== main),
  ];
  let empty: RegistrationToken | undefined;
  let unread: Error | undefined;
  for (const container of containers)
    for (const name of tokenNames(container, platform)) {
      const variable = await variableOf(container, name, namespace, reader, options);
      if (variable === undefined) continue;
      const explicit = container.env.some((entry) => entry.name === name);
      // A whole Secret that cannot be read most likely holds other things.
      if ('unread' in variable) {
        if (explicit && waitsFor(pod, container, variable.unread)) return sourceOf(variable.from);
        if (explicit) throw variable.unread;
        unread ??= variable.unread;
        continue;
      }
      const found = tokenOf(
        variable.value,
        variable.from === undefined ? { source: name } : sourceOf(variable.from),
      );
      if (found.digest !== undefined) return found;
      empty ??= found;
    }
  const mounted = containers
    .map((container) => mountedSecret(container, pod.spec.volumes, platform.files.token))
    .find((key) => key !== undefined);
  if (mounted === undefined && unread !== undefined) throw unread;
  if (mounted === undefined && empty !== undefined) return empty;
  const key = mounted ?? ({ kind: 'Secret', name: platform.secrets.token, key: 'token' } as const);
  try {
    return tokenOf((await reader.data('Secret', namespace, key.name, options)).get(key.key), sourceOf(key));
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'NOT_FOUND')) throw error;
    if (mounted === undefined) throw tokenNowhere(part);
    return sourceOf(key);
  }
}

/** The token as a container gets it whose environment is known. */
export function variableToken(
  env: Readonly<Record<string, string>>,
  part: PartId,
  platform: Platform,
): RegistrationToken {
  const named = [...tokenVariables(platform), ...Object.keys(env).filter((name) => tokenLike.test(name))];
  const set = named.filter((name) => env[name] !== undefined);
  const name = set.find((one) => env[one]?.trim() !== '') ?? set[0];
  if (name === undefined) throw tokenNowhere(part);
  return tokenOf(env[name], { source: name });
}
