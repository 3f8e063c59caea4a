import { z } from 'zod';

const DigestTime = z
  .strictObject({
    at: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, HH:MM')
      .meta({ description: 'Time of day.' }),
    timezone: z
      .string()
      .refine(isTimezone, 'must be an IANA time zone, such as Asia/Shanghai')
      .meta({ description: 'IANA time zone of that time.' }),
  })
  .meta({ description: 'Daily digest of the channel; without it the digest is off until `digest on`.' });

function isTimezone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const language = z.enum(['en', 'zh-CN']);

export const channelId = z.string().regex(/^[CG][A-Z0-9]{2,}$/, 'must be a channel id, such as C07QKZ3M8TW');

const Channel = z.strictObject({
  environment: z
    .string()
    .exactOptional()
    .meta({ description: 'Environment of commands that do not name one.' }),
  language: language.default('en').meta({ description: 'Language of shared messages.' }),
  digest: DigestTime.exactOptional(),
});

export const SlackSettings = z
  .strictObject({
    defaultEnvironment: z
      .string()
      .exactOptional()
      .meta({ description: 'Environment when the command and the channel do not name one.' }),
    fallbackChannel: channelId.exactOptional().meta({
      description:
        'Where open requests go when their channel is shared with another organisation, archived or deleted; without it they are cancelled.',
    }),
    startsPerMinute: z
      .strictObject({
        person: z
          .int()
          .min(1)
          .default(20)
          .meta({ description: 'Checks and fixes that one person may start.' }),
        channel: z.int().min(1).default(60).meta({ description: 'Those that one channel may start.' }),
      })
      .prefault({})
      .meta({ description: 'How many checks and fixes are started within a minute, by each bot process.' }),
    bundles: z
      .strictObject({
        mostMiB: z.int().min(1).max(500).default(50).meta({
          description: 'Largest bundle that goes to Slack; logs that do not fit are left out, and named.',
        }),
      })
      .prefault({})
      .meta({ description: 'What `/aetherius collect` gathers.' }),
    channels: z
      .record(z.string().regex(/^[CGD][A-Z0-9]{2,}$/, 'must be a channel id, such as C07QKZ3M8TW'), Channel)
      .default({})
      .meta({ description: 'Settings by channel id.' }),
  })
  .meta({ description: 'How the bot behaves in Slack.' });
