import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ErrorSource,
  errorTables,
  listedStage,
  redisStage,
} from '../../src/domain/kernel/driver-errors.ts';
import { type Stage, stages, TargetError } from '../../src/domain/kernel/errors.ts';
import type { FindingCode } from '../../src/domain/probe/findings.ts';
import type { TargetName } from '../../src/domain/probe/targets/targets.ts';
import { createNatsTarget } from '../../src/platform/targets/stores/nats.ts';
import { createPostgresTarget } from '../../src/platform/targets/stores/postgres.ts';
import { createRedisTarget } from '../../src/platform/targets/stores/redis.ts';
import { SharedConnections } from '../../src/platform/targets/stores/shared-connection.ts';
import { probes } from '../../src/probes/index.ts';
import { endpointCodes } from '../../src/probes/support.ts';
import { wordsIn } from '../../src/text/words.ts';
import {
  natsErrors,
  neo4jCodes,
  nodeCodes,
  redisReplies,
  sqlStates,
  statusReasons,
} from '../support/driver-errors.ts';
import { codesIn, context, fakeTargets, settle } from '../support/probe-doubles.ts';

/** What may be said of those that were once said wrongly, or that most depends on; by hand, not from the table. */
const expected: readonly (readonly [ErrorSource, string, Stage])[] = [
  ['redis', 'BUSY', 'busy'],
  ['redis', 'MISCONF', 'read-only'],
  ['redis', 'READONLY', 'read-only'],
  ['redis', 'NOREPLICAS', 'read-only'],
  ['redis', 'LOADING', 'starting'],
  ['redis', 'MASTERDOWN', 'fault'],
  ['redis', 'CLUSTERDOWN', 'fault'],
  ['redis', 'OOM', 'full'],
  ['redis', 'NOAUTH', 'auth'],
  ['redis', 'WRONGPASS', 'auth'],
  ['redis', 'NOPERM', 'forbidden'],
  ['redis', 'DENIED', 'not-admitted'],
  ['postgres', '28P01', 'auth'],
  ['postgres', '28000', 'not-admitted'],
  ['postgres', '42501', 'forbidden'],
  ['postgres', '53300', 'limit'],
  ['postgres', '53100', 'full'],
  ['postgres', '53200', 'full'],
  ['postgres', '57P03', 'starting'],
  ['postgres', '25006', 'read-only'],
  ['postgres', '08P01', 'unknown-error'],
  ['postgres', '58030', 'fault'],
  ['pg', 'The server does not support SSL connections', 'tls'],
  ['neo4j', 'Neo.ClientError.Security.Unauthorized', 'auth'],
  ['neo4j', 'Neo.ClientError.Security.Forbidden', 'forbidden'],
  ['neo4j', 'Neo.ClientError.Cluster.NotALeader', 'read-only'],
  ['neo4j', 'Neo.TransientError.General.DatabaseUnavailable', 'fault'],
  ['neo4j', 'Neo.TransientError.General.OutOfMemoryError', 'full'],
  ['neo4j', 'Neo.TransientError.Request.NoThreadsAvailable', 'limit'],
  ['kubernetes', 'TooManyRequests', 'limit'],
  ['kubernetes', 'ServiceUnavailable', 'fault'],
  ['node', 'CERT_HAS_EXPIRED', 'tls'],
  ['node', 'INVALID_PURPOSE', 'tls'],
  ['node', 'ECONNREFUSED', 'refused'],
];

/** Of the documented lists: how the adapter classes it, and the target that it comes from. */
const documented: readonly { target: TargetName; code: string; stage: Stage }[] = [
  ...sqlStates.map((code) => ({ target: 'postgres' as const, code, stage: listedStage('postgres', code) })),
  ...redisReplies.map((code) => ({ target: 'redis' as const, code, stage: redisStage(code) })),
  ...natsErrors.map((code) => ({
    target: 'nats' as const,
    code,
    stage: listedStage('nats', code.toLowerCase()),
  })),
  ...neo4jCodes.map((code) => ({ target: 'neo4j' as const, code, stage: listedStage('neo4j', code) })),
  ...statusReasons.map((code) => ({
    target: 'kubernetes' as const,
    code,
    stage: listedStage('kubernetes', code),
  })),
  ...(['postgres', 'redis', 'nats', 'neo4j', 'kubernetes', 'services', 'compose'] as const).flatMap(
    (target) => nodeCodes.map((code) => ({ target, code, stage: listedStage('node', code) })),
  ),
].map(({ stage, ...rest }) => ({ ...rest, stage: stage ?? ('unlisted' as Stage) }));

