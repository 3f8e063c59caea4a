import { Avatar } from './avatar.tsx';
import { channelTitle, people, useWindow } from './context.ts';
import { Emoji } from './emoji.tsx';
import { Icon } from './icons.tsx';
import type { Channel, Snapshot, User } from './types.ts';
import { useUnread } from './unread.ts';
import type { Words } from './words.ts';
import { useWords } from './words.ts';

interface Props {
  /** A channel's id, or `home`. */
  readonly current: string;
  readonly connected: boolean;
  readonly onChannel: (id: string) => void;
  readonly onHome: () => void;
  readonly onUser: (id: string) => void;
  readonly onTheme: () => void;
  readonly onDemo: () => void;
  readonly onGuide: () => void;
}

function Sign({ channel }: { readonly channel: Channel }) {
  const { snapshot } = useWindow();
  if (channel.kind === 'im') return <Avatar id={snapshot.app.botUserId} small />;
  return <span className="sign">{channel.kind === 'private' ? <Emoji name="lock" /> : '#'}</span>;
}

/** What tells this person from the others. */
function roleOf(words: Words, snapshot: Snapshot, user: User): string {
  const groups = snapshot.usergroups
    .filter(({ users }) => users.includes(user.id))
    .map(({ handle }) => `@${handle}`);
  const marks = [
    user.isStranger ? words.external : '',
    user.isRestricted ? words.guest : '',
    user.isAdmin ? words.admin : '',
    user.locale === 'en-US' ? '' : user.locale,
    ...groups,
  ].filter((mark) => mark !== '');
  return marks.length === 0 ? '' : ` (${marks.join(', ')})`;
}

export function Sidebar({ current, connected, onChannel, onHome, onUser, onTheme, onDemo, onGuide }: Props) {
  const { snapshot, me, theme } = useWindow();
  const words = useWords();
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
      {channel.isExtShared && <span className="badge">{words.shared}</span>}
    </button>
  );
  return (
    <nav className="sidebar" aria-label={words.channels}>
      <header>
        <strong>{snapshot.workspace.name}</strong>
        <span
          className={`dot ${connected ? 'good' : 'bad'}`}
          title={connected ? words.connected : words.reconnecting}
        />
      </header>
      <div className="sidebar-list">
        <h3>{words.channels}</h3>
        {channels.map(entry)}
        {direct.length > 0 && <h3>{words.direct}</h3>}
        {direct.map(entry)}
        <h3>{words.apps}</h3>
        <button type="button" className={`entry ${current === 'home' ? 'current' : ''}`} onClick={onHome}>
          <Avatar id={snapshot.app.botUserId} small />
          <span className="entry-name">{snapshot.app.name}</span>
          <span className="badge">{words.home}</span>
        </button>
        <p className="connections">
          {snapshot.connections === 0 ? words.noConnection : words.connections(snapshot.connections)}
        </p>
      </div>
      <footer>
        <label className="who">
          <span>{words.youAre}</span>
          <select aria-label={words.youAre} value={me.id} onChange={(event) => onUser(event.target.value)}>
            {people(snapshot).map((user) => (
              <option key={user.id} value={user.id}>
                {user.realName}
                {roleOf(words, snapshot, user)}
              </option>
            ))}
          </select>
        </label>
        <div className="footer-buttons">
          <button
            type="button"
            className="plain"
            onClick={onTheme}
            aria-label={theme === 'dark' ? words.useLight : words.useDark}
          >
            <Icon name={theme === 'dark' ? 'sun' : 'moon'} /> {theme === 'dark' ? words.light : words.dark}
          </button>
          <button type="button" className="plain" onClick={onDemo}>
            <Icon name="demo" /> {words.demo}
          </button>
          <button type="button" className="plain" onClick={onGuide}>
            <Icon name="guide" /> {words.guide}
          </button>
        </div>
      </footer>
    </nav>
  );
}
