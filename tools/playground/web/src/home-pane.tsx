import { useState } from 'react';
import { act } from './api.ts';
import { Avatar } from './avatar.tsx';
import { Blocks } from './blocks/block.tsx';
import { Composer } from './composer.tsx';
import { useWindow } from './context.ts';
import { Icon } from './icons.tsx';
import { MessageList } from './message-list.tsx';
import { useWords } from './words.ts';

/** The app's own place: its Home tab and the direct messages with it. */
export function HomePane({ onMenu }: { readonly onMenu: () => void }) {
  const { snapshot, me } = useWindow();
  const words = useWords();
  const [tab, setTab] = useState<'home' | 'messages'>('home');
  const [sent, setSent] = useState(0);
  const direct = snapshot.channels.find(({ kind }) => kind === 'im');
  const choose = (next: 'home' | 'messages'): void => {
    setTab(next);
    void act('openHome', { user: me.id, tab: next });
  };
  return (
    <main className="pane">
      <header className="pane-header">
        <button type="button" className="plain menu-button" aria-label={words.channels} onClick={onMenu}>
          <Icon name="menu" />
        </button>
        <Avatar id={snapshot.app.botUserId} small />
        <h1>{snapshot.app.name}</h1>
        <span className="tabs" role="tablist">
          {(['home', 'messages'] as const).map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={tab === name}
              onClick={() => choose(name)}
            >
              {words[name]}
            </button>
          ))}
        </span>
      </header>
      {tab === 'home' && (
        <div className="home" data-hash={snapshot.home?.hash}>
          {snapshot.home ? (
            <Blocks
              blocks={snapshot.home.blocks}
              place={{ home: true }}
              values={snapshot.home.state.values}
            />
          ) : (
            <p className="beginning">{words.noHome}</p>
          )}
        </div>
      )}
      {tab === 'messages' && direct && (
        <>
          <MessageList messages={direct.messages} pull={sent} empty={words.noMessages} />
          <Composer channel={direct} threadTs={null} onSent={() => setSent(sent + 1)} />
        </>
      )}
    </main>
  );
}
