import type { Core } from '../core.ts';
import { slackbot } from '../seed.ts';
import type { SlackChannel, SlackMessage, SlackUser } from '../types.ts';

/** Slack's names of the kinds of channels in `message.*` events. */
export const subscriptionOf: Readonly<Record<SlackChannel['kind'], string>> = {
  public: 'channels',
  private: 'groups',
  im: 'im',
  mpim: 'mpim',
};

/** Slackbot says something that only this user sees. */
export const slackbotSays = (
  core: Core,
  user: SlackUser,
  channel: SlackChannel,
  text: string,
  threadTs?: string,
): SlackMessage =>
  core.world.addMessage({
    channel: channel.id,
    user: slackbot.id,
    text,
    ephemeralFor: user.id,
    ...(threadTs === undefined ? {} : { threadTs }),
  });

const readsChinese = (user: SlackUser): boolean => user.locale.startsWith('zh');

/** What Slack says of a command that no app has. The English words are Slack's own. */
export const notValid = (user: SlackUser, name: string): string =>
  readsChinese(user)
    ? `\`${name}\` 不是有效的命令。在 Slack 中，以“/”开头的消息都会被当作命令。如果想发送消息而不是运行命令，请在“/”前加一个空格。`
    : `\`${name}\` is not a valid command. In Slack, all messages that start with the “/” character are interpreted as commands. If you meant to send a message and not run a command, try preceding the “/” with an empty space.`;

/** For somebody who tries the app: it does not get this message, and what it would get instead. */
export function unread(core: Core, user: SlackUser, channel: SlackChannel): string {
  const { name } = core.world.app;
  const command = core.manifest?.features?.slash_commands?.[0]?.command;
  const shortcut = core.manifest?.features?.shortcuts?.find(({ type }) => type === 'message')?.name;
  const isMember = channel.members.has(core.world.app.botUserId);
  const mention = isMember && channel.kind !== 'im' ? `@${name}` : undefined;
  return readsChinese(user)
    ? [
        `${name} 不会读取这条消息。`,
        ...(command ? [`请输入 \`${command} help\`${mention ? `，或提及 ${mention}` : ''}。`] : []),
        ...(shortcut ? [`要让它查看这条消息，请在消息的菜单（⋮）中选择“${shortcut}”。`] : []),
      ].join('')
    : [
        `${name} does not read this message.`,
        ...(command ? [`Type \`${command} help\`${mention ? `, or mention ${mention}` : ''}.`] : []),
        ...(shortcut
          ? [`To let it look at the message, choose “${shortcut}” in the message’s menu (⋮).`]
          : []),
      ].join(' ');
}
