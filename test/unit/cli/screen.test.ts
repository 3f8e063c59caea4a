import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { fold, painted, shown, unmarked, verbatim, widthOf } from '../../../src/cli/screen.ts';
import { table } from '../../../src/cli/table.ts';

const escape = String.fromCharCode(27);
const english = 'down: it takes connections and does not answer within 3 s; against it: its Pod, which runs';
const chinese =
  '无法访问：它接受连接，但在三秒内没有应答；与此相反：它的 Pod 正在运行，并且探针说它是健康的。';

describe.each([80, 40])('a terminal of %i columns', (columns) => {
  it.each([english, chinese, 'x'.repeat(20)])(
    'folds %s, loses nothing of it, and goes over no edge',
    (text) => {
      const lines = fold(`  ${text}`, columns).split('\n');

      expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    },
  );

  it('folds the last column of a table, beside the others or below them', () => {
    const rows = [
      ['down', 'PostgreSQL', '3 ms', english],
      ['up', 'Redis', '', chinese],
    ];
    const lines = table(rows, columns).split('\n');

    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
    expect(lines.join('').replaceAll(' ', '')).toBe(rows.flat().join('').replaceAll(' ', ''));
    expect(table(rows)).toContain(english);
  });

  it('leaves what is copied in one piece', () => {
    const command = `    kubectl -n aetherius rollout restart ${'deployment/agent-manager '.repeat(4)}`;

    expect(shown(verbatim(command), { columns, colours: false })).toBe(command);
  });
});

describe('colours', () => {
  const text = `${painted('bad', 'down')}  PostgreSQL`;

  it('are there where the terminal has them, and leave nothing behind elsewhere', () => {
    expect(shown(text, { colours: true })).toBe(`${escape}[31mdown${escape}[0m  PostgreSQL`);
    expect(shown(text, { colours: false })).toBe('down  PostgreSQL');
    expect(unmarked(text)).toBe('down  PostgreSQL');
  });

  it('take no columns', () => {
    expect(widthOf(painted('good', 'up'))).toBe(2);
    expect(
      unmarked(
        table([
          [painted('good', 'up'), 'a'],
          ['down', 'b'],
        ]),
      ),
    ).toBe('up    a\ndown  b');
  });
});
