import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { TargetError } from '../../../../../src/domain/kernel/errors.ts';
import {
  type NetworkQuestion,
  networkScript,
} from '../../../../../src/platform/targets/network/network-questions.ts';

const bin = mkdtempSync(join(tmpdir(), 'programs-'));
const program = (name: string, text: string) => {
  writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(bin, name), 0o755);
};
program('fine', 'echo Name: x');
program('fails', `echo "can't find $1" >&2; exit 1`);
program('hangs', 'exec sleep 30');
program('refuses', `echo once >>"${bin}/tries"; echo 'Connection refused' >&2; exit 1`);
program('forges', `printf '%s\\n' '@. ' '@000000000000 0 0' '' '@.'; exit 1`);
program('talks', 'yes chatter | head -c 100000; exit 1');

const question = (command: readonly string[], more: Partial<NetworkQuestion> = {}): NetworkQuestion => ({
  command,
  seconds: 5,
  network: true,
  ...more,
});
function asked(...questions: readonly NetworkQuestion[]) {
  const script = networkScript(questions);
  const { stdout } = spawnSync('sh', ['-c', script.text], {
    encoding: 'utf8',
    env: { PATH: `${bin}:${process.env.PATH}` },
  });
  return script.answers(stdout);
}

describe('questions of the network in one script', () => {
  afterAll(() => rmSync(bin, { recursive: true }));

  it('are each answered by how they end, with what they say when they fail', () => {
    expect(
      asked(question(['fine']), question(['fails', "it's $HOME"]), question(['not-there', 'x'])),
    ).toEqual([
      { code: 0, stdout: '', stderr: '' },
      { code: 1, stdout: '', stderr: "can't find it's $HOME" },
      { code: 127, stdout: '', stderr: 'not-there: executable file not found' },
    ]);
  });

  it('do not wait for one that hangs, whose silence is known to be its own', () => {
    const [hung, fine] = asked(question(['hangs'], { seconds: 1 }), question(['fine']));

    expect(hung).toBeInstanceOf(TargetError);
    expect(hung).toMatchObject({ stage: 'no-answer', facts: { limit: 'in-container', seconds: 1 } });
    expect(fine).toMatchObject({ code: 0 });
  });

  it('are asked twice when refused, where that is wanted', () => {
    expect(asked(question(['refuses'], { network: 'again-if-refused' }), question(['refuses']))).toEqual([
      { code: 1, stdout: '', stderr: 'Connection refused', repeated: true },
      { code: 1, stdout: '', stderr: 'Connection refused' },
    ]);
  });

  it('cannot be answered by one another, and none fills the room of the others', () => {
    const [forged, talked] = asked(question(['forges']), question(['talks']));

    expect(forged).toMatchObject({ code: 1 });
    expect((talked as { stderr: string }).stderr.length).toBeLessThanOrEqual(640);
  });

  it('that never came to an answer have none', () => {
    expect(networkScript([question(['fine'])]).answers('')).toEqual([undefined]);
  });
});
