import { useCallback, useEffect, useMemo, useState } from 'react';
import { act, useSnapshot } from './api.ts';
import { ChannelPane } from './channel-pane.tsx';
import type { Window } from './context.ts';
import { WindowProvider } from './context.ts';
import { DemoPanel } from './demo-panel.tsx';
import { Guide } from './guide.tsx';
import { HomePane } from './home-pane.tsx';
import { Modal } from './modal.tsx';
import { Sidebar } from './sidebar.tsx';
import { useStored } from './stored.ts';
import { useSwitches } from './switches.ts';
import { ThreadPane } from './thread-pane.tsx';
import { Toast } from './toast.tsx';
import type { Snapshot, UserResult } from './types.ts';
import { failureWords, languageOf, wordsFor } from './words.ts';

const defaultUser = 'U0REQUEST';

export interface Spot {
  readonly channel: string | null;
  readonly thread: string | null;
}

/** A permalink: /archives/C123/p1700000000000100?thread_ts=… */
function spotOfAddress(): Spot {
  const match = /^\/archives\/(\w+)(?:\/p(\d{10})(\d{6}))?/.exec(location.pathname);
  if (!match) return { channel: null, thread: null };
  const own = match[2] ? `${match[2]}.${match[3]}` : null;
  return { channel: match[1] ?? null, thread: new URLSearchParams(location.search).get('thread_ts') ?? own };
}

const preferDark = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches;

/** The channel to show: the chosen one, else the first with the bot in it. */
function channelOf(snapshot: Snapshot, wanted: string | null) {
  const chosen = snapshot.channels.find(({ id }) => id === wanted);
  return (
    chosen ?? snapshot.channels.find(({ kind, hasBot }) => kind !== 'im' && hasBot) ?? snapshot.channels[0]
  );
}

export function App() {
  const [user, setUser] = useStored<string>('playground-user', defaultUser);
  const [theme, setTheme] = useStored<'light' | 'dark'>('playground-theme', preferDark() ? 'dark' : 'light');
  const { snapshot, connected } = useSnapshot(user);
  const [spot, setSpot] = useState<Spot>(spotOfAddress);
  const [home, setHome] = useState(false);
  const [guide, setGuide] = useStored<'open' | 'closed'>('playground-guide', 'open');
  const [drawer, setDrawer] = useState<'none' | 'sidebar' | 'demo'>('none');
  const [message, setMessage] = useState<string | null>(null);

  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);

  const openThread = useCallback((channel: string, ts: string) => {
    setHome(false);
    setSpot({ channel, thread: ts });
  }, []);

  const me = snapshot?.users.find(({ id }) => id === user);
  // Before the window is there, the browser's language is the best guess.
  const locale = me?.locale ?? navigator.language;
  const words = wordsFor({ locale });
  const language = languageOf({ locale });
  const app = snapshot?.app.name ?? '';
  const switches = useSwitches(language);
  const report = useCallback(
    (result: UserResult, what?: string) => setMessage(failureWords(words, result, app, what)),
    [words, app],
  );
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  const value = useMemo<Window | null>(
    () => (snapshot && me ? { snapshot, me, theme, report, openThread } : null),
    [snapshot, me, theme, report, openThread],
  );
  if (snapshot && !me) return <p className="waiting">{words.noUser(user)}</p>;
  if (!value || !snapshot) return <p className="waiting">{words.waiting}</p>;

  const channel = channelOf(snapshot, spot.channel);
  const modal = snapshot.modals.at(-1);
  const become = (id: string): void => {
    setUser(id);
    setHome(false);
  };
  const openHome = (): void => {
    setHome(true);
    setDrawer('none');
    void act('openHome', { user });
  };

  return (
    <WindowProvider value={value}>
      <div
        className={`frame ${drawer === 'sidebar' ? 'show-sidebar' : ''} ${spot.thread && !home ? 'with-thread' : ''}`}
      >
        <Sidebar
          current={home ? 'home' : (channel?.id ?? '')}
          connected={connected}
          onChannel={(id) => {
            setHome(false);
            setDrawer('none');
            setSpot({ channel: id, thread: null });
          }}
          onHome={openHome}
          onUser={become}
          onGuide={() => {
            setGuide('open');
            setHome(false);
            setDrawer('none');
          }}
          onTheme={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
          onDemo={() => setDrawer(drawer === 'demo' ? 'none' : 'demo')}
        />
        {home ? (
          <HomePane onMenu={() => setDrawer('sidebar')} />
        ) : (
          channel && (
            <ChannelPane
              key={`${user}:${channel.id}`}
              channel={channel}
              guide={
                guide === 'open' &&
                channel.kind !== 'im' &&
                ((onSent) => (
                  <Guide
                    channel={channel}
                    switches={switches}
                    onUser={become}
                    onSent={onSent}
                    onClose={() => setGuide('closed')}
                  />
                ))
              }
              onUser={become}
              onMenu={() => setDrawer(drawer === 'sidebar' ? 'none' : 'sidebar')}
            />
          )
        )}
        {spot.thread && channel && !home && (
          <ThreadPane
            channel={channel}
            ts={spot.thread}
            onUser={become}
            onClose={() => setSpot({ ...spot, thread: null })}
          />
        )}
        {drawer === 'demo' && <DemoPanel switches={switches} onClose={() => setDrawer('none')} />}
        {drawer === 'sidebar' && (
          <div className="shade" role="presentation" onClick={() => setDrawer('none')} />
        )}
      </div>
      {modal && <Modal key={`${modal.id}:${modal.hash}`} view={modal} depth={snapshot.modals.length} />}
      {message !== null && <Toast text={message} onDone={() => setMessage(null)} />}
    </WindowProvider>
  );
}