const findingOf: Readonly<Partial<Record<Stage, FindingCode>>> = {
  refused: 'ENDPOINT_REFUSED',
  'no-answer': 'ENDPOINT_HUNG',
  closed: 'ENDPOINT_CLOSED',
  limit: 'ENDPOINT_AT_LIMIT',
  starting: 'ENDPOINT_STARTING',
  busy: 'ENDPOINT_BUSY',
  'read-only': 'ENDPOINT_READ_ONLY',
  full: 'ENDPOINT_FULL',
  fault: 'ENDPOINT_FAULT',
};

describe('the table of errors', () => {
  it('names its source, and classes nothing by a stage that there is not', () => {
    for (const table of Object.values(errorTables)) {
      expect(table.source).toMatch(/\S{4}/);
      for (const stage of [...Object.values(table.codes), ...Object.values(table.classes)])
        expect(stages).toContain(stage);
    }
  });

  it.each(expected)('%s %s is %s', (source, code, stage) => {
    expect(source === 'redis' ? redisStage(`${code} it says`) : listedStage(source, code)).toBe(stage);
  });

  it('has every error that the servers and drivers document', () => {
    expect(documented.filter(({ stage }) => !stages.includes(stage)).map(({ code }) => code)).toEqual([]);
  });

  it('makes a limit of nothing but connections and requests', () => {
    const limits = documented.filter(({ stage }) => stage === 'limit').map(({ code }) => code);

    expect(limits.toSorted()).toEqual([
      '53300',
      'ERR max number of clients + cluster connections reached',
      'ERR max number of clients reached',
      'Neo.TransientError.Request.NoThreadsAvailable',
      'Neo.TransientError.Transaction.MaximumTransactionLimitReached',
      'TooManyRequests',
      'maximum account active connections exceeded',
      'maximum connections exceeded',
      'maximum subscriptions exceeded',
    ]);
  });

  it('knows none that no list has', () => {
    expect(listedStage('postgres', 'ZZ123')).toBeUndefined();
    expect(redisStage('FROBNICATED by a module')).toBe('unknown-error');
    expect(listedStage('nats', 'something new')).toBeUndefined();
    expect(listedStage('neo4j', 'Neo.Other.Thing')).toBeUndefined();
    expect(listedStage('kubernetes', 'Tired')).toBeUndefined();
    expect(listedStage('node', 'ENEW')).toBeUndefined();
  });
});

const about = (target: TargetName) => probes.filter(({ needs }) => needs.includes(target));
const said = 'the server’s own words';

describe.each([...new Set(documented.map(({ target }) => target))].map((target) => ({ target })))(
  'what $target may answer, through each probe that asks it',
  ({ target }) => {
    const own = documented.filter((one) => one.target === target);

    it.each(about(target).map((probe) => ({ id: probe.id, probe })))(
      '$id says no more than the class does',
      async ({ probe }) => {
        for (const { code, stage } of own) {
          const failing = (method: string) =>
            method.startsWith(`${target}.`)
              ? Promise.reject(
                  new TargetError(stage, 'planted', {
                    facts: {
                      host: 'h',
                      port: 1,
                      detail: said,
                      ...(target === 'postgres' ? { sqlstate: code } : {}),
                    },
                  }),
                )
              : Promise.resolve([]);
          const result = await settle(probe, context(fakeTargets(failing, [])));
          const endpoints = codesIn(result).filter((finding) =>
            (endpointCodes as readonly string[]).includes(finding.code),
          );

          for (const finding of endpoints) {
            expect([code, finding.code]).toEqual([code, findingOf[stage]]);
            expect(finding.facts.detail).toBe(said);
          }
          expect(codesIn(result).filter((finding) => !probe.emits.includes(finding.code))).toEqual([]);
          if (findingOf[stage] === undefined) expect([code, endpoints]).toEqual([code, []]);
        }
      },
    );
  },
);

describe('the words of the classes', () => {
  const quoting = [
    'not-admitted',
    'starting',
    'busy',
    'read-only',
    'full',
    'fault',
    'rejected',
    'unknown-error',
  ];

  it.each(quoting)('%s is said with the server’s own words, in both languages', (stage) => {
    for (const language of ['en', 'zh-CN'] as const) {
      const words = wordsIn(language);
      const code = findingOf[stage as Stage];
      const facts = { detail: said, part: 'Redis', subject: 'h:1' };
      const texts = [
        words.lookupPlain(`cause.${stage}`, facts),
        words.lookupPlain(`health.fact.blind-${stage}`, facts),
        ...(code === undefined
          ? []
          : [words.lookupPlain(`finding.${code}`, facts), words.lookupPlain(`health.fact.${code}`, facts)]),
      ];
      for (const text of texts) expect(text).toContain(said);
    }
  });

  it('speaks of credentials only where they were refused, and of a limit only where one is reached', () => {
    const words = wordsIn('en');
    for (const stage of stages) {
      const text = [`cause.${stage}`, `health.fact.blind-${stage}`]
        .map((key) => words.lookupPlain(key))
        .join(' ');
      expect([stage, /credentials/.test(text)]).toEqual([stage, stage === 'auth']);
      expect([stage, /limit/.test(text)]).toEqual([stage, stage === 'limit']);
    }
  });
});

