import { useState } from 'react';
import { Composer } from './composer.tsx';
import { channelTitle, useWindow } from './context.ts';
import { MessageList } from './message-list.tsx';
import type { Channel } from './types.ts';

interface Props {
  readonly channel: Channel;
  readonly ts: string;
  readonly onClose: () => void;
}

export function ThreadPane({ channel, ts, onClose }: Props) {
  const { snapshot } = useWindow();
  const [sent, setSent] = useState(0);
  const parent = channel.messages.find((message) => message.ts === ts);
  const messages = channel.messages.filter((message) => message.ts === ts || message.thread_ts === ts);
  return (
    <aside className="pane thread" aria-label="Thread">
      <header className="pane-header">
        <h1>Thread</h1>
        <span className="topic">{channelTitle(snapshot, channel)}</span>
        <button type="button" className="plain close" aria-label="Close thread" onClick={onClose}>
          ×
        </button>
      </header>
      {parent ? (
        <MessageList messages={messages} pull={sent} inThread />
      ) : (
        <p className="beginning">There is no such message in this channel.</p>
      )}
      {parent?.status && <p className="status">{`${snapshot.app.name} ${parent.status}`}</p>}
      <Composer channel={channel} threadTs={ts} onSent={() => setSent(sent + 1)} />
    </aside>
  );
}
