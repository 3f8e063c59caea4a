import { z } from 'zod';

/**
 * What Slack takes as an app manifest, for the sections that `manifest.yml` uses; any other key is refused here, and
 * gets its rules when it is first used.
 *
 * The facts are those of `schemas/manifest.schema.2.0.0.json` in the public repository `slackapi/manifest-schema`
 * (read at commit 085a104): required keys, unknown keys, types, lengths in characters, numbers of entries, patterns,
 * unique entries. Sections that Slack lets out are required where the product cannot do without. Stricter rules of
 * docs.slack.dev (characters of names) are marked.
 */
const url = (max: number) =>
  z
    .string()
    .regex(/^https?:\/\//)
    .max(max);
const unique = (values: readonly string[]): boolean => new Set(values).size === values.length;
/** Names of scopes and events: 50 characters at most. */
const names = (max: number) => z.array(z.string().min(1).max(50)).max(max).refine(unique, 'named twice');

const DisplayInformation = z.strictObject({
  name: z.string().min(1).max(35),
  description: z.string().min(1).max(140),
  long_description: z.string().min(175).max(4000),
  background_color: z.string().regex(/^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$/),
});

const SlashCommand = z.strictObject({
  // Slack's schema asks for the slash and 2 to 32 characters; its documents for lower case without blanks as well.
  command: z
    .string()
    .regex(/^\/[a-z0-9_-]+$/)
    .min(2)
    .max(32),
  url: url(3000).optional(),
  description: z.string().min(1).max(2000),
  usage_hint: z.string().min(1).max(1000),
  should_escape: z.boolean(),
});

const Shortcut = z.strictObject({
  name: z.string().min(1).max(24),
  type: z.enum(['message', 'global']),
  callback_id: z.string().min(1).max(255),
  description: z.string().min(1).max(150),
});

const Features = z.strictObject({
  app_home: z.strictObject({
    home_tab_enabled: z.boolean(),
    messages_tab_enabled: z.boolean(),
    messages_tab_read_only_enabled: z.boolean(),
  }),
  bot_user: z.strictObject({
    // At most 80 characters by the schema; these characters by Slack's documents.
    display_name: z
      .string()
      .regex(/^[a-z0-9._-]+$/)
      .min(1)
      .max(80),
    always_online: z.boolean(),
  }),
  slash_commands: z.array(SlashCommand).min(1).max(50),
  shortcuts: z.array(Shortcut).min(1).max(10),
});

const Settings = z.strictObject({
  event_subscriptions: z.strictObject({ request_url: url(3500).optional(), bot_events: names(100) }),
  interactivity: z.strictObject({
    is_enabled: z.boolean(),
    request_url: url(3500).optional(),
    message_menu_options_url: url(3500).optional(),
  }),
  org_deploy_enabled: z.boolean(),
  socket_mode_enabled: z.boolean(),
  token_rotation_enabled: z.boolean(),
});

export const SlackManifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.int() }),
  display_information: DisplayInformation,
  features: Features,
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: names(255) }) }),
  settings: Settings,
});
export type SlackManifest = z.output<typeof SlackManifest>;
