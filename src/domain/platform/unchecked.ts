import { present } from '../kernel/present.ts';
import type { PartId } from './part.ts';

/** Something that runs beside the platform, or that a part of it uses, and of which the bot knows nothing. */
export interface Unchecked {
  /** As its runtime names it; of what runs elsewhere its host, or else its product. */
  readonly name: string;
  readonly image?: string;
  readonly ports?: readonly number[];
  /** What it is, where its image, port or scheme tells: "MySQL". */
  readonly product?: string;
  /** Parts that are given its address. */
  readonly usedBy?: readonly PartId[];
  /** The part in whose place those use it that are given no address of that part. */
  readonly insteadOf?: { readonly part: PartId; readonly by: readonly PartId[] };
}

/** What is read of a workload for this. */
export interface Running {
  readonly name: string;
  readonly image: string;
  readonly namespace?: string;
  readonly hosts: readonly string[];
  readonly addresses: readonly {
    readonly host: string;
    readonly port: number;
    readonly targetPort: number;
  }[];
  readonly values: readonly string[];
  readonly files: readonly { readonly values: readonly string[] }[];
}

interface Product {
  readonly name: string;
  /** The part whose work it does. */
  readonly like: PartId;
  /** Last word of an image. */
  readonly images: readonly string[];
  /** Of its URLs. */
  readonly schemes: readonly string[];
  /** A port that nothing else is given, so that the bare number tells. */
  readonly port?: number;
}

/** Products that do the work of a part and are not that part, by the names, schemes and ports of their own documents. */
const products: readonly Product[] = [
  {
    ...{ name: 'MySQL', like: 'postgres', port: 3306 },
    images: ['mysql', 'mysql-server', 'mariadb', 'percona', 'percona-server', 'tidb'],
    schemes: ['mysql', 'mysqlx', 'mariadb'],
  },
  {
    ...{ name: 'SQL Server', like: 'postgres' },
    images: ['mssql', 'mssql-server', 'azure-sql-edge'],
    schemes: ['sqlserver', 'mssql'],
  },
  {
    ...{ name: 'Oracle', like: 'postgres' },
    images: ['oracle-xe', 'oracle-free', 'oracle-database'],
    schemes: ['oracle'],
  },
  {
    ...{ name: 'MongoDB', like: 'postgres', port: 27_017 },
    images: ['mongo', 'mongodb', 'mongodb-community-server'],
    schemes: ['mongodb', 'mongodb+srv'],
  },
  {
    ...{ name: 'CockroachDB', like: 'postgres' },
    images: ['cockroach', 'cockroachdb'],
    schemes: ['cockroachdb', 'cockroach'],
  },
  {
    ...{ name: 'Memcached', like: 'redis', images: ['memcached'], schemes: ['memcached', 'memcache'] },
  },
  {
    ...{ name: 'Valkey', like: 'redis', images: ['valkey'], schemes: ['valkey', 'valkeys'] },
  },
  {
    ...{ name: 'RabbitMQ', like: 'nats', images: ['rabbitmq'], schemes: ['amqp', 'amqps'] },
  },
  {
    ...{ name: 'Kafka', like: 'nats', images: ['kafka', 'cp-kafka', 'redpanda'], schemes: ['kafka'] },
  },
  {
    ...{ name: 'Memgraph', like: 'neo4j', images: ['memgraph', 'memgraph-platform'], schemes: [] },
  },
];

/** `mysql` of `registry.example/library/mysql:8@sha256:…`. */
export const imageName = (image: string): string =>
  (image.split('@')[0] ?? '').split('/').at(-1)?.split(':')[0] ?? '';

const ours = 'aetherius-bot';
const isOurs = ({ name, image }: Running) =>
  name === ours || name.startsWith(`${ours}-`) || imageName(image) === ours;

/** Hosts and ports that a program is given. */
interface Given {
  readonly hosts: ReadonlySet<string>;
  readonly pairs: ReadonlySet<string>;
  /** Values that are one number and nothing else. */
  readonly numbers: ReadonlySet<number>;
  readonly urls: readonly { readonly scheme: string; readonly host: string }[];
}

