/** The package as npm packs it: read by plain Node, without a loader and without this repository around it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installPacked, ranPlainly, sourcesNamed } from '../../support/packed.ts';
import { scratch } from '../../support/targets.ts';

const program = `
import { places, startSlackEmulator } from '@aetherius/slack-emulator';
import { validateMessage } from '@aetherius/slack-emulator/blocks';

const slack = await startSlackEmulator();
const call = async (method, token, body) => {
  const headers = { authorization: \`Bearer \${token}\`, 'content-type': 'application/json' };
  const answer = await fetch(slack.apiUrl + method, { method: 'POST', headers, body: JSON.stringify(body) });
  return answer.json();
};
const said = await call('chat.postMessage', slack.botToken, { channel: places.ops, text: 'hello' });
const refused = await call('chat.postMessage', 'xoxb-of-somebody-else', { channel: places.ops, text: 'hello' });
console.log(said.ok, said.message.text, refused.ok, refused.error, typeof validateMessage);
await slack.stop();
`;

describe('the package slack-emulator', () => {
  const place = scratch('emulator-package');
  let manifest: Awaited<ReturnType<typeof installPacked>>;
  beforeAll(async () => {
    manifest = await installPacked('slack-emulator', place.dir);
  });
  afterAll(() => place.remove());

  it('answers and refuses as in this repository', () => {
    writeFileSync(join(place.dir, 'post.mjs'), program);

    expect(ranPlainly(place.dir, 'post.mjs')).toBe('true hello false invalid_auth function\n');
  });

  it('names no source', () => {
    expect(Object.keys(manifest.exports)).toEqual(['.', './blocks']);
    expect(sourcesNamed(manifest)).toEqual([]);
  });
});
