import { useCallback, useEffect, useMemo, useState } from 'react';
import { act, useSnapshot } from './api.ts';
import { ChannelPane } from './channel-pane.tsx';
import type { Window } from './context.ts';
import { WindowProvider } from './context.ts';
import { DemoPanel } from './demo-panel.tsx';
import { HomePane } from './home-pane.tsx';
import { Modal } from './modal.tsx';
import { Sidebar } from './sidebar.tsx';
import { useStored } from './stored.ts';
import { ThreadPane } from './thread-pane.tsx';
import { Toast } from './toast.tsx';
import type { Snapshot, UserResult } from './types.ts';

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

/** How a failed action is said to a person. */
function wordsOf(result: UserResult): string {
  const what = result.error ?? result.warning ?? 'failed';
  const known: Readonly<Record<string, string>> = {
    commands_do_not_work_in_threads: 'Slash commands cannot be used in threads. Mention the bot instead.',
    not_a_valid_command: 'This is not a valid command.',
    user_not_in_channel: 'You are not in this channel.',
    is_archived: 'This channel is archived.',
    command_not_available_to_external_members: 'People of other organisations cannot use slash commands.',
  };
  return known[what] ?? what.replaceAll('_', ' ');
}

export function App() {
  const [user, setUser] = useStored<string>('playground-user', defaultUser);
  const [theme, setTheme] = useStored<'light' | 'dark'>('playground-theme', preferDark() ? 'dark' : 'light');
  const { snapshot, connected } = useSnapshot(user);
  const [spot, setSpot] = useState<Spot>(spotOfAddress);
  const [home, setHome] = useState(false);
  const [drawer, setDrawer] = useState<'none' | 'sidebar' | 'demo'>('none');
  const [message, setMessage] = useState<string | null>(null);

  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);

  const report = useCallback((result: UserResult) => setMessage(wordsOf(result)), []);
  const openThread = useCallback((channel: string, ts: string) => {
    setHome(false);
    setSpot({ channel, thread: ts });
  }, []);

  const me = snapshot?.users.find(({ id }) => id === user);
  const value = useMemo<Window | null>(
    () => (snapshot && me ? { snapshot, me, theme, report, openThread } : null),
    [snapshot, me, theme, report, openThread],
  );
  if (snapshot && !me) return <p className="waiting">There is no user {user} in this workspace.</p>;
  if (!value || !snapshot) return <p className="waiting">Connecting…</p>;

  const channel = channelOf(snapshot, spot.channel);
  const modal = snapshot.modals.at(-1);
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
          onUser={(id) => {
            setUser(id);
            setHome(false);
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
              onMenu={() => setDrawer(drawer === 'sidebar' ? 'none' : 'sidebar')}
            />
          )
        )}
        {spot.thread && channel && !home && (
          <ThreadPane channel={channel} ts={spot.thread} onClose={() => setSpot({ ...spot, thread: null })} />
        )}
        {drawer === 'demo' && <DemoPanel onClose={() => setDrawer('none')} />}
        {drawer === 'sidebar' && (
          <div className="shade" role="presentation" onClick={() => setDrawer('none')} />
        )}
      </div>
      {modal && <Modal key={`${modal.id}:${modal.hash}`} view={modal} depth={snapshot.modals.length} />}
      {message !== null && <Toast text={message} onDone={() => setMessage(null)} />}
    </WindowProvider>
  );
}
