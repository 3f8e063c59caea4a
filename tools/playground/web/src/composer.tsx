import { useRef, useState } from 'react';
import { act } from './api.ts';
import { channelTitle, useWindow } from './context.ts';
import type { Channel } from './types.ts';

interface Props {
  readonly channel: Channel;
  readonly threadTs: string | null;
  readonly onSent: () => void;
}

/** Where one writes: messages, mentions, slash commands; and the app's global shortcuts. */
export function Composer({ channel, threadTs, onSent }: Props) {
  const { snapshot, me, report } = useWindow();
  const [text, setText] = useState('');
  const [past, setPast] = useState<readonly string[]>([]);
  const [menu, setMenu] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const typedCommand = text.startsWith('/') && !text.includes('\n');
  const matching = typedCommand
    ? snapshot.commands.filter(
        ({ command }) => command.startsWith(text.split(' ')[0] ?? '') && !text.startsWith(`${command} `),
      )
    : [];

  const send = async (): Promise<void> => {
    const line = text.trim();
    if (line === '') return;
    setText('');
    setPast([...past, line]);
    onSent();
    const result = await act('type', {
      user: me.id,
      channel: channel.id,
      text: line,
      ...(threadTs ? { threadTs } : {}),
    });
    if (result.error !== null) {
      report(result);
      setText(line);
    }
  };
  const runShortcut = async (callbackId: string): Promise<void> => {
    setMenu(false);
    const result = await act('shortcut', { user: me.id, callbackId });
    if (!result.ok) report(result);
  };
  const complete = (command: string): void => {
    setText(`${command} `);
    box.current?.focus();
  };

  if (channel.isArchived) return <p className="archived">This channel is archived.</p>;
  const globals = snapshot.shortcuts.filter(({ type }) => type === 'global');
  const place = threadTs
    ? 'Reply…'
    : `Message ${channel.kind === 'im' ? '' : '#'}${channelTitle(snapshot, channel)}`;
  return (
    <div className="composer">
      {matching.length > 0 && (
        <div className="suggestions" role="listbox">
          {matching.map(({ command, description, usage_hint }) => (
            <button
              key={command}
              type="button"
              role="option"
              aria-selected="false"
              onClick={() => complete(command)}
            >
              <strong>{command}</strong> <code>{usage_hint}</code>
              <small>{description}</small>
            </button>
          ))}
        </div>
      )}
      {menu && (
        <div className="suggestions" role="menu">
          {globals.map(({ name, callback_id }) => (
            <button
              key={callback_id}
              type="button"
              role="menuitem"
              onClick={() => void runShortcut(callback_id)}
            >
              <strong>{name}</strong> <small>{snapshot.app.name}</small>
            </button>
          ))}
        </div>
      )}
      <textarea
        ref={box}
        aria-label={place}
        rows={1}
        value={text}
        placeholder={place}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
            event.preventDefault();
            void send();
          } else if (event.key === 'Tab' && matching[0]) {
            event.preventDefault();
            complete(matching[0].command);
          } else if (event.key === 'ArrowUp' && text === '') setText(past.at(-1) ?? '');
        }}
      />
      <div className="composer-bar">
        {globals.length > 0 && (
          <button
            type="button"
            className="plain"
            aria-label="Shortcuts"
            aria-expanded={menu}
            title="Shortcuts"
            onClick={() => setMenu(!menu)}
          >
            ⚡︎
          </button>
        )}
        {!threadTs && (
          <button
            type="button"
            className="plain"
            aria-label="Type a command"
            title="Commands"
            onClick={() => complete(snapshot.commands[0]?.command ?? '/')}
          >
            /
          </button>
        )}
        <button
          type="button"
          className="plain"
          aria-label="Mention the app"
          title="Mention the app"
          onClick={() => complete(`${text}@${snapshot.app.name}`)}
        >
          @
        </button>
        <button
          type="button"
          className="send"
          aria-label="Send"
          disabled={text.trim() === ''}
          onClick={() => void send()}
        >
          ➤
        </button>
      </div>
    </div>
  );
}
