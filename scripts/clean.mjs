import { rmSync } from 'node:fs';

// A file that was renamed must not live on in the build.
rmSync('dist', { recursive: true, force: true });