/** A host stands alone, or where one stands in an address: a word of a text does not count. */
function givenTo({ values, files }: Pick<Running, 'values' | 'files'>): Given {
  const hosts = new Set<string>();
  const pairs = new Set<string>();
  const numbers = new Set<number>();
  const urls: { readonly scheme: string; readonly host: string }[] = [];
  for (const text of [...values, ...files.flatMap((file) => file.values)]) {
    if (/^\d{1,5}$/.test(text.trim())) numbers.add(Number(text));
    for (const [, host = '', port] of text
      .trim()
      .matchAll(/(?:^|[@(]|,\s*|\/\/)([A-Za-z][\w.-]*|\d+(?:\.\d+){3})(?::(\d{1,5}))?(?=$|[/),?])/g)) {
      hosts.add(host);
      if (port !== undefined) pairs.add(`${host}:${port}`);
    }
    for (const [, scheme = '', host = ''] of text
      .trim()
      .matchAll(/([a-z][a-z0-9+]*):\/\/(?:[^\s/@]*@)?(?:tcp\()?([A-Za-z0-9][\w.-]*)/g))
      urls.push({ scheme, host });
  }
  return { hosts, pairs, numbers, urls };
}

const portsOf = ({ addresses }: Running): readonly number[] =>
  [...new Set(addresses.map(({ targetPort }) => targetPort))].toSorted((a, b) => a - b);

const productOf = ({ image }: Running) => products.find(({ images }) => images.includes(imageName(image)));

/** Of a store the name alone tells, which has a usual port; of anything else the port must be there, too. */
function leadsTo(given: Given, one: Running, isStore: boolean): boolean {
  if (one.addresses.some(({ host, port }) => given.pairs.has(`${host}:${port}`))) return true;
  const named = one.hosts.filter((host) => given.hosts.has(host));
  if (named.length === 0) return false;
  return isStore || one.addresses.some(({ host, port }) => named.includes(host) && given.numbers.has(port));
}

export interface Claimed<Workload extends Running> {
  readonly workloads: readonly Workload[];
  /** What each part may be. */
  readonly found: ReadonlyMap<PartId, readonly Workload[]>;
  /** Parts whose addresses a workload is given. */
  readonly pointsAt: (workload: Workload) => ReadonlySet<PartId>;
  readonly dependsOn: (part: PartId) => readonly PartId[];
  /** Of the platform; absent: all that was seen is in one place. */
  readonly namespace?: string;
}

/**
 * What no probe looks at although it runs in the platform's own place, or is used by a part: first what is used. A host that
 * is no workload counts only with the scheme or the port of another product.
 */
export function uncheckedIn<Workload extends Running>(sight: Claimed<Workload>): readonly Unchecked[] {
  const claimed = new Set([...sight.found.values()].flat());
  const users = [...sight.found].flatMap(([part, candidates]) =>
    candidates.length === 1 && candidates[0] !== undefined
      ? [{ part, workload: candidates[0], given: givenTo(candidates[0]) }]
      : [],
  );
  const insteadOf = (product: Product | undefined, by: readonly PartId[]) => {
    if (product === undefined) return undefined;
    const alone = users.filter(
      ({ part, workload }) =>
        by.includes(part) &&
        sight.dependsOn(part).includes(product.like) &&
        !sight.pointsAt(workload).has(product.like),
    );
    return alone.length === 0 ? undefined : { part: product.like, by: alone.map(({ part }) => part) };
  };
  const strangers = sight.workloads.filter((one) => !claimed.has(one) && !isOurs(one));
  const here = strangers.flatMap((one): readonly Unchecked[] => {
    const product = productOf(one);
    const by = users.flatMap(({ part, given }) => (leadsTo(given, one, product !== undefined) ? [part] : []));
    const elsewhere = sight.namespace !== undefined && one.namespace !== sight.namespace;
    if (elsewhere && by.length === 0) return [];
    const ports = portsOf(one);
    return [
      {
        name: one.name,
        ...present({
          image: one.image === '' ? undefined : one.image,
          ports: ports.length === 0 ? undefined : ports,
          product: product?.name,
          usedBy: by.length === 0 ? undefined : by,
          insteadOf: insteadOf(product, by),
        }),
      },
    ];
  });
  const known = new Set(sight.workloads.flatMap(({ hosts, name }) => [name, ...hosts]));
  const outside = new Map<string, { readonly product: Product; readonly by: PartId[] }>();
  for (const { part, given } of users)
    for (const product of products) {
      if (here.some((one) => one.product === product.name && one.usedBy?.includes(part))) continue;
      const name = nameOutside(given, product);
      if (name === undefined || known.has(name)) continue;
      const before = outside.get(name);
      if (before === undefined) outside.set(name, { product, by: [part] });
      else before.by.push(part);
    }
  const there = [...outside].map(
    ([name, { product, by }]): Unchecked => ({
      ...{ name, product: product.name, usedBy: by },
      ...present({
        ports: product.port === undefined ? undefined : [product.port],
        insteadOf: insteadOf(product, by),
      }),
    }),
  );
  const isUsed = ({ usedBy }: Unchecked) => usedBy !== undefined;
  const all = [...here, ...there];
  return [...all.filter(isUsed), ...all.filter((one) => !isUsed(one))];
}

/** The host of a product that a program is given, or the product's name where only its port is given. */
function nameOutside(given: Given, { name, schemes, port }: Product): string | undefined {
  const url = given.urls.find(({ scheme }) => schemes.includes(scheme));
  if (url !== undefined) return url.host;
  const pair = [...given.pairs].find((one) => port !== undefined && one.endsWith(`:${port}`));
  if (pair !== undefined) return pair.replace(/:\d+$/, '');
  return port !== undefined && given.numbers.has(port) ? name : undefined;
}
