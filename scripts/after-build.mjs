import { chmodSync, existsSync } from 'node:fs';

// npm links `bin` entries as they are; the compiler writes files without the x bit.
for (const entry of ['dist/main.js', 'dist/cli/main.js']) if (existsSync(entry)) chmodSync(entry, 0o755);
