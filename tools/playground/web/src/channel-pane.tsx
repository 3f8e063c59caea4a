import { useMemo, useState } from 'react';
import { Composer } from './composer.tsx';
import { channelTitle, useWindow } from './context.ts';
import { MessageList } from './message-list.tsx';
import type { Channel } from './types.ts';

/** What stands in the channel itself: no replies, except those sent to the channel too. */
export function ChannelPane({ channel, onMenu }: { readonly channel: Channel; readonly onMenu: () => void }) {
  const { snapshot } = useWindow();
  const [sent, setSent] = useState(0);
  const messages = useMemo(
    () => channel.messages.filter(({ thread_ts, ts }) => !thread_ts || thread_ts === ts),
    [channel.messages],
  );
  const title = channelTitle(snapshot, channel);
  return (
    <main className="pane">
      <header className="pane-header">
        <button type="button" className="plain menu-button" aria-label="Channels" onClick={onMenu}>
          ☰
        </button>
        <h1>
          {channel.kind !== 'im' && <span className="sign">#</span>}
          {title}
        </h1>
        {channel.topic && <span className="topic">{channel.topic}</span>}
        <span className="members">{channel.members.length} members</span>
      </header>
      {channel.bookmarks.length > 0 && (
        <div className="bookmarks">
          {channel.bookmarks.map(({ id, title: name, link }) => (
            <a key={id} href={link} target="_blank" rel="noreferrer">
              {name}
            </a>
          ))}
        </div>
      )}
      {channel.isExtShared && (
        <p className="shared-note">This channel is shared with another organisation.</p>
      )}
      <MessageList messages={messages} pull={sent} empty={`This is the very beginning of #${title}.`} />
      <Composer channel={channel} threadTs={null} onSent={() => setSent(sent + 1)} />
    </main>
  );
}
