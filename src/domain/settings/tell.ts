import type { Config } from './config.ts';

/** The channel in which an environment's alerts, and what was seen of it without being asked for, are told of. */
export function toldIn(
  { environments, slack }: Pick<Config, 'environments' | 'slack'>,
  environment: string,
): string | undefined {
  const { alerts, watch } = environments[environment] ?? {};
  if (alerts === undefined && watch === undefined) return undefined;
  const ofIt = Object.entries(slack.channels).find(([, channel]) => channel.environment === environment);
  // Both stand in one thread where they are about one cause.
  return alerts?.channel ?? watch?.channel ?? ofIt?.[0];
}
