import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';
import { emojiNamed, pictureName } from './emoji-table.ts';

const require = createRequire(import.meta.url);
const pictures = dirname(require.resolve('@twemoji/svg/1f004.svg'));

/** Names that the page itself shows and that people react with. */
const always = [
  'eye',
  'lock',
  'eyes',
  'white_check_mark',
  'x',
  'thumbsup',
  '+1',
  'tada',
  'rocket',
  'fire',
  'warning',
  'wave',
  'smile',
];

function typescriptFiles(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));
}

/** Every emoji name in the sources: `:name:` in texts, or a string that is nothing but a name. */
function namesIn(folder: string): ReadonlySet<string> {
  const names = new Set(always);
  for (const file of typescriptFiles(folder)) {
    for (const [, inText, alone] of readFileSync(file, 'utf8').matchAll(
      /:([a-z0-9_+-]+):|'([a-z0-9_+]+)'/g,
    )) {
      const name = inText ?? alone;
      if (name) names.add(name);
    }
  }
  return names;
}

/**
 * Puts the pictures of the emoji that the bot uses beside the page, as /twemoji/<code>.svg:
 * a bare Debian has no emoji font, and the whole set is 17 MB.
 */
export function twemoji(sources: string): Plugin {
  return {
    name: 'twemoji',
    generateBundle() {
      for (const name of namesIn(sources)) {
        const emoji = emojiNamed(name);
        if (emoji === undefined) continue;
        const file = join(pictures, pictureName(emoji));
        if (!existsSync(file)) continue;
        this.emitFile({
          type: 'asset',
          fileName: `twemoji/${pictureName(emoji)}`,
          source: readFileSync(file),
        });
      }
    },
  };
}
