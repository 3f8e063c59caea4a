import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';

const links = 'node_modules/.bin';
const { bin } = JSON.parse(readFileSync('package.json', 'utf8'));

mkdirSync(links, { recursive: true });
for (const [name, entry] of Object.entries(bin)) {
  // The compiler writes files without the x bit.
  chmodSync(entry, 0o755);
  // npm makes these links for packages that it installs, not for the one it stands in; no rights are needed here.
  rmSync(join(links, name), { force: true });
  symlinkSync(relative(links, entry), join(links, name));
}
