import { existsSync, readdirSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const dist = `${here}dist`;

function newest(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((name) => statSync(`${folder}/${name}`).mtimeMs));
}

/** True when the built page is not older than what it is built from. */
export function pageIsFresh(): boolean {
  const built = `${dist}/index.html`;
  if (!existsSync(built)) return false;
  const sources = ['index.html', 'vite.config.ts', 'chinese-in-code.ts', 'twemoji.ts', 'emoji-table.ts'].map(
    (name) => statSync(`${here}${name}`).mtimeMs,
  );
  // The bot's texts name the emoji whose pictures lie beside the page.
  const texts = ['text', 'bot'].map((folder) =>
    newest(fileURLToPath(new URL(`../../../src/${folder}`, import.meta.url))),
  );
  return statSync(built).mtimeMs >= Math.max(newest(`${here}src`), ...texts, ...sources);
}

/**
 * The folder with the built web page, for `startSlackEmulator({ staticDir })`.
 * Builds it (about two seconds) when it is missing or older than its sources.
 */
export async function builtPage(): Promise<string> {
  if (pageIsFresh()) return dist;
  const { build } = await import('vite');
  await build({ configFile: `${here}vite.config.ts`, logLevel: 'error' });
  return dist;
}
