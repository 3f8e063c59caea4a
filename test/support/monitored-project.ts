/** A Compose project with pages of metrics, and files about its monitoring. */

import type { ManifestsTarget } from '../../src/domain/probe/targets/manifests.ts';
import { compose, container } from './fake-compose.ts';
import { type FakePart, fakeRuntime } from './fake-runtime.ts';
import { fakeServices, httpAnswer, probeContext } from './probe-context.ts';

const cat = 'cat /proc/net/tcp /proc/net/tcp6';
export const listening = (...ports: readonly number[]) => ({
  [cat]: {
    code: 0,
    stdout: [
      '  sl  local_address rem_address   st',
      ...ports.map((port, at) => {
        const hex = port.toString(16).toUpperCase().padStart(4, '0');
        return `   ${at}: 00000000:${hex} 00000000:0000 0A 0`;
      }),
    ].join('\n'),
  },
});
const folder = (files: Readonly<Record<string, string>>): ManifestsTarget => ({
  files: () => Promise.resolve(Object.entries(files).map(([name, text]) => ({ name, text }))),
});
export const fixed = (...targets: readonly string[]) =>
  `scrape_configs:\n${targets.map((one, at) => `  - { job_name: j${at}, static_configs: [{ targets: ['${one}'] }] }\n`).join('')}`;
export const rules = (...expressions: readonly string[]) =>
  `groups:\n  - name: g\n    rules:\n${expressions.map((one, at) => `      - { alert: A${at}, expr: '${one}' }\n`).join('')}`;
const page = '# HELP go_goroutines x\ngo_goroutines 7\nevents_processed_total{kind="a b"} 1e+03\n';

/** A Compose project of agent-manager, with this page, and what else is said of it. */
export function project(
  files: Readonly<Record<string, string>>,
  {
    answer = httpAnswer(page),
    part = { commands: listening(8080) },
  }: { answer?: ReturnType<typeof httpAnswer>; part?: FakePart } = {},
) {
  return probeContext({
    runtime: fakeRuntime({ 'agent-manager': [part], nats: [{ commands: listening(4222) }] }),
    compose: compose([
      container('agent-manager', { id: 'agent-manager-0', hosts: ['manager'], addresses: ['10.0.0.2'] }),
      container('nats', { id: 'nats-0', hosts: ['nats'], addresses: ['10.0.0.3'] }),
    ]),
    services: fakeServices({ '/metrics': [answer] }),
    manifests: folder(files),
  });
}
