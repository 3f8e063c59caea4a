import { randomUUID } from 'node:crypto';
import type { Redactor } from '@aetherius/redact';
import type { Clock, Logger } from '../domain/kernel/clock.ts';
import { AppError } from '../domain/kernel/errors.ts';
import type { Person } from '../domain/kernel/person.ts';
import { present } from '../domain/kernel/present.ts';
import { visible, visibleInJson } from '../domain/kernel/text.ts';
import type { HttpReply, HttpRequest, HttpRoute } from '../domain/ports/http.ts';
import type { Config } from '../domain/settings/config.ts';
import type { Services } from '../services/contract.ts';
import type { TokenCheck } from '../services/token/contract.ts';
import { wordsIn } from '../text/words.ts';
import { wantsJson } from './argv.ts';
import { type ExitCode, exitCodes, type ServedContext } from './context.ts';
import { explainFault, faultJson, UsageFault } from './faults.ts';
import { guardServices, type PersonGate } from './guarded.ts';
import { commandNamed, createProgram, type Run, runProgram } from './program.ts';
import { type ServedAnswer, ServedRequest, servedPath } from './remote.ts';
import { unmarked } from './screen.ts';
import { createGuard } from './wiring-guard.ts';

export interface ServedDeps {
  readonly tokens: TokenCheck;
  readonly services: Services;
  readonly gateFor: (person: Person) => PersonGate;
  readonly config: Config;
  /** Ids of the remediations that exist. */
  readonly remediations: readonly string[];
  readonly redactor: () => Redactor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly version: string;
  /** Ends what is being answered. */
  readonly signal: AbortSignal;
}

const maxBodyBytes = 65_536;
/** Longer than a fix is waited for. */
const answerWithinMs = 90_000;

/** Where the command line asks the bot (ADR 0023): a token, then the same commands, for its owner only. */
export function servedRoute(deps: ServedDeps): HttpRoute {
  return {
    method: 'POST',
    path: servedPath,
    maxBodyBytes,
    answerWithinMs,
    async handle(request) {
      const call = callIn(request);
      let person: Person;
      try {
        person = await deps.tokens.check({
          token: bearer(request),
          command: call === undefined ? '' : commandNamed(call.argv),
          requestId: `cli:${randomUUID()}`,
        });
      } catch (error) {
        return refused(error);
      }
      // Of a question without a right token nothing is said, not even that it has no shape.
      if (call === undefined) return { status: 400, body: { reason: 'command-shape' } };
      const { argv, language } = call;
      return { status: 200, body: await serve(deps, { argv, language, person }) };
    },
  };
}

function callIn(request: HttpRequest): ReturnType<typeof ServedRequest.parse> | undefined {
  try {
    return ServedRequest.parse(JSON.parse(request.body.toString('utf8')));
  } catch {
    return undefined;
  }
}

/** The token of a question; empty when it is missing or malformed: both count as a wrong token. */
export const bearer = (request: HttpRequest): string =>
  /^Bearer (\S{1,200})$/.exec(request.header('authorization') ?? '')?.[1] ?? '';

/** The reply to a refused request. Any other error is thrown again. */
export function refused(error: unknown): HttpReply {
  if (error instanceof AppError && error.code === 'NOT_FOUND')
    return { status: 404, body: { reason: error.facts.reason, facts: {} } };
  if (!(error instanceof AppError) || error.code !== 'NOT_ALLOWED') throw error;
  const { reason, ...facts } = error.facts;
  const status = reason === 'token-too-often' ? 429 : String(reason).startsWith('token-') ? 401 : 403;
  return { status, body: { reason, facts } };
}

async function serve(
  deps: ServedDeps,
  {
    argv,
    language,
    person,
  }: { readonly argv: readonly string[]; readonly language: 'en' | 'zh-CN'; readonly person: Person },
): Promise<ServedAnswer> {
  const { config, clock, signal } = deps;
  const [out, err]: [string[], string[]] = [[], []];
  const words = wordsIn(language);
  const guard = createGuard(
    {
      out: (text) => void out.push(text),
      err: (text) => void err.push(visible(text)),
      signal,
      version: deps.version,
      locale: language,
    },
    words,
  );
  guard.use(deps.redactor());
  const gate = deps.gateFor(person);
  const { channels, defaultEnvironment } = config.slack;
  const [only, ...others] = Object.keys(config.environments);
  const services = guardServices(
    deps.services,
    gate,
    (channel) =>
      channels[channel]?.environment ?? defaultEnvironment ?? (others.length === 0 ? only : undefined),
  );
  let exit: ExitCode = exitCodes.ok;
  let asks: ServedAnswer['asks'];
  const run: Run = {
    // With whose credentials? A shell has its own, the bot lends no credentials.
    here: () => Promise.reject(new UsageFault('cli.fault.not-here')),
    async asPerson({ output }, command) {
      const context: ServedContext = {
        words,
        output,
        signal,
        out(text) {
          const safe = guard.answer(text, output);
          out.push(`${output === 'json' ? visibleInJson(safe) : unmarked(visible(safe))}\n`);
        },
        err: (text) => guard.shell.err(`${text}\n`),
        now: () => clock.now(),
        sleep: (ms) => clock.sleep(ms, signal),
        requestId: () => randomUUID(),
        async config() {
          // What it says of a wrong name are the names of environments.
          await gate.need({ right: 'read' });
          return config;
        },
        person,
        services,
        remediations: deps.remediations,
      };
      exit = await command(context);
    },
  };
  try {
    const program = createProgram(words, deps.version, run, guard.shell);
    exit = (await runProgram(program, argv)) ?? exit;
  } catch (error) {
    if (!(error instanceof AppError) && !(error instanceof UsageFault))
      deps.logger.error({ err: error, command: commandNamed(argv) }, 'a command failed');
    const fault = explainFault(error, words);
    err.push(
      `${wantsJson(argv) ? visible(guard.answer(faultJson(fault), 'json')) : visible(guard.text(fault.text))}\n`,
    );
    exit = fault.exit;
    if (error instanceof UsageFault) asks = error.asks;
  }
  return { exit, out: out.join(''), err: err.join(''), ...present({ asks }) };
}
