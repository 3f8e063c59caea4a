/** How often the users of Neo4j were changed, by its own count. */

import neo4j from 'neo4j-driver';
import { graphLogins } from '../../lab/faults/graph.ts';
import type { Lab } from '../../lab/types.ts';

/**
 * The number of the last transaction in the database of users. The Community edition shows it nowhere but in the bookmark of
 * a session: a list of the database's id (16 bytes) and that number, as Bolt packs them.
 */
export async function changesOfUsers(lab: Lab): Promise<number> {
  // The last login is the bot's: a fix that sets the platform's password shuts the lab out with it.
  const login = (await graphLogins(lab)).at(-1);
  const auth = neo4j.auth.basic(login?.user ?? '', login?.password ?? '');
  const driver = neo4j.driver((await lab.endpoints()).neo4j.url, auth);
  const session = driver.session({ database: 'system', defaultAccessMode: 'READ' });
  try {
    await session.run('SHOW USERS');
    return numberIn(session.lastBookmarks()[0] ?? '');
  } finally {
    await session.close();
    await driver.close();
  }
}

/** A list of one, the 16 bytes of an id, and then the number. */
const prefix = 0x91cc10;
const numberAt = 3 + 16;
/** Bytes of a packed number by what stands before it; a small one stands alone. */
const sizes: Readonly<Record<number, number>> = { 0xc9: 2, 0xca: 4 };

/** The number in a bookmark; throws for one of another form. */
export function numberIn(bookmark: string): number {
  const bytes = Buffer.from(bookmark.replace(/^FB:/, ''), 'base64');
  const first = bytes[numberAt];
  if (first === undefined || bytes.readUIntBE(0, 3) !== prefix)
    throw new Error(`no such bookmark: ${bookmark}`);
  if (first < 0x80) return first;
  const size = sizes[first];
  if (size === undefined) throw new Error(`no such number in a bookmark: ${bookmark}`);
  return bytes.readIntBE(numberAt + 1, size);
}
