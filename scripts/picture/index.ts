import { join } from 'node:path';
import { withPlayground } from './playground.ts';
import { logScene, scene } from './scene.ts';
import { takePicture } from './take.ts';
import { takeLogPicture } from './take-log.ts';

/** `npm run docs:picture [-- health|log]`: takes the README's pictures, each from a playground of its own, in Chromium. */
const root = join(import.meta.dirname, '../..');
const [which] = process.argv.slice(2);
if (which !== 'log') await withPlayground((url) => takePicture(url, join(root, scene.file)));
if (which !== 'health') await withPlayground((url) => takeLogPicture(url, join(root, logScene.file)));
