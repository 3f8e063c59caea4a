import { useWindow } from './context.ts';
import { Icon } from './icons.tsx';
import { SwitchRow } from './switch-row.tsx';
import type { Switches } from './switches.ts';
import { useWords } from './words.ts';

interface Props {
  readonly switches: Switches;
  readonly onClose: () => void;
}

/** Faults of the demo platform, to be switched on and off; empty where the host offers none. */
export function DemoPanel({ switches, onClose }: Props) {
  const words = useWords();
  const { snapshot } = useWindow();
  const { list, failed } = switches;
  return (
    <aside className="pane demo" aria-label={words.demo}>
      <header className="pane-header">
        <h1>{words.demo}</h1>
        <button type="button" className="plain close" aria-label={words.close} onClick={onClose}>
          <Icon name="close" />
        </button>
      </header>
      <div className="switches">
        <p className="demo-note">
          {words.demoNote}{' '}
          <code>
            {snapshot.commands[0]?.command ?? '/'} {words.guideCommand}
          </code>
        </p>
        {list === null && <p className="demo-note">{words.noDemo}</p>}
        {failed !== null && (
          <p className="modal-failed" role="alert">
            {failed}
          </p>
        )}
        {list?.map((entry) => (
          <SwitchRow key={entry.id} entry={entry} switches={switches} />
        ))}
      </div>
    </aside>
  );
}
