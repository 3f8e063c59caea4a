import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { drawFrom, inBase64, pem } from '../../../../packages/redact/test/corpora/public/values.ts';
import { isVisible } from '../../../../packages/redact/test/corpora/visible.ts';
import { createLogAnalysis } from '../../../../src/domain/logs/analysis.ts';
import type { LogReport } from '../../../../src/domain/logs/report.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';

const redactor = createRedactor();
const draw = drawFrom(31);
/** Words in base64: nothing but the object around them says that they are secrets. */
const values = Array.from({ length: 40 }, () => inBase64(draw.password()));
const keys = values.map((value, at) => `  entry${at}: ${value}`);

function reportOf(lines: readonly string[], grep?: string): LogReport {
  const analysis = createLogAnalysis({
    ...{ query: { level: 'debug', ...(grep === undefined ? {} : { grep }) }, now: Date.UTC(2026, 10, 12, 9) },
    ...{ platform: asInGuide, redact: (text) => redactor.text(text) },
  });
  const input = analysis.source('app', 'agent-manager');
  for (const line of lines) input.line(line);
  input.end();
  return analysis.report();
}

const yaml = ['apiVersion: v1', 'data:', ...keys, 'kind: Secret', 'metadata:', '  name: app-env'];
const short = [
  'apiVersion: v1',
  'kind: Secret',
  'metadata:',
  '  name: app-env',
  'data:',
  ...keys.slice(0, 3),
];
const cri = (line: string): string => `2026-11-12T08:00:00.000000001Z stdout F ${line}`;
const object = {
  apiVersion: 'v1',
  data: Object.fromEntries(values.map((one, at) => [`e${at}`, one])),
  kind: 'Secret',
};

describe.each([
  {
    of: 'in lines',
    lines: ['2026-11-12T08:00:00Z INFO applying', ...short, '2026-11-12T08:00:01Z INFO done'],
  },
  { of: 'whose kind stands behind more lines than are shown', lines: yaml },
  {
    of: 'of more lines than are kept',
    lines: [...yaml.slice(0, 42), ...keys, ...keys, ...keys, 'kind: Secret'],
  },
  { of: 'whose first lines the log has not', lines: yaml.slice(1) },
  { of: 'with the times of a container engine', lines: short.map(cri) },
  { of: 'of which Compose has the second half', lines: yaml.slice(1, 50).map((line) => `api-1  | ${line}`) },
  { of: 'with the prefix of Compose', lines: short.map((line) => `api-1  | ${line}`) },
  { of: 'as JSON over lines', lines: JSON.stringify(object, null, 2).split('\n') },
  { of: 'as JSON in one long line', lines: [`applying ${JSON.stringify(object)}`] },
  {
    of: 'as JSON in a line that is cut',
    lines: [
      JSON.stringify({
        ...object,
        data: Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`e${at}`, values[at % 40]])),
      }),
    ],
  },
  { of: 'as YAML in JSON', lines: [JSON.stringify({ level: 'info', msg: `applying ${short.join('\n')}` })] },
])('a Secret $of', ({ lines }) => {
  it.each([undefined, 'e'])('is gone from what is shown (words: %s)', (grep) => {
    const report = reportOf(lines, grep);
    const shown = JSON.stringify([report.groups, report.steps]);

    expect(report.groups.length).toBeGreaterThan(0);
    expect(values.filter((value) => isVisible(value, shown))).toEqual([]);
  });
});

it('keeps a manifest that is no Secret in one entry, as it is', () => {
  const lines = ['apiVersion: v1', 'kind: ConfigMap', 'data:', '  NATS_URL: nats://nats:4222'];
  const [group, ...others] = reportOf(lines).groups;

  expect(others).toEqual([]);
  expect(group?.example).toEqual(lines);
});

it('takes nothing into a manifest that is none of it', () => {
  const report = reportOf([...short, 'panic: no route', 'Error: it is over']);

  expect(report.byLevel).toMatchObject({ fatal: 1, error: 1, info: 1 });
});

it('keeps the lines of a private key together, to the last one', () => {
  const { text, lines } = pem(draw, `RSA PRIVATE ${'KEY'}`, 6);
  const report = reportOf([
    '2026-11-12T08:00:00Z INFO key is',
    ...text.split('\n'),
    'QUJDRA==',
    'all is well',
  ]);

  expect(lines.filter((line) => isVisible(line, JSON.stringify(report.groups)))).toEqual([]);
  expect(report.entries).toBe(3);
});
