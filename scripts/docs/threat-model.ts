import {
  type DatabaseLogin,
  heldKeys,
  logins,
  ownersFunctions,
  statements,
} from '../../test/support/database-rights.ts';

const titles: Readonly<Record<DatabaseLogin, string>> = {
  bot: 'bot',
  worker: 'worker',
  scheduler: 'scheduler',
  alerts: 'alerts',
  cli: '`doctor`, `audit verify`',
  all: 'one process with all roles',
  owner: 'migration (owner)',
};

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const spaced = (letters: string | undefined): string => [...(letters ?? '–')].join(' ');

/** What the test of all statements finds, as a table. */
function statementsTable(): string {
  return [
    line(['Table or function', ...logins.map((login) => titles[login])]),
    line(['---', ...logins.map(() => '---')]),
    ...Object.entries(statements).map(([table, of]) =>
      line([`\`${table}\``, ...logins.map((login) => spaced(of[login]))]),
    ),
    ...Object.entries(ownersFunctions).map(([name, who]) =>
      line([`\`${name}()\``, ...logins.map((login) => (who.includes(login) ? 'X' : '–'))]),
    ),
  ].join('\n');
}

/** A login that has no power with any of the keys has no column. */
function keysTable(): string {
  const columns = logins.filter((login) => heldKeys.some(({ can }) => can[login] !== undefined));
  return [
    line(['Keys', ...columns.map((login) => titles[login])]),
    line(['---', ...columns.map(() => '---')]),
    ...heldKeys.map(({ keys, can }) =>
      line([
        keys.length === 0
          ? 'no key'
          : keys.map((key) => (/^[A-Z_]+$/.test(key) ? `\`${key}\`` : key)).join(', '),
        ...columns.map((login) => spaced(can[login])),
      ]),
    ),
  ].join('\n');
}

const tables: Readonly<Record<string, () => string>> = { statements: statementsTable, keys: keysTable };
const region = /(<!-- generated: (\w+) -->)[\s\S]*?(<!-- end -->)/g;

/** The threat model with its generated parts as they are now; what stands around them is written by hand. */
export function withStatements(model: string): string {
  const left = new Set(Object.keys(tables));
  const text = model.replaceAll(region, (_whole, open: string, name: string, close: string) => {
    left.delete(name);
    const table = tables[name];
    if (table === undefined) throw new Error(`docs/threat-model.md: there is no table ${name}`);
    return `${open}\n\n${table()}\n\n${close}`;
  });
  if (left.size > 0)
    throw new Error(`docs/threat-model.md: a generated part is missing: ${[...left].join()}`);
  return text;
}
