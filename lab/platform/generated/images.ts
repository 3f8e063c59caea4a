/** Images of a generated installation: the guide's programs, each with the profile of this installation beside it. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ImageRecipe, type ImageSources, imageRecipes } from '../images.ts';
import { imageOf } from '../platform.ts';
import { type Installation, rowOf } from './installation.ts';
import { profileOf, programParts } from './settings.ts';

const storeImage = /\/(postgres|redis|nats|neo4j):/;

/** `folder` is where the profiles are written. */
export const generatedRecipes =
  (one: Installation, folder: string) =>
  (from: ImageSources): readonly ImageRecipe[] => {
    const all = imageRecipes(from);
    mkdirSync(folder, { recursive: true });
    const programs = programParts.flatMap((part): ImageRecipe[] => {
      const recipe = all.find((other) => other.name === imageOf(part, 'tools'));
      if (one.parts[part] === undefined || recipe === undefined) return [];
      const file = join(folder, `${part}.json`);
      writeFileSync(file, JSON.stringify(profileOf(one, part)));
      return [
        {
          ...recipe,
          name: rowOf(one, part).image,
          add: [...recipe.add, [file, '/app/profile.json']],
        },
      ];
    });
    return [...all.filter((recipe) => storeImage.test(recipe.name)), ...programs];
  };
