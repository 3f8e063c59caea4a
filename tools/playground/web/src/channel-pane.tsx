import type { ReactNode } from 'react';
import { useMemo, useState } from 'react';
import { Composer } from './composer.tsx';
import { channelTitle, useWindow } from './context.ts';
import { Icon } from './icons.tsx';
import { MessageList } from './message-list.tsx';
import type { Channel } from './types.ts';
import { WhoChip } from './who-chip.tsx';
import { useWords } from './words.ts';

interface Props {
  readonly channel: Channel;
  /** Stands above the messages; what it calls shows the end of the channel. */
  readonly guide: false | ((onSent: () => void) => ReactNode);
  readonly onUser: (id: string) => void;
  readonly onMenu: () => void;
}

/** What stands in the channel itself: no replies, except those sent to the channel too. */
export function ChannelPane({ channel, guide, onUser, onMenu }: Props) {
  const { snapshot } = useWindow();
  const words = useWords();
  const [sent, setSent] = useState(0);
  const messages = useMemo(
    () => channel.messages.filter(({ thread_ts, ts }) => !thread_ts || thread_ts === ts),
    [channel.messages],
  );
  const title = channelTitle(snapshot, channel);
  return (
    <main className="pane">
      <header className="pane-header">
        <button type="button" className="plain menu-button" aria-label={words.channels} onClick={onMenu}>
          <Icon name="menu" />
        </button>
        <h1>
          {channel.kind !== 'im' && <span className="sign">#</span>}
          {title}
        </h1>
        {channel.topic && <span className="topic">{channel.topic}</span>}
        <span className="members">{words.members(channel.members.length)}</span>
        <WhoChip onUser={onUser} />
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
      {channel.isExtShared && <p className="shared-note">{words.sharedNote}</p>}
      {guide && guide(() => setSent(sent + 1))}
      <MessageList messages={messages} pull={sent} empty={words.beginning(title)} />
      <Composer channel={channel} threadTs={null} onSent={() => setSent(sent + 1)} />
    </main>
  );
}
