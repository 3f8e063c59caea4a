/** Another tool, asked for the same cases: a command that prints what it is certain of. */

import { spawn } from 'node:child_process';
import { z } from 'zod';
import type { Said } from './judge.ts';

const Printed = z.array(z.object({ part: z.string(), cause: z.string() }));

/** What a tool has printed; throws with what is wrong with it. */
export function readPrinted(text: string): readonly Said[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new Error(`the tool printed no JSON: ${text.trim().slice(0, 200) || 'nothing'}`);
  }
  const read = Printed.safeParse(data);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new Error(
      `the tool has to print [{"part": "…", "cause": "…"}]; ${issue?.path.join('.') || 'it'}: ${issue?.message}`,
    );
  }
  return read.data.map(({ part, cause }) => ({ parts: part === '' ? [] : [part], cause, remedies: [] }));
}

/** A tool that says nothing for so long has no answer. */
const longestSeconds = 600;

/** Runs the command with `KUBECONFIG`, `NAMESPACE` and `ASKED`, what a person says who sees the fault. */
export function askTool(
  command: string,
  given: { readonly kubeconfig: string; readonly namespace: string; readonly asked: string },
  limitSeconds = longestSeconds,
): Promise<readonly Said[]> {
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      ...{ KUBECONFIG: given.kubeconfig, NAMESPACE: given.namespace, ASKED: given.asked },
    };
    const child = spawn(command, { shell: true, env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    let out = '';
    // What the shell has started ends with it.
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, limitSeconds * 1000);
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      try {
        if (signal !== null) throw new Error(`the tool was ended by ${signal}`);
        if (code !== 0) throw new Error(`the tool ended with ${code}`);
        resolve(readPrinted(out));
      } catch (error) {
        reject(error as Error);
      }
    });
  });
}
