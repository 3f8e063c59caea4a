/** promtool and amtool (Debian's, unpacked into the cache), or those that PATH has: what Prometheus and Alertmanager themselves say of a file. */

import { join } from 'node:path';
import { given, missingDebTools, unpackDebs } from './cache.ts';

const packages = ['prometheus', 'prometheus-alertmanager'];
const tools = ['promtool', 'amtool'] as const;
export type PrometheusTool = (typeof tools)[number];

/** What is missing to run this tool here, in one line; undefined when nothing is. */
export function missing(tool: PrometheusTool): string | undefined {
  const variable = tool.toUpperCase();
  if (given(variable, tool) !== undefined) return undefined;
  const lacking = missingDebTools();
  return lacking && `${tool}: ${lacking}, or ${variable}=/path/to/${tool}`;
}

/** The path of the tool. */
export async function prometheusTool(tool: PrometheusTool): Promise<string> {
  return given(tool.toUpperCase(), tool) ?? join(await unpackDebs('prometheus', packages), 'usr/bin', tool);
}
