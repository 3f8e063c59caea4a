import { present } from '../domain/kernel/present.ts';
import { type ExitCode, exitCodes, type ServedContext } from './context.ts';
import { chooseEnvironment } from './environment.ts';
import type { DigestNowOutput, DigestOutput } from './output-schemas.ts';

interface Place {
  readonly channel: string;
  readonly env?: string;
}

export async function digestNow(context: ServedContext, place: Place): Promise<ExitCode> {
  const config = await context.config();
  const settings = config.slack.channels[place.channel];
  const environment = chooseEnvironment(config, place.env ?? settings?.environment);
  const by = context.person;
  const { runId } = await context.services.digests.now({
    surface: {
      teamId: by.teamId,
      channel: place.channel,
      language: settings?.language ?? context.words.language,
    },
    environment,
    by,
  });
  context.out(
    context.output === 'json'
      ? JSON.stringify({ runId } satisfies DigestNowOutput, null, 2)
      : context.words.plain('cli.digest.run', { run: runId }),
  );
  return exitCodes.ok;
}

export async function digestConfigure(
  context: ServedContext,
  place: Place,
  change: { readonly enabled?: boolean; readonly at?: string },
): Promise<ExitCode> {
  const by = context.person;
  const { channel } = place;
  const set = await context.services.digests.configure({
    channel,
    teamId: by.teamId,
    by,
    ...change,
  });
  const { at, timezone } = set;
  const output: DigestOutput = {
    ...{ enabled: set.enabled, at, timezone },
    ...present({ next: set.next?.toISOString() }),
  };
  if (context.output === 'json') context.out(JSON.stringify(output, null, 2));
  else
    context.out(
      set.enabled
        ? context.words.plain('cli.digest.set-on', { channel, at, timezone })
        : context.words.plain('cli.digest.set-off', { channel }),
    );
  return exitCodes.ok;
}
