import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const stylesheet = createRequire(import.meta.url).resolve('@fontsource/noto-sans-sc/400.css');
/** A letter of DejaVu Sans Mono is 1233 of 2048 units wide; a Chinese character takes the place of two. */
const scale = `${((2 * 1233 * 100) / 2048).toFixed(2)}%`;

/**
 * `virtual:chinese-in-code.css`: the Chinese font once more, as "Chinese in code", scaled so that one character is
 * exactly as wide as two of the code font and columns stay columns. The font files are the same.
 */
export function chineseInCode(): Plugin {
  const name = 'virtual:chinese-in-code.css';
  return {
    name: 'chinese-in-code',
    enforce: 'pre',
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load: (id) =>
      id === `\0${name}`
        ? readFileSync(stylesheet, 'utf8')
            .replaceAll(/font-family: [^;]+;/g, `font-family: 'Chinese in code'; size-adjust: ${scale};`)
            .replaceAll(
              /url\(\.\/([^)]+\.woff2)\)/g,
              (_, file: string) => `url(${join(dirname(stylesheet), file)})`,
            )
            .replaceAll(/,\s*url\([^)]+\.woff\)\s*format\('woff'\)/g, '')
        : null,
  };
}
