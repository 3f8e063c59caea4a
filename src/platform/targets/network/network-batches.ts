import type { CallOptions } from '../../../domain/kernel/call.ts';
import { TargetError } from '../../../domain/kernel/errors.ts';
import type { KubernetesTarget } from '../../../domain/probe/targets/kubernetes.ts';
import type { ExecAnswer, Instance, NetworkOption } from '../../../domain/probe/targets/runtime.ts';
import { type NetworkQuestion, networkScript } from './network-questions.ts';

type Answer = ExecAnswer | Error | undefined;

interface Asked extends NetworkQuestion {
  /** Of everybody who asks the same. */
  readonly takers: ((answer: Answer) => void)[];
}

/** Asks questions of the network beside an instance's own container. Neither rejects. */
export interface AskBeside {
  ask(
    instance: Instance,
    questions: readonly NetworkQuestion[],
    signal: AbortSignal,
  ): Promise<readonly Answer[]>;
  /** Whether it has been asked before, because the container had no programs; they do not come by themselves. */
  hasAnswered(instance: Instance): Promise<boolean>;
}

interface Batch {
  readonly instance: Instance;
  readonly questions: Asked[];
  /** Aborts when every caller has stopped waiting. */
  readonly nobody: AbortController;
  waiters: number;
}

/** Of a command that names no time of its own. */
const SECONDS = 9;
/** What a request takes besides. */
const MARGIN_MS = 3_000;

/**
 * Gathers what probes ask the network from one instance until the run's own lists are there, and asks all of it in one
 * request: questions wait for each other, which costs a moment, and a request each would cost a run's dozen.
 */
export function createNetworkBatches(
  kubernetes: KubernetesTarget,
  beside: AskBeside | undefined,
): (
  instance: Instance,
  command: readonly string[],
  network: NetworkOption,
  options: CallOptions,
) => Promise<ExecAnswer> {
  const waiting = new Map<string, Batch>();

  /** In the container's own shell. */
  async function askInside({ instance, questions, nobody }: Batch): Promise<readonly Answer[]> {
    const script = networkScript(questions);
    try {
      const { code, stdout, stderr } = await kubernetes.exec(
        instance.namespace ?? kubernetes.namespace,
        instance.name,
        instance.container,
        ['sh', '-c', script.text],
        { timeoutMs: script.seconds * 1_000 + MARGIN_MS, signal: nobody.signal },
      );
      const answers = script.answers(stdout);
      if (answers.some((answer) => answer !== undefined)) return answers;
      // No shell, or no answer from it: the same for every question.
      return questions.map(() => ({ code: code === 0 ? 126 : code, stdout: '', stderr: stderr || stdout }));
    } catch (error) {
      return questions.map(() => asError(error));
    }
  }

  async function ask(batch: Batch): Promise<void> {
    const { instance, questions, nobody } = batch;
    const bare = beside !== undefined && (await beside.hasAnswered(instance));
    const inside = bare ? questions.map(() => lacking) : await askInside(batch);
    const left = beside === undefined ? [] : questions.filter((_, at) => noProgram(inside[at]));
    const outside =
      beside === undefined || left.length === 0 ? [] : await beside.ask(instance, left, nobody.signal);
    for (const [at, question] of questions.entries()) {
      const again = left.indexOf(question);
      for (const take of question.takers) take(again === -1 ? inside[at] : outside[again]);
    }
  }

  async function flush(): Promise<void> {
    await kubernetes.quiet();
    const gathered = [...waiting.values()];
    waiting.clear();
    await Promise.all(gathered.map(ask));
  }

  return (instance, command, network, { signal, timeoutMs }) =>
    new Promise((resolve, reject) => {
      const first = waiting.size === 0;
      const batch = waiting.get(instance.id) ?? {
        ...{ instance, questions: [], nobody: new AbortController(), waiters: 0 },
      };
      let waits = true;
      const leave = () => {
        if (!waits) return;
        waits = false;
        signal?.removeEventListener('abort', abort);
        batch.waiters -= 1;
        if (batch.waiters === 0) batch.nobody.abort();
      };
      const abort = () => {
        leave();
        reject(new TargetError('aborted', 'stopped waiting'));
      };
      const answer = (given: Answer) => {
        leave();
        if (given === undefined) reject(new TargetError('closed', 'the commands ended without an answer'));
        else if (given instanceof Error) reject(given);
        else resolve(given);
      };
      batch.waiters += 1;
      if (signal?.aborted === true) return abort();
      signal?.addEventListener('abort', abort, { once: true });
      const seconds = timeoutMs === undefined ? SECONDS : Math.max(1, Math.floor(timeoutMs / 1_000));
      const same = batch.questions.find(
        (one) =>
          one.seconds === seconds && one.network === network && one.command.join('\0') === command.join('\0'),
      );
      if (same === undefined) batch.questions.push({ command, seconds, network, takers: [answer] });
      else same.takers.push(answer);
      waiting.set(instance.id, batch);
      if (first) void flush();
    });
}

const lacking: ExecAnswer = { code: 127, stdout: '', stderr: '' };

function noProgram(answer: Answer): boolean {
  if (answer === undefined || answer instanceof Error) return false;
  return noSuchProgram(answer.code, answer.stderr);
}

/** No such program in the container: exit 126/127, or the runtime's own refusal to start it. */
export function noSuchProgram(code: number, stderr: string): boolean {
  return (
    code === 126 ||
    code === 127 ||
    /executable file not found|no such file or directory.*exec|OCI runtime exec failed/i.test(stderr)
  );
}

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error('something that is not an Error was thrown');
