import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../../../../src/probes/support/workflow-file.ts';

const good = readFileSync(
  new URL('../../../../lab/platform/workflows/diagnose-node-not-ready.yaml', import.meta.url),
  'utf8',
);

const name = 'diagnose-node-not-ready.yaml';

describe('a workflow file', () => {
  it('is sound as the platform ships it', () => {
    expect(faultOf(name, good)).toBeUndefined();
  });

  it.each([
    {
      what: 'a line that is indented less than its neighbours',
      edit: (text: string) => text.replace('      command: check_node', '     command: check_node'),
      line: 8,
      reason: /the indentation does not fit/,
    },
    {
      what: 'a quote that never ends',
      edit: (text: string) => text.replace(/^description: (.*)$/m, 'description: "$1'),
      line: 3,
      reason: /closing "quote, noticed at line/,
    },
    {
      what: 'a step without a timeout',
      edit: (text: string) => text.replace('      timeout: 120\n', ''),
      line: 11,
      reason: /follow_metrics has no timeout/,
    },
    {
      what: 'an id that is not its name',
      edit: (text: string) => text.replace('id: diagnose-node-not-ready', 'id: other'),
      line: 1,
      reason: /differs from the file's name/,
    },
    {
      what: 'a type that nobody runs',
      edit: (text: string) => text.replace('type: analysis', 'type: analyse'),
      line: 17,
      reason: /root_cause has an unknown type "analyse"/,
    },
    {
      what: 'two steps of one name',
      edit: (text: string) => text.replace('id: follow_metrics', 'id: check_node'),
      line: 11,
      reason: /step 2 has no id of its own/,
    },
    {
      what: 'a step whose id is empty',
      edit: (text: string) => text.replace('id: follow_metrics', "id: ''"),
      line: 11,
      reason: /step 2 has no id of its own/,
    },
    {
      what: 'a step whose id is a number',
      edit: (text: string) => text.replace('id: follow_metrics', 'id: 7'),
      line: 11,
      reason: /step 2 has no id of its own/,
    },
    {
      what: 'a timeout of nothing',
      edit: (text: string) => text.replace('timeout: 120', 'timeout: 0'),
      line: 11,
      reason: /follow_metrics has a timeout that is no positive number/,
    },
    {
      what: 'steps alone, without an id',
      edit: (text: string) => text.replace('id: diagnose-node-not-ready\n', ''),
      line: 1,
      reason: /id "undefined" differs from the file's name/,
    },
    { what: 'no steps', edit: () => 'id: diagnose-node-not-ready\n', line: 1, reason: /no steps/ },
    { what: 'nothing at all', edit: () => '', line: 1, reason: /holds no workflow/ },
  ])('with $what is named with its line', ({ edit, line, reason }) => {
    const fault = faultOf(name, edit(good));

    expect(fault?.reason).toMatch(reason);
    expect(fault?.line).toBe(line);
  });
});

describe('the kind of a fault in the workflow folder', () => {
  it.each([
    ['an open quote', good.replace(/^description: (.*)$/m, 'description: "$1'), 'syntax'],
    [
      'a step that is indented less',
      good.replace('      command: check_node', '     command: check_node'),
      'syntax',
    ],
    ['a key that is there twice', good.replace(/^name: .*$/m, '$&\n$&'), 'structure'],
    ['a closing brace at the margin', `${good}labels:\n  deep: {\n    a: b\n}\n`, 'structure'],
    ['an unknown type', good.replace('type: analysis', 'type: approval'), 'structure'],
    ['a kustomization', 'kind: Kustomization\nresources:\n  - a.yaml\n', 'foreign'],
    ['a kustomization that is no YAML', 'kind: Kustomization\nresources: "a\n', 'foreign'],
    ['a list', '- a\n- b\n', 'foreign'],
  ])('is told of %s', (_what, text, kind) => {
    expect(faultOf(name, text)?.kind).toBe(kind);
  });

  it('is none of a workflow with other documents around it', () => {
    expect(faultOf(name, `${good}\n---\nkind: ConfigMap\n`)).toBeUndefined();
    expect(faultOf(name, `kind: ConfigMap\n---\n${good}`)).toBeUndefined();
    expect(faultOf(name, `---\n${good}`)).toBeUndefined();
  });
});
