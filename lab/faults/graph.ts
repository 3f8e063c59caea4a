/** Who logs in to Neo4j, and how they can again. */

import type { Lab, Login } from '../types.ts';
import { cypher } from './support.ts';

/** Everyone who logs in to Neo4j: the platform first, then the bot where it has a user of its own. */
export async function graphLogins(lab: Lab): Promise<readonly [Login, ...Login[]]> {
  const { user, password, bot } = (await lab.endpoints()).neo4j;
  return [{ user, password }, ...(bot === undefined ? [] : [bot])];
}

/** Whether Neo4j takes what this login is in the platform that works. */
export const takesLogin = (lab: Lab, login: Login): Promise<boolean> =>
  cypher(lab, 'RETURN 1', login).then(
    () => true,
    () => false,
  );

/** Whoever cannot log in can again, whatever became of user and password; `as`: somebody who can. */
export async function putLoginsBack(lab: Lab, as: Login): Promise<void> {
  for (const login of await graphLogins(lab)) {
    if (await takesLogin(lab, login)) continue;
    const set = `SET PASSWORD '${login.password}' CHANGE NOT REQUIRED`;
    for (const text of [
      `ALTER USER ${login.user} IF EXISTS ${set}`,
      `CREATE USER ${login.user} IF NOT EXISTS ${set}`,
    ])
      await cypher(lab, text, { ...as, database: 'system' });
  }
}
