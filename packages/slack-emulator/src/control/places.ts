import type { Core } from '../core.ts';
import type { JsonObject, SlackChannel } from '../types.ts';

/** What admins and other organisations do to channels and to the app, with the events that Slack sends of it. */
export interface Places {
  readonly archive: (channel: string, user: string) => void;
  /** Another organisation joins it through Slack Connect. */
  readonly share: (channel: string, connectedTeam: string) => void;
  readonly unshare: (channel: string, connectedTeam: string) => void;
  readonly deleteChannel: (channel: string) => void;
  /** The app's bot is removed from the channel. */
  readonly removeBot: (channel: string) => void;
  /** Slack gives the channel another id; its messages stay. */
  readonly renumber: (channel: string, to: string) => void;
  readonly uninstall: () => void;
}

export function createPlaces(core: Core): Places {
  const { world, tokens } = core;
  const found = (id: string): SlackChannel => {
    const channel = world.channels.get(id);
    if (!channel) throw new Error(`no channel ${id} in this world`);
    return channel;
  };
  const tell = (type: string, event: JsonObject): void => {
    world.changed();
    core.emit(type, { type, ...event });
  };
  /** Private channels have events of their own (docs.slack.dev/reference/events). */
  const named = ({ kind }: SlackChannel, what: 'archive' | 'deleted' | 'left'): string =>
    `${kind === 'private' ? 'group' : 'channel'}_${what}`;
  return {
    archive(id, user) {
      const channel = found(id);
      channel.isArchived = true;
      tell(named(channel, 'archive'), { channel: id, user, is_moved: 0 });
    },
    share(id, connectedTeam) {
      found(id).isExtShared = true;
      tell('channel_shared', { connected_team_id: connectedTeam, channel: id });
    },
    unshare(id, disconnected) {
      found(id).isExtShared = false;
      tell('channel_unshared', {
        previously_connected_team_id: disconnected,
        channel: id,
        is_ext_shared: false,
      });
    },
    deleteChannel(id) {
      const channel = found(id);
      world.channels.delete(id);
      tell(named(channel, 'deleted'), { channel: id });
    },
    removeBot(id) {
      const channel = found(id);
      channel.members.delete(world.app.botUserId);
      tell(named(channel, 'left'), { channel: id, actor_id: world.app.botUserId });
    },
    renumber(id, to) {
      const channel = found(id);
      world.channels.delete(id);
      world.channels.set(to, { ...channel, id: to });
      const messages = world.messages.get(id) ?? [];
      for (const message of messages) Object.assign(message, { channel: to });
      world.messages.delete(id);
      world.messages.set(to, messages);
      tell('channel_id_changed', { old_channel_id: id, new_channel_id: to });
    },
    uninstall() {
      // Slack sends both, in no order that one could rely on; the token is dead by then.
      for (const record of tokens.values()) if (record.kind === 'bot') record.status = 'account_inactive';
      tell('tokens_revoked', { tokens: { oauth: [], bot: [world.app.botUserId] } });
      tell('app_uninstalled', {});
    },
  };
}
