import { describe, expect, it } from 'vitest';
import { read, repositoryFiles } from './files.ts';

/** What leaves the process, and the only files that may do it: behind their gate, or without content (ADR 0015). */
const exits: readonly {
  readonly exit: string;
  readonly pattern: RegExp;
  readonly where: RegExp;
  readonly allowed: readonly string[];
  readonly planted: string;
}[] = [
  {
    exit: 'a request to Slack',
    pattern: /(?<![.\w])fetch\(|(?:\?\?|[,(]\s*|:\s*)fetch\b(?!\s*[?:])(?=\s*[,)\s;}])|globalThis\.fetch/,
    where: /^src\/(?:main|bot|handlers|jobs|services|platform\/slack)/,
    // The doctor asks for the clock and sends nothing.
    allowed: ['src/platform/slack/gate.ts', 'src/platform/slack/slack-doctor.ts'],
    planted: 'await fetch(url, { body });',
  },
  {
    exit: 'a client of Slack',
    pattern: /\bnew WebClient\(|extends WebClient\b/,
    where: /^src\//,
    allowed: ['src/platform/slack/client.ts', 'src/platform/slack/slack-doctor.ts'],
    planted: 'const client = new WebClient(token);',
  },
  {
    exit: 'a standard stream',
    pattern: /\bprocess\.std(?:out|err)\.write\b|\bconsole\.\w/,
    where: /^src\//,
    allowed: ['src/main.ts', 'src/cli/main.ts'],
    planted: "process.stdout.write('x');",
  },
  {
    exit: 'the terminal, past its guard',
    pattern: /(?<![.\w])shell\.(?:out|err)\(/,
    where: /^src\/cli\//,
    allowed: ['src/cli/wiring-guard.ts', 'src/cli/wiring-run.ts', 'src/cli/wiring.ts'],
    planted: 'shell.out(text);',
  },
  {
    exit: 'a file',
    pattern: /\b(?:writeFile|appendFile|createWriteStream|writeSync|writevSync|truncate)\w*\(/,
    where: /^src\//,
    // Anchors of the audit are numbers, hashes and a time; texts of a bundle are cleaned before they are given to it. A
    // file of the platform's host is the platform's own, and goes back into its place. A model comes from the address that
    // the operator names, and holds nothing of ours. The files of an installation are where its keys are meant to stand (ADR
    // 0078).
    allowed: [
      'src/platform/bundle/read.ts',
      'src/platform/bundle/write.ts',
      'src/cli/wiring.ts',
      'src/cli/wiring-install.ts',
      'src/platform/anchors/file.ts',
      'src/platform/targets/compose/host-files.ts',
      'src/platform/targets/compose/model-files.ts',
    ],
    planted: 'writeFileSync(path, text);',
  },
  {
    exit: 'a connection to our own database',
    pattern: /\bnew (?:Pool|Client)\(/,
    where: /^src\/(?:main|bot|handlers|jobs|services|cli|platform\/(?:store|slack|queue|process))/,
    // What listens and what migrates carries no data.
    allowed: [
      'src/platform/store/pool.ts',
      'src/platform/store/listener.ts',
      'src/platform/store/login-rights.ts',
      'src/platform/store/migrate.ts',
    ],
    planted: 'const pool = new Pool(config);',
  },
];

function without(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1');
}

describe('an exit', () => {
  it.each(exits)('is used behind its gate alone: $exit', ({ pattern, where, allowed }) => {
    const files = repositoryFiles(/^src\/.*\.ts$/).filter((path) => where.test(path));
    const found = files.filter((path) => pattern.test(without(read(path))));

    expect(found.filter((path) => !allowed.includes(path))).toEqual([]);
    // An entry that is not needed any more would hide the next breach.
    expect(allowed.filter((path) => !found.includes(path))).toEqual([]);
  });

  it.each(exits)('is seen when somebody uses it elsewhere: $exit', ({ pattern, planted }) => {
    expect(pattern.test(without(planted))).toBe(true);
  });
});
