import { useCallback, useEffect, useRef, useState } from 'react';
import { loadSwitches, setSwitch } from './api.ts';
import type { DemoSwitch } from './types.ts';

export interface Switches {
  /** Undefined while they are asked for, null where the host of the page has none. */
  readonly list: readonly DemoSwitch[] | null | undefined;
  /** The one that is moving. */
  readonly busy: string | null;
  readonly failed: string | null;
  /** Faults that were planted since the page was opened. */
  readonly planted: ReadonlySet<string>;
  /** Those that went away without their switch: something was done about them. */
  readonly cured: ReadonlySet<string>;
  readonly toggle: (entry: DemoSwitch) => void;
}

/** A fix that is applied in Slack turns its switch off: they are asked for again this often while something is on. */
const againMs = 2_000;

/** The demo platform's switches, the same ones wherever the page shows them. */
export function useSwitches(language: 'en' | 'zh'): Switches {
  const [list, setList] = useState<Switches['list']>(undefined);
  const [busy, setBusy] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [planted, setPlanted] = useState<ReadonlySet<string>>(new Set());
  const [cured, setCured] = useState<ReadonlySet<string>>(new Set());
  const seenOn = useRef<ReadonlySet<string>>(new Set());
  const refresh = useCallback(async (): Promise<void> => {
    const next = await loadSwitches(language);
    const on = new Set(next?.filter((entry) => entry.on).map(({ id }) => id));
    const gone = [...seenOn.current].filter((id) => !on.has(id));
    seenOn.current = on;
    setPlanted((before) => new Set([...before, ...on]));
    setCured((before) => new Set([...[...before].filter((id) => !on.has(id)), ...gone]));
    setList(next);
  }, [language]);
  const isAnyOn = list?.some(({ on }) => on) ?? false;
  useEffect(() => void refresh(), [refresh]);
  useEffect(() => {
    if (!isAnyOn) return undefined;
    const timer = setInterval(() => void refresh(), againMs);
    return () => clearInterval(timer);
  }, [isAnyOn, refresh]);

  const toggle = (entry: DemoSwitch): void => {
    setBusy(entry.id);
    setFailed(null);
    // Turned by hand, so it is not cured.
    seenOn.current = new Set([...seenOn.current].filter((id) => id !== entry.id));
    void setSwitch(entry.id, !entry.on)
      .catch((error: unknown) => setFailed(error instanceof Error ? error.message : String(error)))
      .then(refresh)
      .finally(() => setBusy(null));
  };
  return { list, busy, failed, planted, cured, toggle };
}
