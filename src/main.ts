#!/usr/bin/env node
import { parseArgs } from 'node:util';
import closeWithGrace from 'close-with-grace';
import { present } from './domain/kernel/present.ts';
import { redactText } from './domain/kernel/redact.ts';
import { newSigningKey } from './domain/kernel/signing.ts';
import type { ProcessRole } from './domain/settings/process-env.ts';
import { bringSchemaUpToDate } from './main/database.ts';
import { type RunningProcess, startProcess } from './main/process.ts';
import { packageVersion } from './main/shared.ts';
import { collectEarly } from './platform/process/heap.ts';
import { createLogger } from './platform/process/logger.ts';
import { createProcessRedaction, secretsOf } from './platform/redact/process-redactor.ts';
import { loadConfigFile, readProcessEnv, readRole, variablesNotRead } from './platform/settings/config.ts';

type Wanted = ProcessRole | 'migration';
const roles: readonly Wanted[] = ['all', 'bot', 'worker', 'scheduler', 'alerts', 'migration'];

const usage = `aetherius-bot [--role all|bot|worker|scheduler|alerts|migration] [--env NAME[,NAME…]] [--config FILE]

  --role     what this process does (AETHERIUS_ROLE; default all); migration brings the schema up to date and ends
  --env      environments a worker serves (AETHERIUS_ENVIRONMENTS; default all)
  --config   configuration file (AETHERIUS_CONFIG; default aetherius.yaml)
  --make-signing-key   prints a new SIGNING_KEY and its public key, and ends
  --version  prints the version, and ends
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      role: { type: 'string' },
      env: { type: 'string', multiple: true },
      config: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
      'make-signing-key': { type: 'boolean' },
    },
  });
  if (values.help === true) {
    process.stdout.write(usage);
    return;
  }
  if (values.version === true) {
    process.stdout.write(`${packageVersion()}\n`);
    return;
  }
  if (values['make-signing-key'] === true) {
    const { privateKey, publicKey } = newSigningKey();
    process.stdout.write(
      `SIGNING_KEY=${privateKey}\npublic key, for signing in the configuration: ${publicKey}\n`,
    );
    return;
  }
  collectEarly();
  // The role decides which variables may be read at all, so it is settled first.
  const role = roleOf(values.role ?? readRole());
  const env = readProcessEnv(role);
  if (role === 'migration') {
    const logger = createLogger({ level: env.LOG_LEVEL, base: { role } });
    await bringSchemaUpToDate({ env, role, logger });
    return;
  }
  const environments =
    values.env?.flatMap((text) => text.split(',')).filter((name) => name !== '') ??
    env.AETHERIUS_ENVIRONMENTS;
  const known = secretsOf(env);
  const { config, fileDigest } = loadConfigFile(values.config ?? env.AETHERIUS_CONFIG, {
    role,
    learn: (secret) => known.learn(secret),
    ...present({ environments }),
  });
  const redaction = createProcessRedaction({ env, known, settings: config.redaction });
  const { redactor } = redaction;
  say = (text) => redactor.text(text);
  const logger = createLogger({ level: env.LOG_LEVEL, base: { role }, redactor });
  let running: RunningProcess | undefined;
  // An unhandled rejection leaves the process in an unknown state: the supervisor starts a new one (trap 4).
  closeWithGrace({ delay: env.SHUTDOWN_GRACE_MS + 1000, logger: false }, async ({ signal, err }) => {
    if (err !== undefined) logger.error({ err }, 'the process ends after an error');
    else logger.info({ signal }, 'stopping');
    const failed = (await running?.stop(env.SHUTDOWN_GRACE_MS)) ?? [];
    if (failed.length > 0) throw new Error(`did not stop: ${failed.join(', ')}`);
  });
  running = await startProcess({
    role,
    env,
    config,
    fileDigest,
    ignored: variablesNotRead(role),
    logger,
    redaction,
    ...present({ environments }),
  });
}

/** What is said on standard error; until the settings are read, their secrets are not known. */
let say = redactText;

function roleOf(text: string): Wanted {
  const role = roles.find((known) => known === text);
  if (role === undefined) throw new Error(`there is no role "${text}"\n\n${usage}`);
  return role;
}

main().catch((error: unknown) => {
  process.stderr.write(`${say(error instanceof Error ? error.message : String(error))}\n`);
  process.exit(1);
});
