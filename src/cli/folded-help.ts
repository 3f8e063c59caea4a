import { type Command, Help } from 'commander';
import { fold } from './screen.ts';

/** Columns of a help text that is written to no terminal. */
const usualColumns = 80;

/**
 * Help within the columns of a terminal, also in Chinese. An explanation stands beside its term where at least half of the
 * line is left for it, else below.
 */
export const foldedHelp = {
  minWidthToWrap: 20,
  boxWrap: fold,
  formatItem(this: Help, term: string, width: number, explanation: string, help: Help): string {
    const columns = this.helpWidth ?? usualColumns;
    // Two blanks stand before the term, and two behind it.
    if (explanation === '' || width + 4 < columns / 2)
      return Help.prototype.formatItem.call(this, term, width, explanation, help);
    const below = fold(explanation, columns - 6).replaceAll('\n', '\n      ');
    return `${fold(`  ${term}`, columns)}\n      ${below}`;
  },
  /** The line of usage, which is folded nowhere else. */
  formatHelp(this: Help, command: Command, help: Help): string {
    return fold(Help.prototype.formatHelp.call(this, command, help), this.helpWidth ?? usualColumns);
  },
};
