/** What a person sees while the tests run: a line for each suite that ended, and on a terminal how far the others are. */

import type { Progress } from './progress-reporter.ts';
import type { SuiteResult } from './run-suite.ts';

interface Running {
  files: number;
  done: number;
  passed: number;
  failed: number;
}

export interface Screen {
  /** A line of its own. */
  say(line: string): void;
  started(name: string): (progress: Progress) => void;
  ended(name: string, said: string): void;
}

const minutes = (seconds: number): string =>
  seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;

export const aboutMinutes = (seconds: number): string => `about ${minutes(Math.max(10, seconds))}`;

export const resultLine = (result: SuiteResult): string =>
  [
    `${result.name}: ${result.passed} passed`,
    `${result.failed} failed`,
    ...(result.skipped === 0 ? [] : [`${result.skipped} skipped`]),
  ].join(', ') + ` in ${result.seconds} s`;

/** `width` undefined: no terminal, so lines only. */
export function createScreen(
  write: (text: string) => void,
  { width, suites }: { readonly width: number | undefined; readonly suites: readonly string[] },
): Screen {
  const running = new Map<string, Running>();
  const left = new Set(suites);
  const clear = () => {
    if (width !== undefined) write('\r\u001b[2K');
  };
  const draw = () => {
    if (width === undefined || running.size === 0) return;
    const parts = [...running].map(
      ([name, at]) =>
        `${name} ${at.done}/${at.files === 0 ? '?' : at.files} files, ${at.passed} passed` +
        (at.failed === 0 ? '' : `, ${at.failed} FAILED`),
    );
    write(parts.join(' · ').slice(0, width - 1));
  };
  const say = (line: string) => {
    clear();
    write(`${line}\n`);
    draw();
  };
  return {
    say,
    started(name) {
      const at: Running = { files: 0, done: 0, passed: 0, failed: 0 };
      running.set(name, at);
      return (progress) => {
        if ('files' in progress) at.files = progress.files;
        else {
          at.done += 1;
          at.passed += progress.passed;
          at.failed += progress.failed;
        }
        clear();
        draw();
      };
    },
    ended(name, said) {
      running.delete(name);
      left.delete(name);
      say(left.size === 0 ? said : `${said}; left: ${[...left].join(', ')}`);
    },
  };
}
