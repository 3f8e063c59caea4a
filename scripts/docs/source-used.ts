import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface Module {
  readonly text: string;
  /** Text of what stands at its top, by its name. */
  readonly declared: ReadonlyMap<string, string>;
  /** Where a name comes from that it imports from beside it. */
  readonly imported: ReadonlyMap<string, string>;
}

const beginning = /^(?:export )?(?:declare )?(?:async )?(?:const|function|class|interface|type|enum) (\w+)/gm;
const importing = /^import (?:type )?\{([^}]*)\} from '(\.[^']+)';/gm;
const identifier = /[A-Za-z_$][\w$]*/g;

const modules = new Map<string, Module>();

function read(path: string): Module {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const text = readFileSync(path, 'utf8');
  const begins = [...text.matchAll(beginning)];
  const found: Module = {
    text,
    declared: new Map(
      begins.map(({ 1: name = '', index }, at) => [name, text.slice(index, begins[at + 1]?.index)]),
    ),
    imported: new Map(
      [...text.matchAll(importing)].flatMap(([, names = '', from = '']) =>
        names.split(',').flatMap((one) => {
          const name = one.trim().replace(/^type /, '');
          return name === '' || name.includes(' as ') ? [] : [[name, join(dirname(path), from)] as const];
        }),
      ),
    ),
  };
  modules.set(path, found);
  return found;
}

/**
 * The text of a module, and of all below `folder` that it uses, declaration by declaration: what another fix uses of the
 * same helper is not among it.
 */
export function sourceUsed(path: string, folder: string): string {
  const seen = new Set<string>();
  const take = (from: string, text: string): string => {
    const { declared, imported } = read(from);
    const used = new Set(text.match(identifier));
    const parts = [...used].flatMap((name) => {
      const elsewhere = imported.get(name);
      const at = elsewhere ?? from;
      const declaration =
        elsewhere === undefined
          ? declared.get(name)
          : elsewhere.startsWith(folder)
            ? read(elsewhere).declared.get(name)
            : undefined;
      const key = `${at}#${name}`;
      if (declaration === undefined || seen.has(key)) return [];
      seen.add(key);
      return [take(at, declaration)];
    });
    return [text, ...parts].join('\n');
  };
  return take(path, read(path).text);
}
