import type { Command } from 'commander';
import { allCommands, createProgram } from '../../src/cli/program.ts';
import { en } from '../../src/text/en.ts';
import { wordsIn } from '../../src/text/words.ts';
import { code, page, table } from './markdown.ts';

const nothing = (): Promise<void> => Promise.resolve();

export function commandsReference(): string {
  const program = createProgram(wordsIn('en'), '0', { here: nothing, asPerson: nothing });
  const leaves = allCommands(program).filter((command) => command.commands.length === 0);
  return page(
    '# Commands',
    '## In Slack',
    'The same words work after `/aetherius` and, inside a thread, after `@aetherius`.',
    table(['Command', 'What it does'], slackRows()),
    '## On the command line',
    `${en['cli.program']}\n${en['cli.exit']}`,
    '### Options of every command',
    optionTable(program),
    ...leaves.flatMap((command) => [
      `### ${code(usage(command))}`,
      sentence(command.description()),
      ...(command.options.length === 0 ? [] : [optionTable(command)]),
    ]),
  );
}

/** The lines of `/aetherius help`: command and meaning, from the text people see in Slack. */
function slackRows(): readonly (readonly string[])[] {
  return Object.entries(en).flatMap(([key, text]) => {
    const match = key.startsWith('help.') ? /^(`[^`]+`(?: · `[^`]+`)*): (.*)$/.exec(text) : null;
    return match === null ? [] : [[match[1] ?? '', sentence(match[2] ?? '')]];
  });
}

function usage(command: Command): string {
  const names: string[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) names.unshift(at.name());
  const args = command.registeredArguments.map((argument) => {
    const dots = argument.variadic ? '...' : '';
    return argument.required ? `<${argument.name()}${dots}>` : `[${argument.name()}${dots}]`;
  });
  return [...names, ...args].join(' ');
}

function optionTable(command: Command): string {
  const rows = command.options.map((option) => [
    code(option.flags),
    sentence(option.description),
    option.defaultValue === undefined ? '' : code(String(option.defaultValue)),
  ]);
  return table(['Option', 'Meaning', 'Default'], rows);
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?)]$/.test(first) ? first : `${first}.`;
}
