import type { en } from './en.ts';
import { ui } from './zh-CN/ui.ts';

/** Every text in Simplified Chinese. */
export const zhCN = { ...ui } as const satisfies Readonly<Record<keyof typeof en, string>>;
