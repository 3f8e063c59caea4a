/**
 * What the troubleshooting guide asks for, by id. Written by hand and on purpose not read from the registries: it
 * is what they are measured against.
 */
export interface CatalogueEntry {
  readonly id: string;
  /** Of what is no diagnosis: the title, and the word that its modules and tests begin with. */
  readonly command?: { readonly title: string; readonly word: string };
  readonly causes: readonly string[];
}

/** `of('S1', 'abc')`: a diagnosis with the causes S1.a, S1.b and S1.c. */
const of = (id: string, letters: string): CatalogueEntry => ({
  id,
  causes: [...letters].map((letter) => `${id}.${letter}`),
});

export const catalogue: readonly CatalogueEntry[] = [
  { id: 'H1', command: { title: 'Health of every part', word: 'health' }, causes: [] },
  of('H2', 'abcd'),
  of('S1', 'abcdefghi'),
  of('S2', 'abcd'),
  of('S3', 'abc'),
  of('S4', 'ab'),
  of('S5', 'ab'),
  of('S6', 'ab'),
  of('S7', 'abc'),
  of('D1', 'abcd'),
  of('D2', 'abc'),
  of('D3', 'abcdef'),
  of('D4', 'ab'),
  of('N1', 'abcd'),
  of('P1', 'ab'),
  of('P2', 'ab'),
  of('T1', 'ab'),
  of('K1', 'abcdefghij'),
  of('C1', 'abc'),
  of('M1', 'abcdefghijklmn'),
  { id: 'L1', command: { title: 'Collect logs', word: 'collect' }, causes: [] },
  { id: 'L2', command: { title: 'Analyse logs', word: 'logs' }, causes: [] },
  { id: 'X1', command: { title: 'Report to the maintainers', word: 'report' }, causes: [] },
];

/** Ids of the guide that this version does not answer yet: its grammar does not have their words. */
export const notYet: readonly string[] = [];
