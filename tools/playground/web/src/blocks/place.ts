import { act } from '../api.ts';
import type { UserResult } from '../types.ts';

/** Where an element is, in the words of the control API. */
export type Place =
  | { readonly channel: string; readonly ts: string }
  | { readonly viewId: string }
  | { readonly home: true };

export interface Press {
  readonly user: string;
  readonly place: Place;
  readonly blockId: string;
  readonly actionId: string;
}

export const pressButton = (press: Press, value?: string): Promise<UserResult> =>
  act('click', {
    user: press.user,
    ...press.place,
    blockId: press.blockId,
    actionId: press.actionId,
    confirm: true,
    ...(value === undefined ? {} : { value }),
  });

export const chooseValue = (
  press: Press,
  choice: string | number | readonly string[] | null,
): Promise<UserResult> =>
  act('choose', {
    user: press.user,
    ...press.place,
    blockId: press.blockId,
    actionId: press.actionId,
    confirm: true,
    choice,
  });
