import { createContext, useContext } from 'react';
import type { Channel, Snapshot, User, UserResult } from './types.ts';

export interface Window {
  readonly snapshot: Snapshot;
  readonly me: User;
  readonly theme: 'light' | 'dark';
  /** Shows a failed action to the user; `what` names it, such as a shortcut. */
  readonly report: (result: UserResult, what?: string) => void;
  readonly openThread: (channel: string, ts: string) => void;
}

const WindowContext = createContext<Window | null>(null);

export const WindowProvider = WindowContext.Provider;

export function useWindow(): Window {
  const value = useContext(WindowContext);
  if (!value) throw new Error('no window around this component');
  return value;
}

/** Whose window this can be. */
export const people = (snapshot: Snapshot): readonly User[] =>
  snapshot.users.filter(({ isBot, deleted }) => !isBot && !deleted);

export const userName = (snapshot: Snapshot, id: string): string =>
  snapshot.users.find((user) => user.id === id)?.realName ?? id;

export function channelTitle(snapshot: Snapshot, channel: Channel): string {
  if (channel.kind !== 'im') return channel.name;
  return userName(
    snapshot,
    channel.members.find((member) => member !== snapshot.me) ?? snapshot.app.botUserId,
  );
}

/** The time of a message in the reader's own zone and language. */
export function clockTime(ts: string, user: User): string {
  return new Intl.DateTimeFormat(user.locale, {
    hour: 'numeric',
    minute: '2-digit',
    timeZone: user.tz,
  }).format(new Date(Number(ts) * 1000));
}

/** The same without "PM", for the narrow edge beside a message. */
export function shortTime(ts: string, user: User): string {
  return new Intl.DateTimeFormat(user.locale, {
    hour: 'numeric',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: user.tz,
  }).format(new Date(Number(ts) * 1000));
}

export function dayOf(ts: string, user: User): string {
  return new Intl.DateTimeFormat(user.locale, {
    weekday: 'long',
    month: 'long',
    day: 'numeric',
    timeZone: user.tz,
  }).format(new Date(Number(ts) * 1000));
}
