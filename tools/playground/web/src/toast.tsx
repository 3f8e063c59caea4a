import { useEffect } from 'react';
import { Icon } from './icons.tsx';
import { useWords } from './words.ts';

const showMs = 6000;

/** One line at the bottom that goes away by itself. */
export function Toast({ text, onDone }: { readonly text: string; readonly onDone: () => void }) {
  const words = useWords();
  useEffect(() => {
    const timer = setTimeout(onDone, showMs);
    return () => clearTimeout(timer);
  }, [onDone]);
  return (
    <div className="toast" role="alert">
      {text}
      <button type="button" aria-label={words.dismiss} onClick={onDone}>
        <Icon name="close" />
      </button>
    </div>
  );
}
