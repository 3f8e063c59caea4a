import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';

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

/** The file that a name of our own packages means in what was built: `@aetherius/redact/secretlint`. */
function builtFileOf(name) {
  const [, one, entry = 'index'] = /^@aetherius\/([a-z-]+)(?:\/([a-z-]+))?$/.exec(name) ?? [];
  const file = join('dist/packages', one ?? '', 'src', `${entry}.js`);
  if (!existsSync(file)) throw new Error(`${name} is not built: packages/tsconfig.build.json names what is`);
  return file;
}

// The product carries our own packages with it, so that an installation asks no registry for them.
for (const one of readdirSync('dist', { recursive: true, withFileTypes: true })) {
  if (!one.isFile() || !one.name.endsWith('.js')) continue;
  const file = join(one.parentPath, one.name);
  const text = readFileSync(file, 'utf8');
  const bound = text.replaceAll(
    /(?<=\bfrom |\bimport\(|^import )'(@aetherius\/[^']+)'/gm,
    (_all, name) => `'${relative(dirname(file), builtFileOf(name)).replace(/^(?!\.)/, './')}'`,
  );
  if (bound !== text) writeFileSync(file, bound);
}
