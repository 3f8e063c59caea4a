import { Avatar } from './avatar.tsx';
import { channelTitle, useWindow } from './context.ts';
import { Emoji } from './emoji.tsx';
import type { Channel, Snapshot, User } from './types.ts';
import { useUnread } from './unread.ts';

interface Props {
  /** A channel's id, or `home`. */
  readonly current: string;
  readonly connected: boolean;
  readonly onChannel: (id: string) => void;
  readonly onHome: () => void;
  readonly onUser: (id: string) => void;
  readonly onTheme: () => void;
  readonly onDemo: () => void;
}

function Sign({ channel }: { readonly channel: Channel }) {
  const { snapshot } = useWindow();
  if (channel.kind === 'im') return <Avatar id={snapshot.app.botUserId} small />;
  return <span className="sign">{channel.kind === 'private' ? <Emoji name="lock" /> : '#'}</span>;
}

/** What tells this person from the others. */
function roleOf(snapshot: Snapshot, user: User): string {
  const groups = snapshot.usergroups
    .filter(({ users }) => users.includes(user.id))
    .map(({ handle }) => `@${handle}`);
  const marks = [
    user.isStranger ? 'external' : '',
    user.isRestricted ? 'guest' : '',
    user.isAdmin ? 'admin' : '',
    user.locale === 'en-US' ? '' : user.locale,
    ...groups,
  ].filter((mark) => mark !== '');
  return marks.length === 0 ? '' : ` (${marks.join(', ')})`;
}

export function Sidebar({ current, connected, onChannel, onHome, onUser, onTheme, onDemo }: Props) {
  const { snapshot, me, theme } = useWindow();
  const unread = useUnread(snapshot, current);
  const channels = snapshot.channels.filter(({ kind, isArchived }) => kind !== 'im' && !isArchived);
  const direct = snapshot.channels.filter(({ kind }) => kind === 'im');
  const entry = (channel: Channel) => (
    <button
      key={channel.id}
      type="button"
      className={`entry ${current === channel.id ? 'current' : ''} ${unread.has(channel.id) ? 'unread' : ''}`}
      onClick={() => onChannel(channel.id)}
    >
      <Sign channel={channel} />
      <span className="entry-name">{channelTitle(snapshot, channel)}</span>
      {channel.isExtShared && <span className="badge">shared</span>}
    </button>
  );
  return (
    <nav className="sidebar" aria-label="Channels">
      <header>
        <strong>{snapshot.workspace.name}</strong>
        <span
          className={`dot ${connected ? 'good' : 'bad'}`}
          title={connected ? 'connected' : 'reconnecting'}
        />
      </header>
      <div className="sidebar-list">
        <h3>Channels</h3>
        {channels.map(entry)}
        {direct.length > 0 && <h3>Direct messages</h3>}
        {direct.map(entry)}
        <h3>Apps</h3>
        <button type="button" className={`entry ${current === 'home' ? 'current' : ''}`} onClick={onHome}>
          <Avatar id={snapshot.app.botUserId} small />
          <span className="entry-name">{snapshot.app.name}</span>
          <span className="badge">Home</span>
        </button>
        <p className="connections">
          {snapshot.connections === 0
            ? 'The bot is not connected by Socket Mode.'
            : `The bot holds ${snapshot.connections} connection${snapshot.connections === 1 ? '' : 's'}.`}
        </p>
      </div>
      <footer>
        <label className="who">
          <span>You are</span>
          <select aria-label="You are" value={me.id} onChange={(event) => onUser(event.target.value)}>
            {snapshot.users
              .filter(({ isBot, deleted }) => !isBot && !deleted)
              .map((user) => (
                <option key={user.id} value={user.id}>
                  {user.realName}
                  {roleOf(snapshot, user)}
                </option>
              ))}
          </select>
        </label>
        <div className="footer-buttons">
          <button
            type="button"
            className="plain"
            onClick={onTheme}
            aria-label={`Use the ${theme === 'dark' ? 'light' : 'dark'} theme`}
          >
            {theme === 'dark' ? '☀︎ Light' : '☾ Dark'}
          </button>
          <button type="button" className="plain" onClick={onDemo}>
            ⚙︎ Demo platform
          </button>
        </div>
      </footer>
    </nav>
  );
}
