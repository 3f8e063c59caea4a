import { useEffect, useRef } from 'react';
import { textOf } from '../json.ts';
import type { Json } from '../types.ts';
import { useWords } from '../words.ts';
import { Mrkdwn } from './display.tsx';

interface Props {
  readonly dialog: Json;
  readonly onAnswer: (yes: boolean) => void;
}

/** The dialog that an element's `confirm` asks for. */
export function ConfirmDialog({ dialog, onAnswer }: Props) {
  const words = useWords();
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), []);
  return (
    <div className="overlay" role="presentation" onClick={() => onAnswer(false)}>
      <div
        className="dialog"
        role="alertdialog"
        aria-modal="true"
        onClick={(event) => event.stopPropagation()}
        onKeyDown={(event) => event.key === 'Escape' && onAnswer(false)}
      >
        <h2>{textOf(dialog.title, words.sure)}</h2>
        <Mrkdwn text={textOf(dialog.text, '')} />
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={() => onAnswer(false)}>
            {textOf(dialog.deny, words.cancel)}
          </button>
          <button
            ref={yes}
            type="button"
            className={`button ${dialog.style === 'danger' ? 'danger' : 'primary'} filled`}
            onClick={() => onAnswer(true)}
          >
            {textOf(dialog.confirm, words.yes)}
          </button>
        </div>
      </div>
    </div>
  );
}
