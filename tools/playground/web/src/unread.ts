import { useEffect, useState } from 'react';
import type { Snapshot } from './types.ts';

const lastTs = (snapshot: Snapshot, channel: string): string =>
  snapshot.channels.find(({ id }) => id === channel)?.messages.at(-1)?.ts ?? '0';

/** Channels in which something came since this user last looked. */
export function useUnread(snapshot: Snapshot, current: string): ReadonlySet<string> {
  const [seen, setSeen] = useState<Readonly<Record<string, string>>>({});
  const { me } = snapshot;
  const newest = lastTs(snapshot, current);
  useEffect(() => {
    setSeen((before) => ({ ...before, [`${me}:${current}`]: newest }));
  }, [me, current, newest]);
  return new Set(
    snapshot.channels
      .filter(({ id, messages }) => {
        const last = messages.filter(({ user }) => user !== me).at(-1)?.ts ?? '0';
        return id !== current && Number(last) > Number(seen[`${me}:${id}`] ?? '0');
      })
      .map(({ id }) => id),
  );
}
