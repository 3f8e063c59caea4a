/** Generated installations have names that the product cannot know. */

import { expect, it } from 'vitest';
import { everyName } from '../../lab/platform/generated/names.ts';
import { read, repositoryFiles } from './files.ts';

/** Names that occur in a text, as part of a word too. */
const within = (text: string) => {
  const low = text.toLowerCase();
  return everyName().filter((name) => low.includes(name.toLowerCase()));
};

it('no file of src contains a name of the generated installations', () => {
  // The words of the model are those of the phrases that people use; no probe reads them.
  const files = repositoryFiles(/^src\//).filter((file) => file !== 'src/diagnoses/symptom-model.ts');
  expect(files.length).toBeGreaterThan(300);
  expect(everyName().length).toBeGreaterThan(200);

  expect(files.flatMap((file) => within(read(file)).map((name) => `${file}: ${name}`))).toEqual([]);
});

it('would see one', () => {
  expect(within("const workload = 'deployment/Fleetdesk';")).toEqual(['fleetdesk']);
});
