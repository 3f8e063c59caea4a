import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vite';
import { chineseInCode } from './chinese-in-code.ts';
import { twemoji } from './twemoji.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Every browser that draws this page reads woff2; the older copies would double the files to write. */
const onlyWoff2 = (): Plugin => ({
  name: 'only-woff2',
  enforce: 'pre',
  transform: (code, id) =>
    id.includes('@fontsource') ? code.replace(/,\s*url\([^)]+\.woff\)\s*format\('woff'\)/g, '') : null,
});

export default defineConfig({
  root: here,
  plugins: [
    onlyWoff2(),
    chineseInCode(),
    react(),
    twemoji(fileURLToPath(new URL('../../../src', import.meta.url))),
  ],
  build: {
    outDir: fileURLToPath(new URL('./dist', import.meta.url)),
    emptyOutDir: true,
    // One local page; splitting it would only cost requests.
    chunkSizeWarningLimit: 3000,
    reportCompressedSize: false,
    assetsInlineLimit: 0,
  },
});
