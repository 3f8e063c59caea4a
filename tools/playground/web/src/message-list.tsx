import { Fragment, useEffect, useRef } from 'react';
import { dayOf, useWindow } from './context.ts';
import { MessageRow } from './message.tsx';
import type { Message } from './types.ts';

interface Props {
  readonly messages: readonly Message[];
  /** Changes when the reader wrote something and wants to see it. */
  readonly pull: number;
  readonly empty?: string;
  readonly inThread?: boolean;
}

/** How near the end counts as reading along. */
const nearPx = 120;

/** One after the other, oldest first; stays at the end while the reader is there. */
export function MessageList({ messages, pull, empty, inThread = false }: Props) {
  const { me } = useWindow();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const lastTop = useRef(0);
  const follow = (): void => {
    if (box.current && atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  };
  useEffect(() => {
    atEnd.current = true;
    follow();
  }, [pull]);
  useEffect(follow);
  useEffect(() => {
    // Pictures and fonts come later and push the end away.
    const observer = new ResizeObserver(follow);
    if (box.current?.firstElementChild) observer.observe(box.current.firstElementChild);
    return () => observer.disconnect();
  }, []);
  return (
    <div
      className="messages"
      ref={box}
      role="log"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        // The event comes a frame late: a picture that arrived meanwhile is no reader who went up.
        const near = scrollHeight - scrollTop - clientHeight < nearPx;
        if (near || scrollTop < lastTop.current) atEnd.current = near;
        lastTop.current = scrollTop;
      }}
    >
      <div>
        {messages.length === 0 && empty && <p className="beginning">{empty}</p>}
        {messages.map((message, index) => {
          const before = messages[index - 1];
          const newDay = !inThread && (!before || dayOf(before.ts, me) !== dayOf(message.ts, me));
          return (
            <Fragment key={message.ts}>
              {newDay && (
                <div className="day">
                  <span>{dayOf(message.ts, me)}</span>
                </div>
              )}
              <MessageRow message={message} inThread={inThread} joined={!newDay && joins(before, message)} />
            </Fragment>
          );
        })}
      </div>
    </div>
  );
}

const joinSeconds = 300;

/** Slack draws one head over what a person says in one go. */
function joins(before: Message | undefined, message: Message): boolean {
  return (
    before !== undefined &&
    before.user === message.user &&
    !before.ephemeral &&
    !message.ephemeral &&
    before.reply_count === 0 &&
    Number(message.ts) - Number(before.ts) < joinSeconds
  );
}
