import { join } from 'node:path';
import { withPlayground } from './playground.ts';
import { scene } from './scene.ts';
import { takePicture } from './take.ts';

/** `npm run docs:picture [-- FILE]`: takes the README's picture from a playground of its own, in Chromium. */
const root = join(import.meta.dirname, '../..');
await withPlayground((url) => takePicture(url, process.argv[2] ?? join(root, scene.file)));
