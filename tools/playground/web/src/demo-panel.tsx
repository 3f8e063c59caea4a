import { useCallback, useEffect, useState } from 'react';
import { loadSwitches, setSwitch } from './api.ts';
import type { DemoSwitch } from './types.ts';

/** Faults of the demo platform, to be switched on and off; empty where the host offers none. */
export function DemoPanel({ onClose }: { readonly onClose: () => void }) {
  const [switches, setSwitches] = useState<readonly DemoSwitch[] | null | undefined>(undefined);
  const [busy, setBusy] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const refresh = useCallback(() => loadSwitches().then(setSwitches), []);
  useEffect(() => void refresh(), [refresh]);

  const toggle = async (entry: DemoSwitch): Promise<void> => {
    setBusy(entry.id);
    setFailed(null);
    try {
      await setSwitch(entry.id, !entry.on);
    } catch (error) {
      setFailed(error instanceof Error ? error.message : String(error));
    }
    await refresh();
    setBusy(null);
  };

  return (
    <aside className="pane demo" aria-label="Demo platform">
      <header className="pane-header">
        <h1>Demo platform</h1>
        <button type="button" className="plain close" aria-label="Close" onClick={onClose}>
          ×
        </button>
      </header>
      <div className="switches">
        <p className="demo-note">
          Break something, then type <code>/aetherius health</code>.
        </p>
        {switches === null && <p className="demo-note">No demo platform runs behind this page.</p>}
        {failed !== null && (
          <p className="modal-failed" role="alert">
            {failed}
          </p>
        )}
        {switches?.map((entry) => (
          <label key={entry.id} className={`switch ${busy === entry.id ? 'busy' : ''}`}>
            <input
              type="checkbox"
              role="switch"
              checked={entry.on}
              disabled={busy !== null}
              onChange={() => void toggle(entry)}
            />
            <span>
              <strong>{entry.title}</strong>
              {entry.kind && <span className={`kind ${entry.kind}`}>{entry.kind}</span>}
              {entry.hint && <small>{entry.hint}</small>}
            </span>
          </label>
        ))}
      </div>
    </aside>
  );
}
