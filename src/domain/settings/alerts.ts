import { z } from 'zod';
import { secretValue } from '../kernel/secret-schema.ts';
import { channelId } from './slack.ts';

export const Alerts = z
  .strictObject({
    secret: secretValue(
      'What Alertmanager or Grafana shows as `Authorization: Bearer`, at least 16 bytes; `openssl rand -hex 32` makes one.',
    ),
    oldSecret: secretValue(
      'The former secret, accepted beside the new one while it is being changed.',
    ).exactOptional(),
    channel: channelId.meta({ description: 'Channel in which alerts of this environment are answered.' }),
  })
  .meta({
    description:
      'Alerts of this environment arrive at `/alerts/<environment>` and are answered in a channel ([how](../guides/alerts.md)).',
  });

export type AlertsConfig = z.output<typeof Alerts>;
