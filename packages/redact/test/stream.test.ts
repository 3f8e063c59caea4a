import { describe, expect, it } from 'vitest';
import { createRedactor, withheld } from '../src/index.ts';

const filler = (lines: number) =>
  'time="2026-11-26T10:00:09Z" level=info msg="workflow step done"\n'.repeat(lines);

function streamed(
  redactor: ReturnType<typeof createRedactor>,
  chunks: readonly (string | Uint8Array)[],
): string {
  const stream = redactor.stream();
  return chunks.map((chunk) => stream.push(chunk)).join('') + stream.end();
}

describe('text that comes in pieces', () => {
  it('loses a secret that is cut at any place', () => {
    const text = `${filler(3)}dial postgres://app:hunter2secret@db/x\npassword: hunter2secret\n${filler(3)}`;
    const whole = createRedactor().text(text);
    for (let cut = 1; cut < text.length; cut += 1)
      expect(streamed(createRedactor(), [text.slice(0, cut), text.slice(cut)])).toBe(whole);
  });

  it('loses one that is cut where what came so far is given out', () => {
    const redactor = createRedactor({ known: ['kn0wn-Value-1'] });
    const one = `${filler(50)}password=hunter2 kn0wn-Value-1\n-----BEGIN PRIVATE KEY-----\nMIIEabcd\nQUJDabcd\n-----END PRIVATE KEY-----\n`;
    const text = one.repeat(320);
    const chunks = Array.from({ length: Math.ceil(text.length / 10_007) }, (_, index) =>
      text.slice(index * 10_007, (index + 1) * 10_007),
    );

    expect(text.length).toBeGreaterThan(1_000_000);
    expect(streamed(redactor, chunks)).toBe(redactor.text(text));
  });

  it.each([
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIEabcd\n', 'QUJDabcd\n-----END PRIVATE KEY-----\n'],
    ['a block of YAML', 'db:\n  password: |\n', '    Zeppelin7\n  port: 1\n'],
    ['a name and its value', '- name: DB_PASSWORD\n', '  value: Zeppelin7\n'],
    ['a Secret', 'kind: Secret\ndata:\n', '  a: aHVudGVyMg==\n'],
  ])('loses %s that lies on both sides of what is given out', (_what, before, after) => {
    const text = [filler(5000) + before, after + filler(5000)];

    expect(text[0]?.length).toBeGreaterThan(262_144);
    expect(streamed(createRedactor(), text)).toBe(createRedactor().text(text.join('')));
    expect(streamed(createRedactor(), text)).not.toContain(after.trim().split('\n')[0]);
  });

  it('is given out while it comes, so that nothing has to hold all of it', () => {
    const stream = createRedactor().stream();
    let held = 0;
    let given = 0;
    for (let index = 0; index < 400; index += 1) {
      const chunk = filler(500);
      given += chunk.length;
      held += chunk.length - stream.push(chunk).length;

      expect(held).toBeLessThan(1_200_000);
    }
    expect(given).toBeGreaterThan(8_000_000);
  });

  it('is read as UTF-8 when it is bytes, with characters cut in two', () => {
    const bytes = Buffer.from(`name=Zoë password=päßwört9\n${filler(2)}`);
    const whole = createRedactor().text(bytes.toString('utf8'));
    for (let cut = 1; cut < 40; cut += 1)
      expect(streamed(createRedactor(), [bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(whole);
  });

  it('loses a whole line whose bytes are no UTF-8, and only that', () => {
    const bytes = Buffer.concat([
      Buffer.from('one\nbad '),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(' line\nthree'),
    ]);

    expect(streamed(createRedactor(), [bytes])).toBe(`one\n${withheld}\nthree`);
  });

  it('loses a line that is longer than the redactor takes, and goes on behind it', () => {
    const redactor = createRedactor({ mostUnits: 300_000 });
    const shown = streamed(redactor, ['x'.repeat(200_000), 'x'.repeat(200_000), `xx\nnext line\n`]);

    expect(shown).toBe(`${withheld}\nnext line\n`);
  });

  it('is withheld, not passed on, when it cannot be checked', () => {
    const redactor = createRedactor({
      finders: [
        () => {
          throw new Error('broken rule');
        },
      ],
    });

    expect(streamed(redactor, ['password=hunter2\n'])).toBe(`${withheld}\n`);
  });
});
