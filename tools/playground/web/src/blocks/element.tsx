import { useState } from 'react';
import { useWindow } from '../context.ts';
import { WithEmoji } from '../emoji.tsx';
import { Icon } from '../icons.tsx';
import { textOf } from '../json.ts';
import type { Json, UserResult } from '../types.ts';
import { failureWords, useWords } from '../words.ts';
import { ConfirmDialog } from './confirm.tsx';
import { Field, valueOf } from './field.tsx';
import type { Place } from './place.ts';
import { chooseValue, pressButton } from './place.ts';

interface Props {
  readonly element: Json;
  readonly blockId: string;
  readonly place: Place;
  /** What the element holds now. */
  readonly state: Json | undefined;
}

const label = (element: Json): string => textOf(element.text);

/** An element that tells the app at once: asks first where it must, shows that it waits, and what went wrong. */
export function LiveElement({ element, blockId, place, state }: Props) {
  const { me, snapshot, report } = useWindow();
  const words = useWords();
  const [asking, setAsking] = useState<(() => Promise<UserResult>) | null>(null);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const press = { user: me.id, place, blockId, actionId: String(element.action_id) };

  const send = async (action: () => Promise<UserResult>): Promise<void> => {
    setBusy(true);
    setFailed(null);
    const result = await action();
    setBusy(false);
    const what = label(element) === '' ? words.thisAction : words.quoted(label(element));
    setFailed(result.warning === null ? null : failureWords(words, result, snapshot.app.name, what));
    if (result.error !== null) report(result, what);
  };
  const start = (action: () => Promise<UserResult>): void => {
    if (element.confirm) setAsking(() => action);
    else void send(action);
  };

  return (
    <span className={`element ${busy ? 'busy' : ''}`} aria-busy={busy}>
      {control(element, state, {
        press: (value) => start(() => pressButton(press, value)),
        choose: (choice) => start(() => chooseValue(press, choice)),
      })}
      {failed !== null && (
        <span className="element-failed" role="alert">
          <Icon name="warning" /> {failed}
        </span>
      )}
      {asking !== null && (
        <ConfirmDialog
          dialog={element.confirm as Json}
          onAnswer={(yes) => {
            setAsking(null);
            if (yes) void send(asking);
          }}
        />
      )}
    </span>
  );
}

interface Handlers {
  readonly press: (value?: string) => void;
  readonly choose: (choice: string | number | readonly string[] | null) => void;
}

function control(element: Json, state: Json | undefined, { press, choose }: Handlers) {
  switch (element.type) {
    case 'button':
    case 'workflow_button':
      return (
        <button
          type="button"
          className={`button ${typeof element.style === 'string' ? element.style : ''}`}
          aria-label={
            typeof element.accessibility_label === 'string' ? element.accessibility_label : undefined
          }
          onClick={() => {
            if (typeof element.url === 'string') window.open(element.url, '_blank', 'noopener');
            press();
          }}
        >
          <WithEmoji text={label(element)} />
        </button>
      );
    case 'icon_button':
      return (
        <button type="button" className="button small" onClick={() => press()}>
          {label(element)}
        </button>
      );
    case 'feedback_buttons':
      return (
        <>
          {[element.positive_button, element.negative_button].map((face) => (
            <button
              key={String((face as Json).value)}
              type="button"
              className="button small"
              onClick={() => press(String((face as Json).value))}
            >
              <WithEmoji text={label(face as Json)} />
            </button>
          ))}
        </>
      );
    case 'overflow':
      return <Overflow element={element} choose={choose} />;
    default:
      return <Field element={element} value={valueOf(state)} onChange={choose} live />;
  }
}

function Overflow({ element, choose }: { readonly element: Json; readonly choose: (value: string) => void }) {
  const words = useWords();
  const [open, setOpen] = useState(false);
  const options = (Array.isArray(element.options) ? element.options : []) as readonly Json[];
  return (
    <span className="overflow">
      <button
        type="button"
        className="button small"
        aria-label={words.more}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      {open && (
        <span className="menu" role="menu">
          {options.map((option) => (
            <button
              key={String(option.value)}
              type="button"
              role="menuitem"
              onClick={() => {
                setOpen(false);
                choose(String(option.value));
              }}
            >
              <WithEmoji text={label(option)} />
            </button>
          ))}
        </span>
      )}
    </span>
  );
}
