import { useEffect, useState } from 'react';
import { act } from './api.ts';
import { Blocks } from './blocks/block.tsx';
import type { FieldValue } from './blocks/field.tsx';
import { useWindow } from './context.ts';
import { Icon } from './icons.tsx';
import type { View } from './types.ts';
import { useWords } from './words.ts';

/** A modal: the app's view on top of everything, until it is submitted or closed. */
export function Modal({ view, depth }: { readonly view: View; readonly depth: number }) {
  const { me, snapshot, report } = useWindow();
  const words = useWords();
  const [values, setValues] = useState<Readonly<Record<string, FieldValue>>>({});
  const [errors, setErrors] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);

  const submit = async (): Promise<void> => {
    setBusy(true);
    setFailed(null);
    const result = await act('submit', { user: me.id, viewId: view.id, values });
    setBusy(false);
    setErrors((result.detail?.errors as Record<string, string> | undefined) ?? {});
    setFailed(result.warning);
    if (result.error !== null && result.error !== 'invalid_input') report(result);
  };
  const close = (all: boolean): void => {
    void act('close', { user: me.id, viewId: view.id, all }).then((result) => {
      if (!result.ok) report(result);
    });
  };

  // Wherever the reader is: a form that has just opened has no focus. A question over it is answered first.
  useEffect(() => {
    const leave = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.isComposing || document.querySelector('[role=alertdialog]')) return;
      event.preventDefault();
      close(false);
    };
    document.addEventListener('keydown', leave);
    return () => document.removeEventListener('keydown', leave);
  });

  return (
    <div className="overlay" role="presentation">
      <form
        className="modal"
        role="dialog"
        aria-modal="true"
        aria-label={view.title?.text ?? ''}
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <header>
          {depth > 1 && (
            <button type="button" className="plain" aria-label={words.back} onClick={() => close(false)}>
              <Icon name="back" />
            </button>
          )}
          <h2>{view.title?.text}</h2>
          <button type="button" className="plain close" aria-label={words.close} onClick={() => close(true)}>
            <Icon name="close" />
          </button>
        </header>
        <div className="modal-body">
          {failed !== null && (
            <p className="modal-failed" role="alert">
              {words.trouble(failed.replaceAll('_', ' '))}
            </p>
          )}
          <Blocks
            blocks={view.blocks}
            place={{ viewId: view.id }}
            values={view.state.values}
            draft={{
              values,
              errors,
              set: (blockId, value) => setValues((before) => ({ ...before, [blockId]: value })),
            }}
          />
        </div>
        <footer>
          <span className="modal-app">{snapshot.app.name}</span>
          <button type="button" className="button" onClick={() => close(false)}>
            {view.close?.text ?? words.cancel}
          </button>
          {view.submit && (
            <button type="submit" className="button primary filled" disabled={busy}>
              {view.submit.text}
            </button>
          )}
        </footer>
      </form>
    </div>
  );
}
