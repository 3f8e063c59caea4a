/** The bot's endpoint for the command line, on a port of its own, over a database of a test. */
import { tmpdir } from 'node:os';
import { createRedactor } from '@aetherius/redact';
import { stringify } from 'yaml';
import { type RecordGuard, unanchored } from '../../src/domain/audit/record.ts';
import type { Directory } from '../../src/domain/fix/eligibility.ts';
import { createPolicy } from '../../src/domain/fix/policy.ts';
import type { Person } from '../../src/domain/kernel/person.ts';
import { cliRoutes } from '../../src/main/cli-endpoint.ts';
import type { Signing } from '../../src/main/signing.ts';
import { tokenService } from '../../src/main/use-cases.ts';
import { systemClock, systemIds } from '../../src/platform/process/clock.ts';
import { createHttpServer } from '../../src/platform/process/http-server.ts';
import { parseConfig } from '../../src/platform/settings/config.ts';
import { remediations } from '../../src/remediations/index.ts';
import { aetherius, type CliAnswer } from './cli.ts';
import { silentLogger } from './logger.ts';
import { auditKey, type TestDatabase } from './postgres.ts';

export interface ServedBot {
  readonly url: string;
  /** `aetherius` in a shell of this person's, with a token that was issued to them. */
  as(person: Person): Promise<(...args: readonly string[]) => Promise<CliAnswer>>;
  /** One that was issued to this person. */
  token(person: Person): Promise<string>;
  stop(): Promise<void>;
}

const tokenKey = 'a token key of the tests that is long enough';

export async function serveCommandLine(options: {
  readonly database: TestDatabase;
  /** As the configuration file has it. */
  readonly config: unknown;
  readonly directory: Directory;
  /** Default: no place outside. */
  readonly record?: RecordGuard;
  readonly key?: { readonly id: string; readonly secret: string };
  /** Of a bot that signs its decisions. */
  readonly signing?: Signing;
}): Promise<ServedBot> {
  const { database, directory, key = auditKey } = options;
  const config = parseConfig(stringify(options.config), {
    role: 'bot',
    where: 'test',
    folder: tmpdir(),
    env: {},
  });
  const stopping = new AbortController();
  const redactor = createRedactor();
  const deps = {
    store: database.store({ auditKey: key, signer: options.signing?.signer }),
    trust: options.signing?.trust,
    courier: {
      run: () => Promise.resolve('down' as const),
      execution: () => Promise.resolve('down' as const),
    },
    config,
    policy: createPolicy(config.approvals, remediations),
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
    version: '0.0.0',
    record: options.record ?? unanchored,
    auditKeys: { current: key, all: new Map([[key.id, key.secret]]) },
    signer: options.signing?.signer,
    tokenKeys: [tokenKey],
    redactorOf: () => redactor,
  };
  const routes = cliRoutes(deps, directory, stopping.signal);
  const server = createHttpServer({ host: '127.0.0.1', port: 0, routes, logger: silentLogger });
  await server.start();
  const url = `http://127.0.0.1:${server.port()}`;
  const tokens = tokenService(deps, directory);
  const issued = new Map<string, string>();
  const tokenOf = async (by: Person): Promise<string> => {
    const known = issued.get(by.userId);
    const asked = { by, requestId: systemIds.uuid(), payloadDigest: '' };
    const token = known ?? (await tokens.issue({ ...asked, name: 'test', days: 1 })).text.reveal();
    issued.set(by.userId, token);
    return token;
  };
  return {
    url,
    token: tokenOf,
    async as(by) {
      const token = await tokenOf(by);
      return (...args) => aetherius(args, { AETHERIUS_URL: url, AETHERIUS_TOKEN: token });
    },
    async stop() {
      stopping.abort(new Error('stopping'));
      await server.stop();
    },
  };
}
