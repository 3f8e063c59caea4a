import { useState } from 'react';
import { act } from './api.ts';
import { Avatar } from './avatar.tsx';
import { Blocks } from './blocks/block.tsx';
import { Mrkdwn } from './blocks/display.tsx';
import { clockTime, shortTime, userName, useWindow } from './context.ts';
import { Emoji } from './emoji.tsx';
import { FileCard } from './file-card.tsx';
import { Icon } from './icons.tsx';
import { stringOr } from './json.ts';
import type { Block, Json, Message, Shortcut } from './types.ts';
import { useWords } from './words.ts';

interface Props {
  readonly message: Message;
  readonly inThread: boolean;
  /** True when it continues what the same person said just before. */
  readonly joined: boolean;
}

export function MessageRow({ message, inThread, joined }: Props) {
  const { snapshot, me, openThread } = useWindow();
  const words = useWords();
  if (message.deleted) return <p className="tombstone">{words.deleted}</p>;
  const time = clockTime(message.ts, me);
  return (
    <article
      className={`message ${message.ephemeral ? 'ephemeral' : ''} ${joined ? 'joined' : ''}`}
      data-ts={message.ts}
    >
      <div className="gutter">
        {joined ? <time>{shortTime(message.ts, me)}</time> : <Avatar id={message.user} />}
      </div>
      <div className="message-body">
        {message.ephemeral && (
          <p className="only-you">
            <Emoji name="eye" /> {words.onlyYou}
          </p>
        )}
        {!joined && (
          <p className="message-head">
            <strong>{userName(snapshot, message.user)}</strong>
            {message.bot_id && <span className="app-mark">APP</span>}
            <a href={message.permalink}>
              <time>{time}</time>
            </a>
          </p>
        )}
        <MessageContent message={message} />
        {message.reactions && <Reactions message={message} />}
        {!inThread && message.reply_count > 0 && (
          <button type="button" className="replies" onClick={() => openThread(message.channel, message.ts)}>
            {words.replies(message.reply_count)}
            {message.latest_reply && (
              <span className="last-reply"> {words.lastReply(clockTime(message.latest_reply, me))}</span>
            )}
          </button>
        )}
      </div>
      {!message.ephemeral && <HoverBar message={message} inThread={inThread} />}
    </article>
  );
}

function MessageContent({ message }: { readonly message: Message }) {
  const words = useWords();
  const blocks = message.blocks ?? [];
  const place = { channel: message.channel, ts: message.ts };
  return (
    <>
      {blocks.length > 0 ? (
        <Blocks blocks={blocks} place={place} values={message.state} />
      ) : (
        message.text &&
        (message.mrkdwn ? <Mrkdwn text={message.text} /> : <p className="verbatim">{message.text}</p>)
      )}
      {message.edited && <span className="edited"> {words.edited}</span>}
      {message.attachments?.map((attachment, index) => (
        // Attachments have no id, and an edit replaces them all.
        <Attachment key={`${message.ts}-${index}`} attachment={attachment} message={message} />
      ))}
      {message.files?.map((file) => (
        <FileCard key={file.id} file={file} />
      ))}
      {message.streaming_state === 'in_progress' && <span className="typing">…</span>}
    </>
  );
}

const colours: Readonly<Record<string, string>> = { good: '#2eb67d', warning: '#ecb22e', danger: '#e01e5a' };

function Attachment({ attachment, message }: { readonly attachment: Json; readonly message: Message }) {
  const colour = stringOr(attachment.color, '');
  const text = [attachment.pretext, attachment.title, attachment.text ?? attachment.fallback]
    .filter(Boolean)
    .join('\n');
  return (
    <div
      className="attachment"
      style={{
        borderColor:
          colours[colour] ?? (/^#?[0-9a-f]{6}$/i.test(colour) ? `#${colour.replace('#', '')}` : '#8888'),
      }}
    >
      {Array.isArray(attachment.blocks) ? (
        <Blocks
          blocks={attachment.blocks as Block[]}
          place={{ channel: message.channel, ts: message.ts }}
          values={message.state}
        />
      ) : (
        text !== '' && <Mrkdwn text={text} />
      )}
    </div>
  );
}

function Reactions({ message }: { readonly message: Message }) {
  const { snapshot } = useWindow();
  return (
    <div className="reactions">
      {message.reactions?.map(({ name, users, count }) => (
        <span
          key={name}
          className="reaction"
          title={users.map((user) => userName(snapshot, user)).join(', ')}
        >
          <Emoji name={name} /> {count}
        </span>
      ))}
    </div>
  );
}

/** What one can do with a message: answer in its thread, or use one of the app's message shortcuts. */
function HoverBar({ message, inThread }: { readonly message: Message; readonly inThread: boolean }) {
  const { snapshot, me, openThread, report } = useWindow();
  const words = useWords();
  const [open, setOpen] = useState(false);
  const shortcuts = snapshot.shortcuts.filter(({ type }) => type === 'message');
  const run = async ({ callback_id: callbackId, name }: Shortcut): Promise<void> => {
    setOpen(false);
    const result = await act('messageShortcut', {
      user: me.id,
      channel: message.channel,
      ts: message.ts,
      callbackId,
    });
    if (!result.ok) report(result, words.quoted(name));
  };
  return (
    <div className={`hover-bar ${open ? 'open' : ''}`}>
      {!inThread && (
        <button
          type="button"
          className="reply-button"
          title={words.inThread}
          aria-label={words.inThread}
          onClick={() => openThread(message.channel, message.ts)}
        >
          <Icon name="reply" />
        </button>
      )}
      {(shortcuts.length > 0 || !inThread) && (
        <button
          type="button"
          title={words.more}
          aria-label={words.more}
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          <Icon name="more" />
        </button>
      )}
      {open && (
        <div className="menu" role="menu">
          {!inThread && (
            <button
              type="button"
              role="menuitem"
              onClick={() => {
                setOpen(false);
                openThread(message.channel, message.ts);
              }}
            >
              {words.inThread}
            </button>
          )}
          {shortcuts.map((shortcut) => (
            <button
              key={shortcut.callback_id}
              type="button"
              role="menuitem"
              onClick={() => void run(shortcut)}
            >
              {shortcut.name}
              {shortcut.description && <small>{shortcut.description}</small>}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
