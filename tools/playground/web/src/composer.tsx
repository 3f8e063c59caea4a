import { useRef, useState } from 'react';
import { act } from './api.ts';
import { channelTitle, useWindow } from './context.ts';
import { Icon } from './icons.tsx';
import type { Channel, Shortcut } from './types.ts';
import { useWords } from './words.ts';

interface Props {
  readonly channel: Channel;
  readonly threadTs: string | null;
  readonly onSent: () => void;
}

/** A file as the control API takes it. */
async function sent(file: File): Promise<{ name: string; content: string; encoding: 'base64' }> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  // As many arguments as a call takes.
  for (let at = 0; at < bytes.length; at += 8_192)
    binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return { name: file.name, content: btoa(binary), encoding: 'base64' };
}

/** Where one writes: messages, mentions, slash commands; and the app's global shortcuts. */
export function Composer({ channel, threadTs, onSent }: Props) {
  const { snapshot, me, report } = useWindow();
  const words = useWords();
  const [text, setText] = useState('');
  const [past, setPast] = useState<readonly string[]>([]);
  const [menu, setMenu] = useState(false);
  const [files, setFiles] = useState<readonly File[]>([]);
  const box = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const typedCommand = text.startsWith('/') && !text.includes('\n');
  const matching = typedCommand
    ? snapshot.commands.filter(
        ({ command }) => command.startsWith(text.split(' ')[0] ?? '') && !text.startsWith(`${command} `),
      )
    : [];
  const chosen = snapshot.commands.find(({ command }) => text === `${command} `);

  const send = async (): Promise<void> => {
    // A space before a slash stays: it makes a message of what would be a command.
    const line = text.trimEnd();
    if (line.trim() === '' && files.length === 0) return;
    const attached = await Promise.all(files.map(sent));
    setText('');
    setFiles([]);
    setPast([...past, line]);
    onSent();
    const result = await act('type', {
      user: me.id,
      channel: channel.id,
      text: line,
      ...(threadTs ? { threadTs } : {}),
      ...(attached.length > 0 ? { files: attached } : {}),
    });
    if (result.error === null) return;
    // What Slackbot already answered is not said twice.
    if (result.ts === null) report(result, line);
    setText(line);
  };
  const runShortcut = async ({ callback_id: callbackId, name }: Shortcut): Promise<void> => {
    setMenu(false);
    const result = await act('shortcut', { user: me.id, callbackId });
    if (!result.ok) report(result, words.quoted(name));
  };
  const complete = (command: string): void => {
    setText(`${command} `);
    box.current?.focus();
  };

  if (channel.isArchived) return <p className="archived">{words.archived}</p>;
  const globals = snapshot.shortcuts.filter(({ type }) => type === 'global');
  const place = threadTs
    ? words.reply
    : words.message(`${channel.kind === 'im' ? '' : '#'}${channelTitle(snapshot, channel)}`);
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
      {chosen?.usage_hint && (
        <p className="suggestions usage" role="note">
          <strong>{chosen.command}</strong> <code>{chosen.usage_hint}</code>
        </p>
      )}
      {menu && (
        <div className="suggestions" role="menu">
          {globals.map((shortcut) => (
            <button
              key={shortcut.callback_id}
              type="button"
              role="menuitem"
              onClick={() => void runShortcut(shortcut)}
            >
              <strong>{shortcut.name}</strong> <small>{shortcut.description ?? snapshot.app.name}</small>
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
            // As in Slack, Enter takes the suggestion when the name is not whole yet.
            if (matching[0] && !matching.some(({ command }) => command === text))
              complete(matching[0].command);
            else void send();
          } else if (event.key === 'Tab' && matching[0]) {
            event.preventDefault();
            complete(matching[0].command);
          } else if (event.key === 'Escape') setMenu(false);
          else if (event.key === 'ArrowUp' && text === '') setText(past.at(-1) ?? '');
        }}
      />
      {files.length > 0 && (
        <ul className="attached" aria-label={words.attached}>
          {files.map((file) => (
            <li key={`${file.name}:${file.size}:${file.lastModified}`}>
              <span>{file.name}</span>
              <button
                type="button"
                className="plain"
                aria-label={words.detach(file.name)}
                onClick={() => setFiles(files.filter((other) => other !== file))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label={words.attach}
        onChange={(event) => {
          setFiles([...files, ...(event.target.files ?? [])]);
          // The same file can be chosen again.
          event.target.value = '';
          box.current?.focus();
        }}
      />
      <div className="composer-bar">
        <button
          type="button"
          className="plain"
          aria-label={words.attach}
          title={words.attach}
          onClick={() => chooser.current?.click()}
        >
          <Icon name="attach" />
        </button>
        {globals.length > 0 && (
          <button
            type="button"
            className="plain"
            aria-label={words.shortcuts}
            aria-expanded={menu}
            title={words.shortcuts}
            onClick={() => setMenu(!menu)}
          >
            <Icon name="shortcut" />
          </button>
        )}
        {!threadTs && (
          <button
            type="button"
            className="plain"
            aria-label={words.command}
            title={words.command}
            onClick={() => complete(snapshot.commands[0]?.command ?? '/')}
          >
            /
          </button>
        )}
        <button
          type="button"
          className="plain"
          aria-label={words.mention}
          title={words.mention}
          onClick={() => complete(`${text}@${snapshot.app.name}`)}
        >
          @
        </button>
        <button
          type="button"
          className="send"
          aria-label={words.send}
          disabled={text.trim() === '' && files.length === 0}
          onClick={() => void send()}
        >
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}
