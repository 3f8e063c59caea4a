import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifySignature } from '../../../../src/bot/receive/signed-http.ts';

const now = 1_800_000_000;
const sign = (secret: string, timestamp: string, body: string): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
const verify = (more: Partial<Parameters<typeof verifySignature>[0]>, secondsAgo = 0) => {
  const timestamp = String(now - secondsAgo);
  return verifySignature({
    secrets: ['right'],
    timestamp,
    signature: sign('right', timestamp, 'body'),
    body: 'body',
    nowSeconds: now,
    ...more,
  });
};

describe('a signature', () => {
  it('is good within five minutes on either side of our clock, and not a second beyond (R-SLACK10)', () => {
    expect([-301, -300, 0, 300, 301].map((ago) => verify({}, ago))).toEqual([
      'in-the-future',
      'ok',
      'ok',
      'ok',
      'too-old',
    ]);
    expect(verify({}, -31_536_000)).toBe('in-the-future');
  });

  it('is bound to the body, the timestamp and the secret', () => {
    expect(verify({ body: 'other' })).toBe('wrong');
    expect(verify({ timestamp: String(now - 1) })).toBe('wrong');
    expect(verify({ secrets: ['other'] })).toBe('wrong');
    expect(verify({ signature: 'v0=short' })).toBe('wrong');
  });

  it('is good with the former secret while it is being changed (R-SLACK11)', () => {
    expect(verify({ secrets: ['new', 'right'] })).toBe('ok');
  });

  it('must be there, with a timestamp that is a number', () => {
    expect(verify({ signature: undefined })).toBe('missing');
    expect(verify({ timestamp: undefined })).toBe('missing');
    expect(verify({ timestamp: '1e9' })).toBe('missing');
    expect(verify({ timestamp: 'NaN' })).toBe('missing');
  });
});
