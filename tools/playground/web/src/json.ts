import type { Json } from './types.ts';

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const stringOr = (value: unknown, fallback: string): string =>
  typeof value === 'string' ? value : fallback;

/** The words of a text object, or the fallback. */
export const textOf = (value: unknown, fallback = ''): string =>
  isObject(value) ? stringOr(value.text, fallback) : fallback;
