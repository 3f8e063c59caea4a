import { describe, expect, it } from 'vitest';
import { partIds } from '../../../../src/domain/platform/part.ts';
import { asInGuide, factsOf } from '../../../../src/domain/platform/platform.ts';
import { PlatformSettings } from '../../../../src/domain/settings/platform.ts';

/** What is said about a setting at this path; nothing when it may stand there. */
function said(path: string, value: unknown): readonly string[] {
  const given = path
    .split(' ')
    .toReversed()
    .reduce((inner: unknown, field) => ({ [field]: inner }), value);
  return (PlatformSettings.safeParse(given).error?.issues ?? []).map(({ message }) => message);
}
/** Those among the values that may not stand there. */
const refused = (path: string, values: readonly unknown[]): readonly unknown[] =>
  values.filter((value) => said(path, value).length > 0);

const long = 'a'.repeat(253);

describe('where an installation differs from the guide (R-PLAT25)', () => {
  it.each<[path: string, good: readonly unknown[], bad: readonly unknown[]]>([
    ['parts redis port', [1, 6380, 65_535], [0, 65_536, 1.5, '6380']],
    ['parts nats monitorPort', [1, 65_535], [0, 65_536]],
    [
      'parts redis service',
      ['r', '9', 'redis-0', 'redis.cache', 'a-b.c', long],
      ['', '-redis', 'redis-', '.redis', 'redis.', 'Redis', 'redis_0', 'redis 0', `${long}a`],
    ],
    ['parts redis container', ['cache'], ['Cache', 'a b']],
    ['parts redis composeService', ['cache'], ['Cache', 'a/b']],
    ['parts redis configMap', ['redis-config'], ['redis/config']],
    ['parts agent-manager secret', ['database-credentials'], ['database/credentials']],
    ['secrets nats', ['nats-credentials'], ['NATS']],
    [
      'parts redis workload',
      ['deployment/r', 'statefulset/redis-0', 'daemonset/redis.cache', `deployment/${long}`],
      [
        ...['redis', 'deployment/', 'deployment/-a', 'deployment/a-', 'deployment/a/b', 'pod/a'],
        ...['Deployment/a', 'deployment/A', ' deployment/a', 'deployment/a ', `deployment/${long}a`],
      ],
    ],
    [
      'parts redis aliases',
      [[], ['cache'], ['r', '9-a', 'redis-cache', 'main']],
      [[''], ['-a'], ['Cache'], ['a b'], ['cache', 'a.b'], ['a_b'], 'cache'],
    ],
    [
      'parts redis name',
      ['R', 'Cache (shared)', '缓存', 'x'.repeat(60)],
      ['', 'x'.repeat(61), 'a*b', 'a`b', '<a', 'a>', 'a~', 'a_b', 'a\nb', 'a\u200bb', '*a'],
    ],
    [
      'parts agent-manager configFile',
      ['/', '/a', '/etc/app-1/config_v2.yaml', '/a@b+c=d:e'],
      ['', 'etc', './etc', '/a b', '/a"b', "/a'b", '/a\n', 'x/a', '/a;b'],
    ],
    ['paths health', ['/', '/healthz'], ['healthz', '/a?b', 'http://a/']],
    ['files models', ['/app/models'], ['models']],
    [
      'keys event.workers',
      ['workers', 'event.workers', 'a.b-c.d_e', 'A1'],
      ['', '.a', 'a.', 'a..b', '1a', 'a.1', 'a b', 'a=b', 'a.b!', '!a.b'],
    ],
    ['variables prefix', ['', 'APP_', 'A1_'], ['app_', 'A-', 'A B', 'xA', 'Ax']],
    ['variables token', ['TOKEN'], ['token']],
    ['cache agents', ['a', 'agents:', 'v1.agent-x_y:'], ['', 'agents/', 'a*', '*a', 'a b']],
    ['tables agents', ['agents', '_a1', 'a'], ['', '1a', 'Agents', 'a-b', 'a.b', 'a;', ';a']],
    [
      'subjects events',
      ['events', 'a.b', 'a.*', 'a.*.c', 'a.b.>', 'a.{id}.b', 'é'],
      ['', '.a', 'a.', 'a..b', '*', '*.a', '>', 'a.>.b', 'a b', "a'b", 'a"b', 'a.b*', 'a>'],
    ],
    ['streams events', ['E', 'EVENTS-1_a'], ['', 'a.b', 'a b', '>a']],
  ])('%s', (path, good, bad) => {
    expect(refused(path, good)).toEqual([]);
    expect(refused(path, bad)).toEqual(bad);
  });

  it.each([
    ['parts redis service', '-', 'must be the name of an object: a-z, 0-9, dots and dashes'],
    ['parts agent-manager configFile', 'a', 'must be a path that begins with /, without blanks and quotes'],
    ['parts redis workload', 'a', 'must be deployment/NAME, statefulset/NAME or daemonset/NAME'],
    ['parts redis aliases', ['A'], 'must be lower-case letters, digits and dashes'],
    ['parts redis name', '*', 'must be plain text of one line, without marks of formatting'],
    ['keys event.workers', '.', 'must be a dotted key such as section.name'],
    ['variables prefix', 'a', 'must be the name of a variable, or its beginning: A-Z, 0-9 and _'],
    ['cache agents', '/', 'must be a prefix of keys: letters, digits, and : . _ -'],
    ['tables agents', '-', 'must be the name of a table: a-z, 0-9 and _'],
    ['subjects events', '.', 'must be a subject of NATS: tokens between dots, * for one token, > at the end'],
    ['streams events', '.', 'must be the name of a stream: letters, digits, _ and -'],
  ])('says what must stand at %s', (path, value, message) => {
    expect(said(path, value)).toEqual([message]);
  });

  it('is as in the guide where nothing is said, in a group or at all', () => {
    expect(PlatformSettings.parse({})).toEqual(asInGuide);
    expect(
      PlatformSettings.parse({
        ...{ parts: { redis: {} }, keys: {}, variables: {}, paths: {}, files: {}, secrets: {} },
        ...{ subjects: {}, streams: {}, tables: {}, cache: {} },
      }),
    ).toEqual(asInGuide);
  });

  it('changes a part in the fields that the guide gives it, and in no other', () => {
    for (const part of partIds) {
      const has = factsOf(asInGuide, part);
      const values = {
        ...{ port: 1234, monitorPort: 1234, workload: 'deployment/x', service: 'x', composeService: 'x' },
        ...{ container: 'x', configMap: 'x', configFile: '/x', secret: 'x' },
      };
      const may = Object.entries(values).filter(([field, value]) => {
        return said(`parts ${part} ${field}`, value).length === 0;
      });
      expect([part, may.map(([field]) => field).toSorted()]).toEqual([
        part,
        Object.keys(values)
          .filter((field) => field in has)
          .toSorted(),
      ]);
    }
    expect(said('parts runtime aliases', ['x'])).toHaveLength(1);
    expect(said('parts runtime name', 'Cluster')).toEqual([]);
  });

  it('knows no part, group or field but those of the guide', () => {
    for (const path of ['parts mongo', 'parts redis host', 'keys event.size', 'tables x', 'queue', 'cache x'])
      expect([path, said(path, 'x').length]).toEqual([path, 1]);
  });

  it('lets a name belong to one part, and says which two would have it', () => {
    const { error } = PlatformSettings.safeParse({ parts: { nats: { service: 'redis' } } });

    expect(error?.issues).toMatchObject([
      {
        path: ['parts', 'nats'],
        message: '"redis" names redis and nats: a name may belong to one part only',
      },
    ]);
  });

  it('tells in the reference what is usual', () => {
    const redis = PlatformSettings.in.shape.parts.unwrap().shape.redis as unknown as {
      unwrap(): { shape: Record<string, { meta(): { description?: string } }> };
    };
    const { shape } = redis.unwrap();

    expect(shape.port?.meta().description).toBe('Port on which it listens; usual: `6379`.');
    expect(shape.workload?.meta().description).toBe(
      'Workload on Kubernetes, as `kubectl` names it; usual: `statefulset/redis`.',
    );
    expect(shape.configFile).toBeUndefined();
  });
});
