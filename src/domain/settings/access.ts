import { z } from 'zod';
import { channelId, usergroupId, userId } from '../kernel/slack-ids.ts';

const users = z
  .array(userId)
  .default([])
  .meta({ description: 'Slack user ids; a guest counts only when named here or by a group.' });
const usergroups = z
  .array(usergroupId)
  .default([])
  .meta({ description: 'Slack usergroup ids; members count.' });

const Named = z.strictObject({
  users,
  usergroups,
  channels: z
    .array(channelId)
    .default([])
    .meta({ description: 'Channel ids; full members who ask there count.' }),
});

/** Who may read and who may start, of one environment (R-A11). */
export const Access = z
  .strictObject({
    read: Named.exactOptional().meta({
      description:
        'Who may read answers, history and App Home. Default: full members of the installed workspaces.',
    }),
    start: Named.exactOptional().meta({
      description:
        'Who may start checks and ask for fixes; they may read too. Default: full members of the installed workspaces.',
    }),
    sharedChannels: z.array(channelId).default([]).meta({
      description: 'Channels shared with another organisation in which answers may be shown.',
    }),
    ask: z
      .strictObject({ users: z.array(userId).default([]), usergroups: z.array(usergroupId).default([]) })
      .prefault({})
      .meta({ description: 'Whom a refusal names.' }),
  })
  .meta({
    description: 'Who may read and who may start; deciding fixes has its own rules under `approvals`.',
  });
