import { useState } from 'react';
import { Composer } from './composer.tsx';
import { channelTitle, useWindow } from './context.ts';
import { Icon } from './icons.tsx';
import { MessageList } from './message-list.tsx';
import type { Channel } from './types.ts';
import { WhoChip } from './who-chip.tsx';
import { useWords } from './words.ts';

interface Props {
  readonly channel: Channel;
  readonly ts: string;
  readonly onUser: (id: string) => void;
  readonly onClose: () => void;
}

export function ThreadPane({ channel, ts, onUser, onClose }: Props) {
  const { snapshot } = useWindow();
  const words = useWords();
  const [sent, setSent] = useState(0);
  const parent = channel.messages.find((message) => message.ts === ts);
  const messages = channel.messages.filter((message) => message.ts === ts || message.thread_ts === ts);
  return (
    <aside className="pane thread" aria-label={words.thread}>
      <header className="pane-header">
        <h1>{words.thread}</h1>
        <span className="topic">{channelTitle(snapshot, channel)}</span>
        <WhoChip onUser={onUser} />
        <button type="button" className="plain close" aria-label={words.closeThread} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      {parent ? (
        <MessageList messages={messages} pull={sent} inThread />
      ) : (
        <p className="beginning">{words.noParent}</p>
      )}
      {parent?.status && <p className="status">{`${snapshot.app.name} ${parent.status}`}</p>}
      <Composer channel={channel} threadTs={ts} onSent={() => setSent(sent + 1)} />
    </aside>
  );
}
