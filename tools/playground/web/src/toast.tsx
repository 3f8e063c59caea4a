import { useEffect } from 'react';

const showMs = 6000;

/** One line at the bottom that goes away by itself. */
export function Toast({ text, onDone }: { readonly text: string; readonly onDone: () => void }) {
  useEffect(() => {
    const timer = setTimeout(onDone, showMs);
    return () => clearTimeout(timer);
  }, [onDone]);
  return (
    <div className="toast" role="alert">
      {text}
      <button type="button" aria-label="Dismiss" onClick={onDone}>
        ×
      </button>
    </div>
  );
}
