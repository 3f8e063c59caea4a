/**
 * `npm run advisories`: what is known of the packages that the product runs with, as far as the registry says it. Where it
 * does not answer, that they were not checked: nothing here is an answer of its own.
 */
import { execFile } from 'node:child_process';
import { pathToFileURL } from 'node:url';

export interface Told {
  readonly line: string;
  /** 1: something has to be done; 0: nothing is known, or nothing was asked. */
  readonly exit: 0 | 1;
}

const grave = ['high', 'critical'] as const;
const severities = ['low', 'moderate', ...grave] as const;

/** What `npm audit --json` printed, in a line. */
export function tell(printed: string): Told {
  const answer = parsed(printed);
  const counts = answer?.metadata?.vulnerabilities;
  if (counts === undefined) {
    const why = answer?.message ?? 'it gave no answer';
    return { line: `Advisories are NOT checked: the registry does not say (${why}).`, exit: 0 };
  }
  const found = severities.flatMap((severity) => {
    const count = counts[severity] ?? 0;
    return count === 0 ? [] : [`${count} ${severity}`];
  });
  if (found.length === 0) return { line: 'Advisories: none for what the product runs with.', exit: 0 };
  const names = Object.values(answer?.vulnerabilities ?? {}).map(
    ({ name, severity }) => `${name} (${severity})`,
  );
  return {
    line: `Advisories: ${found.join(', ')}: ${names.join(', ')}. \`npm audit\` says more.`,
    exit: grave.some((severity) => (counts[severity] ?? 0) > 0) ? 1 : 0,
  };
}

interface Answer {
  readonly message?: string;
  readonly metadata?: { readonly vulnerabilities?: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly name: string; readonly severity: string }>>;
}

function parsed(printed: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(printed);
    return typeof answer === 'object' && answer !== null ? answer : undefined;
  } catch {
    return undefined;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const printed = await new Promise<string>((resolve) => {
    const args = ['audit', '--omit=dev', '--json'];
    execFile('npm', args, { timeout: 60_000, maxBuffer: 64 * 2 ** 20 }, (_error, stdout) => resolve(stdout));
  });
  const { line, exit } = tell(printed);
  console.log(line);
  process.exitCode = exit;
}
