import { type PartId, partIds } from '../platform/part.ts';
import { factsOf, type Platform } from '../platform/platform.ts';

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Names that are no word of the platform's table, in both languages; what holds another name in it stands first. */
const spokenOf: readonly (readonly [string, PartId])[] = [
  ['(?:knowledge[ -]?graph|graph[ -]?(?:database|db|store))|知识图谱|图数据库|图谱|图库|\\bbolt\\b', 'neo4j'],
  ['collect(?:or|ion)?[ -]?agents?|采集代理|采集器|采集 ?agent', 'collect-agent'],
  [
    'agent[ -]?manag[ae]r|(?<!package |password |window )\\bmanager\\b|管理服务|管理器|代理管理',
    'agent-manager',
  ],
  ['orchestrat\\w+|编排服务|编排器|编排', 'orchestrator-service'],
  ['reasoning(?: ?service)?|推理服务|推理', 'reasoning-service'],
  ['jet ?stream|message[ -]?(?:bus|broker)|消息总线|消息队列', 'nats'],
  ['\\bpostgre(?:s|sql)?(?![a-z])|\\bpg(?:x|bouncer)?\\b|数据库|\\bdata ?base\\b|\\bdb\\b', 'postgres'],
  ['\\bcache\\b|缓存', 'redis'],
];

interface Place {
  readonly part: PartId;
  readonly from: number;
  readonly to: number;
}

/** Every part that a text names, in its order: by id, name, alias, container, port, or a word that people use. */
export function partsIn(text: string, platform: Platform): readonly Place[] {
  const named = partIds.flatMap((part) => {
    if (part === 'runtime') return [];
    const { spoken, aliases, name, port, monitorPort } = factsOf(platform, part);
    const names = [part, ...spoken, ...aliases, ...(name === undefined ? [] : [name.toLowerCase()])].map(
      escaped,
    );
    const ports = [port, monitorPort].filter((one) => one !== undefined).join('|');
    const words = spokenOf.filter(([, of]) => of === part).map(([word]) => word);
    const byPort = ports === '' ? [] : [`(?::|\\bport )(?:${ports})\\b|\\b(?:${ports}) ?端口`];
    return [
      ...matches(
        text,
        [`(?<![a-z\\d])(?:${names.join('|')})(?![a-z\\d])`, ...words, ...byPort].join('|'),
        part,
      ),
    ];
  });
  const ordered = named.sort((a, b) => a.from - b.from || b.to - a.to);
  // `图数据库` is no `数据库`, and `agent-manager` no manager of its own.
  return ordered.filter(
    (one, at) => !ordered.some((other, index) => index !== at && holds(other, one, index < at)),
  );
}

const holds = (other: Place, one: Place, before: boolean): boolean =>
  other.from <= one.from &&
  other.to >= one.to &&
  (other.to - other.from > one.to - one.from || (before && other.part !== one.part));

function* matches(text: string, words: string, part: PartId): Iterable<Place> {
  for (const { index, 0: found } of text.matchAll(new RegExp(words, 'giu')))
    yield { part, from: index, to: index + found.length };
}
