/** `/aetherius logs` of a part as a worker of the build reads it. Arguments: a kubeconfig, a namespace. */
import { peakMiB } from '../../lab/components/peak-memory.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { collectEarly } from '../../src/platform/process/heap.ts';
import { silentLogger } from '../../src/platform/process/logger.ts';
import { logWords } from '../../src/text/logs.ts';
import { wordsIn } from '../../src/text/words.ts';
import { ConfigFile, createRedactor, maintainedRules, openChecks } from './built.ts';

collectEarly();
const [kubeconfig = '', namespace = ''] = process.argv.slice(2);
const config = ConfigFile.parse({
  environments: { prod: { runtime: { kind: 'kubernetes', kubeconfig, namespace } } },
});
const { logs } = openChecks({ config, logger: silentLogger, clock: systemClock });
const redactor = createRedactor({ ruleSets: [maintainedRules()] });
const { signal } = new AbortController();

for await (const line of process.stdin) {
  if (String(line).trim() === '') continue;
  const before = process.cpuUsage();
  const started = performance.now();
  let longest = 0;
  let last = started;
  const beat = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const { report } = await logs.read({
    ...{ environment: 'prod', part: 'agent-manager', signal },
    query: { level: 'warning', since: Date.now() - 30 * 60_000 },
    redact: (text) => redactor.text(text),
  });
  const said = logWords(report, wordsIn('en'));
  const ms = performance.now() - started;
  clearInterval(beat);
  const { user, system } = process.cpuUsage(before);
  console.log(
    JSON.stringify({
      ...{ ms, coreMs: (user + system) / 1000, heldMs: Math.max(longest, performance.now() - last) },
      ...{ bytes: report.bytes, lines: report.lines, headline: said.headline },
      cut: report.sources.filter(({ cut }) => cut === true).length,
      failed: report.sources.filter(({ failed }) => failed !== undefined).length,
      resident: peakMiB(),
    }),
  );
}
process.exit();
