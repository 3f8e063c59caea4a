import { expect, it } from 'vitest';
import { train } from '../../../../scripts/words/train.ts';
import { linearModel } from '../../../../src/domain/diagnosis/linear-model.ts';

const phrases = [
  ...['redis is full', 'redis memory'].map((text) => ({ id: 'D3', text })),
  ...['pod restarts', 'pod pending'].map((text) => ({ id: 'K1', text })),
  ...['hello', 'good morning'].map((text) => ({ id: 'none', text })),
].map((one) => ({ ...one, role: 'operator', language: 'en' as const }));
const { weights, ...rest } = train(phrases);
const model = linearModel({
  scale: rest.scale,
  classes: rest.classes.join(' '),
  bias: rest.bias.join(' '),
  weights: Buffer.from(weights.buffer).toString('base64'),
});

it.each([
  ['redis full', 'D3'],
  ['a pod restarts', 'K1'],
  ['hello all', 'none'],
])('puts the class of the phrases first that a text is like: %s', (text, id) => {
  const [first, second] = model(text);

  expect(first?.id).toBe(id);
  expect(first?.score).toBeGreaterThan(second?.score ?? 0);
});

it('says nothing of a text without words', () => {
  expect(model('!')).toEqual([]);
});

it('is trained alike twice', () => {
  expect(train(phrases)).toEqual({ weights, ...rest });
});