/** Real drivers before a server that only ever says one thing. */
describe('through the real driver', () => {
  const servers: Server[] = [];
  const books: SharedConnections[] = [];
  const sockets = new Set<Socket>();
  afterEach(async () => {
    await Promise.all(books.splice(0).map((book) => book.closeAll()));
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
  });
  const listen = (talk: (socket: Socket) => void): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer((socket) => {
        sockets.add(socket);
        socket.on('error', () => undefined);
        talk(socket);
      });
      servers.push(server);
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  const book = () => {
    const made = new SharedConnections();
    books.push(made);
    return made;
  };
  const failed = async (call: Promise<unknown>): Promise<readonly [string, string]> => {
    const error: unknown = await call.then(
      () => 'answered',
      (cause: unknown) => cause,
    );
    return error instanceof TargetError
      ? [error.stage, String(error.facts.detail ?? '')]
      : [String(error), ''];
  };

  it.each(redisReplies.filter((reply) => !/^(?:NOAUTH|ERR unknown|ERR syntax|NOPROTO)/.test(reply)))(
    'Redis: %s',
    async (reply) => {
      // One answer for each command of what came.
      const port = await listen((socket) =>
        socket.on('data', (sent) => {
          const commands = String(sent).match(/^\*\d/gm)?.length ?? 0;
          socket.write(`-${reply}\r\n`.repeat(commands));
        }),
      );
      const redis = createRedisTarget({ kind: 'single', host: '127.0.0.1', port }, book());
      const [stage, detail] = await failed(redis.call('PING'));

      expect(stage).toBe(redisStage(reply));
      expect(reply.startsWith(detail.replace(/…$/, ''))).toBe(true);
    },
  );

  it.each([
    '28000',
    '28P01',
    '53100',
    '53200',
    '53300',
    '57P03',
    '58030',
    '08P01',
    'XX000',
    'ZZ123',
    '3D000',
  ])('PostgreSQL: %s', async (code) => {
    const fields = ['SFATAL', 'VFATAL', `C${code}`, `M${said}`].map((field) => `${field}\0`).join('');
    const body = Buffer.from(`${fields}\0`);
    const head = Buffer.alloc(5);
    head.write('E');
    head.writeInt32BE(body.length + 4, 1);
    const port = await listen((socket) => socket.once('data', () => socket.end(Buffer.concat([head, body]))));
    const postgres = createPostgresTarget(
      { url: `postgres://a:b@127.0.0.1:${port}/x`, databases: { agentManager: 'x' } },
      book(),
    );

    expect(await failed(postgres.query('agentManager', 'SELECT 1'))).toEqual([
      listedStage('postgres', code) ?? 'unknown-error',
      said,
    ]);
  });

  it('PostgreSQL without TLS, asked with it, refuses no credentials', async () => {
    const port = await listen((socket) => socket.once('data', () => socket.write('N')));
    const postgres = createPostgresTarget(
      { url: `postgres://a:b@127.0.0.1:${port}/x`, databases: { agentManager: 'x' }, tls: {} },
      book(),
    );

    expect((await failed(postgres.query('agentManager', 'SELECT 1')))[0]).toBe('tls');
  });

  it.each([
    'maximum connections exceeded',
    'Authorization Violation',
    'User Authentication Expired',
    'Odd News',
  ])('NATS: %s', async (words) => {
    const info = JSON.stringify({
      server_id: 'S',
      version: '2.10.0',
      proto: 1,
      max_payload: 1024,
      headers: true,
    });
    const port = await listen((socket) => {
      socket.write(`INFO ${info}\r\n`);
      socket.once('data', () => socket.end(`-ERR '${words}'\r\n`));
    });
    const nats = createNatsTarget({ host: '127.0.0.1', port }, book());

    expect((await failed(nats.connect()))[0]).toBe(
      listedStage('nats', words.toLowerCase()) ?? 'unknown-error',
    );
  });

  it.each(natsErrors)('NATS: a server that said “%s” has not closed before it answered', (words) => {
    expect(listedStage('nats', words.toLowerCase())).not.toBe('closed');
  });

  it.each([
    ['breaks off', (socket: Socket) => void socket.destroy()],
    ['hangs up', (socket: Socket) => void socket.end()],
  ])('NATS: what takes a connection and %s has not refused it', async (_how, behave) => {
    const port = await listen(behave);

    const [stage] = await failed(createNatsTarget({ host: '127.0.0.1', port }, book()).connect());

    expect(stage).toBe('closed');
  });
});
