import { useState } from 'react';
import { emojiNamed, pictureName } from '../emoji-table.ts';

/** An emoji as a picture; as a character where there is no picture, by name where there is neither. */
export function Emoji({ name }: { readonly name: string }) {
  const [failed, setFailed] = useState(false);
  const emoji = emojiNamed(name);
  if (emoji === undefined) return <span>:{name}:</span>;
  if (failed) return <span>{emoji}</span>;
  return (
    <img
      className="emoji"
      src={`/twemoji/${pictureName(emoji)}`}
      alt={`:${name}:`}
      title={`:${name}:`}
      onError={() => setFailed(true)}
    />
  );
}

/** Text in which `:name:` becomes a picture, for labels that the block renderer never sees. */
export function WithEmoji({ text }: { readonly text: string }) {
  return (
    <>
      {text.split(/(:[a-z0-9_+-]+:)/g).map((part, index) => {
        const name = /^:([a-z0-9_+-]+):$/.exec(part)?.[1];
        // The parts of one text never move.
        return name && emojiNamed(name) !== undefined ? <Emoji key={`${index}-${part}`} name={name} /> : part;
      })}
    </>
  );
}
