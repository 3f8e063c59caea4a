import { useEffect, useState } from 'react';
import type { DemoSwitch, Snapshot, UserResult } from './types.ts';

const lost: UserResult = {
  ok: false,
  error: 'the playground does not answer',
  warning: null,
  ts: null,
  detail: null,
};

/** One user action, by its name in the control API. */
export async function act(name: string, body: object): Promise<UserResult> {
  try {
    const response = await fetch(`/control/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const result = (await response.json()) as UserResult & { readonly error?: string };
    return response.ok ? result : { ...lost, error: result.error ?? lost.error };
  } catch {
    return lost;
  }
}

/** What this user's window shows, kept up to date by server-sent events. */
export function useSnapshot(user: string): {
  readonly snapshot: Snapshot | null;
  readonly connected: boolean;
} {
  const [snapshot, setSnapshot] = useState<Snapshot | null>(null);
  const [connected, setConnected] = useState(false);
  useEffect(() => {
    const source = new EventSource(`/events?user=${encodeURIComponent(user)}`);
    source.addEventListener('state', (event) => {
      setConnected(true);
      setSnapshot(JSON.parse(String(event.data)) as Snapshot);
    });
    source.addEventListener('error', () => setConnected(false));
    return () => source.close();
  }, [user]);
  return { snapshot, connected };
}

/** The demo platform's switches, or null where the host serves none. */
export async function loadSwitches(language: 'en' | 'zh'): Promise<readonly DemoSwitch[] | null> {
  try {
    const response = await fetch(`/demo/switches?lang=${language}`);
    if (!response.ok || !response.headers.get('content-type')?.includes('json')) return null;
    const body: unknown = await response.json();
    return Array.isArray(body) ? (body as readonly DemoSwitch[]) : null;
  } catch {
    return null;
  }
}

/** Throws with the host's words when the switch could not be moved. */
export async function setSwitch(id: string, on: boolean): Promise<void> {
  const response = await fetch(`/demo/switches/${encodeURIComponent(id)}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ on }),
  });
  if (response.ok) return;
  const body = (await response.json().catch(() => ({}))) as { readonly error?: string };
  throw new Error(body.error ?? `HTTP ${response.status}`);
}
