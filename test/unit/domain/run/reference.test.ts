import { expect, it } from 'vitest';
import { runReference } from '../../../../src/domain/run/reference.ts';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';

it.each([
  [id, id],
  [id.toUpperCase(), id],
  ['099a8057', '099a8057'],
  ['099A8057', '099a8057'],
  // One digit too few or too many, of another alphabet, or with something beside it.
  ...['99a8057', '1099a8057', '099a805g', '', ' 099a8057', '099a8057 ', `x${id}`, `${id}0`].map((word) => [
    word,
    undefined,
  ]),
  ...['01890a5d-ac96-774b-bcce-b302099a805', '01890a5dac96774bbcceb302099a8057'].map((word) => [
    word,
    undefined,
  ]),
  ['01890a5d-ac96-bcce-b302099a8057', undefined],
  ['g1890a5d-ac96-774b-bcce-b302099a8057', undefined],
  ['01890a5d-ac96-774g-bcce-b302099a8057', undefined],
])('of a run: %s', (word, expected) => {
  expect(runReference(word ?? '')).toBe(expected);
});
