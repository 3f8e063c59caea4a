import { describe, expect, it } from 'vitest';
import { logText, natsMessages } from '../../../../lab/referee/clients.ts';
import type { Message } from '../../../../lab/referee/seen.ts';

describe('what NATS sends', () => {
  it('is messages, also when they come in pieces', () => {
    const bytes = Buffer.from('INFO {}\r\nPING\r\nMSG a.b 1 5\r\nh\r\nlo\r\nMSG c 1 reply 2\r\nok\r\n');
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const messages: Message[] = [];
      const take = (message: Message) => void messages.push(message);
      const rest = natsMessages(bytes.subarray(0, cut), take);

      expect(natsMessages(Buffer.concat([rest, bytes.subarray(cut)]), take)).toHaveLength(0);
      expect(messages).toEqual([
        { subject: 'a.b', body: 'h\r\nlo' },
        { subject: 'c', body: 'ok' },
      ]);
    }
  });
});

describe('the log of a container', () => {
  it('is the text of its frames', () => {
    const frame = (text: string) =>
      Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);

    expect(logText(Buffer.concat([frame('one\n'), frame('two\n')]))).toBe('one\ntwo\n');
    expect(logText(Buffer.alloc(0))).toBe('');
  });
});
