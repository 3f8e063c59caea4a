/** How logs are grouped on corpora with a known truth, and how fast they are read: the figures of docs/quality.md. */
import { execFileSync } from 'node:child_process';
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogAnalysis } from '../src/domain/logs/analysis.ts';
import { LineSplitter } from '../src/domain/logs/splitter.ts';
import { asInGuide } from '../src/domain/platform/platform.ts';
import { agreementOn } from '../test/support/logs/agreement.ts';
import { corpus, logForms } from '../test/support/logs/corpus.ts';

const to = Date.parse('2026-11-28T09:00:00Z');
const from = to - 7_200_000;

for (const [name, forms] of [
  ...logForms.map((form) => [form, [form]] as const),
  ['all mixed', logForms] as const,
]) {
  const entries = [...corpus({ seed: 17, entries: 20_000, forms, from, to })];
  const { read, groups, purity, completeness } = agreementOn(entries, to);
  console.log(`| ${name} | ${entries.length} | ${read} | ${groups} | ${purity} | ${completeness} |`);
}

const folder = mkdtempSync(join(tmpdir(), 'log-figures-'));
const file = join(folder, 'mixed.log');
const block = [...corpus({ seed: 23, entries: 60_000, forms: logForms, from, to })].flatMap(
  ({ lines }) => lines,
);
const quiet = block.flatMap((line, at) =>
  Array.from(
    { length: at % 4 === 0 ? 8 : 0 },
    (_, n) =>
      `{"level":"info","ts":1764320000.${at},"caller":"a.go:${n}","msg":"handled request","status":200,"took":${at}}`,
  ).concat(line),
);
const megabytes = Number(process.argv[2] ?? 200);
const text = `${quiet.join('\n')}\n`;
writeFileSync(file, text.repeat(Math.ceil((megabytes * 1e6) / text.length)));
for (const level of ['warning', 'error'] as const) {
  const began = process.hrtime.bigint();
  const analysis = createLogAnalysis({
    query: { level },
    now: to,
    platform: asInGuide,
    redact: (one) => one,
  });
  const input = analysis.source('file');
  const lines = new LineSplitter((text) => input.text(text));
  for await (const bytes of createReadStream(file, { highWaterMark: 256 * 1024 })) {
    input.bytes((bytes as Uint8Array).length);
    lines.push(bytes as Uint8Array);
  }
  lines.end();
  input.end();
  const { bytes, groups } = analysis.report();
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const grepBegan = process.hrtime.bigint();
  execFileSync('grep', ['-cE', '(error|ERROR|panic|fatal)', file]);
  const grep = Number(process.hrtime.bigint() - grepBegan) / 1e9;
  const { rss } = process.memoryUsage();
  console.log(
    `level ${level}: ${(bytes / 1e6 / seconds).toFixed(0)} MB/s, ${groups.length} groups, rss ${(rss / 1e6).toFixed(0)} MB; grep -cE ${(bytes / 1e6 / grep).toFixed(0)} MB/s, ratio ${(seconds / grep).toFixed(2)}`,
  );
}
rmSync(folder, { recursive: true });
