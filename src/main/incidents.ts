import { alertsOver, framedMessage, joinedAlerts, unknownAlerts } from '../bot/views/alert.view.ts';
import { diagnosisRendererOf } from '../bot/views/diagnosis.view.ts';
import { mendedMessage } from '../bot/views/mended.view.ts';
import { rendererOf } from '../bot/views/renderer.ts';
import { symptomOf } from '../domain/diagnosis/symptom.ts';
import type { Directory } from '../domain/fix/eligibility.ts';
import { every, type Periodic } from '../domain/kernel/every.ts';
import { platformsIn } from '../domain/platform/platform.ts';
import { toldIn } from '../domain/settings/tell.ts';
import type { Component } from '../platform/process/lifecycle.ts';
import type { Self } from '../platform/slack/directory.ts';
import type { Drawn } from '../platform/slack-poster/deliver.ts';
import { alertPurpose, createIncidents } from '../services/alert/incidents.service.ts';
import { beginRun, rootPurpose } from '../services/run/run.service.ts';
import { wordsIn } from '../text/words.ts';
import { diagnoses } from './registries.ts';
import type { Shared } from './shared.ts';
import { matcherOfSymptoms } from './understanding.ts';

const roundMs = 1_000;

const hasAlerts = ({ config }: Pick<Shared, 'config'>): boolean =>
  Object.values(config.environments).some(({ alerts, watch }) => alerts !== undefined || watch !== undefined);

/** Alerts that arrived become messages: looked for once a second, by any number of bots. */
export function incidents(
  shared: Shared,
  { teamId }: Pick<Self, 'teamId'>,
  directory: Pick<Directory, 'channel'>,
): Component {
  const { store, courier, clock, ids, logger, config } = shared;
  let running: Periodic | undefined;
  return {
    name: 'incidents',
    start() {
      if (!hasAlerts(shared)) return;
      const platformOf = platformsIn(config.environments);
      const matcher = matcherOfSymptoms();
      const places = placesOf(shared, directory);
      const begun = {
        ...{ renderer: rendererOf(platformOf), diagnosis: diagnosisRendererOf(platformOf), clock, ids },
      };
      const service = createIncidents({
        ...{ store, courier, ids, logger },
        begin: (tx, input) => beginRun(tx, input, begun),
        read: (text, environment) => symptomOf(text, diagnoses, matcher, platformOf(environment)),
        placeOf(environment) {
          const channel = places.channelOf(environment);
          if (channel === undefined) return undefined;
          return { teamId, channel, language: config.slack.channels[channel]?.language ?? 'en' };
        },
        lookWhoReads: () => places.look(),
        knowsSomething: (environment) => (config.environments[environment]?.known.length ?? 0) > 0,
        words: {
          unknown: (alerts, language) => unknownAlerts(alerts, wordsIn(language)),
          joined: (what, language) => joinedAlerts(what, wordsIn(language)),
          over: (ms, button, language) => alertsOver(ms, button, wordsIn(language)),
        },
      });
      running = every(roundMs, () => service.round(), {
        clock,
        onError: (err) => logger.warn({ err }, 'alerts that arrived cannot be read'),
      });
    },
    stop: () => running?.stop(),
  };
}

/** R-A11: where people of other organisations read, alerts go to the channel that requests go to then, or to nobody. */
function placesOf(
  { config, logger }: Pick<Shared, 'config' | 'logger'>,
  directory: Pick<Directory, 'channel'>,
) {
  const closed = new Set<string>();
  const channels = Object.entries(config.environments).flatMap(([environment, { access }]) => {
    const channel = toldIn(config, environment);
    return channel === undefined ? [] : [{ environment, channel, open: access.sharedChannels }];
  });
  return {
    /** False: Slack does not say. */
    async look(): Promise<boolean> {
      for (const { environment, channel, open } of channels) {
        const answer = await directory.channel(channel);
        if ('known' in answer) {
          const isClosed = answer.known.externallyShared && !open.includes(channel);
          if (isClosed && !closed.has(environment))
            logger.error(
              { environment, channel },
              'alerts are not answered in a channel that others read, too',
            );
          if (isClosed) closed.add(environment);
          else closed.delete(environment);
        } else if (answer.unavailable !== 'not-found') return false;
      }
      return true;
    },
    channelOf: (environment: string): string | undefined =>
      closed.has(environment) ? config.slack.fallbackChannel : toldIn(config, environment),
  };
}

/** What the bot says above an answer, as it is when the message is sent: that it is mended, and what fires or is over. */
export function framedBy(shared: Pick<Shared, 'store' | 'config'>): NonNullable<Drawn['framed']> {
  const { store } = shared;
  const alerted = hasAlerts(shared);
  return async (rendered, { id, purpose, runId }) => {
    if (purpose !== rootPurpose && purpose !== alertPurpose) return rendered;
    const { mended, head } = await store.tx(async (tx) => ({
      mended: runId === undefined ? undefined : await tx.runs.mendedOf(runId),
      head: alerted ? await tx.alerts.headOf(id) : undefined,
    }));
    const answer =
      mended === undefined ? rendered : mendedMessage(rendered, mended, wordsIn(mended.language));
    if (head === undefined) return answer;
    return framedMessage(answer, head, wordsIn(head.language), mended === undefined ? 'above' : 'below');
  };
}
