import { expect, it } from 'vitest';
import { tell } from '../../../scripts/advisories.ts';

const audit = (counts: object, vulnerabilities: object = {}) =>
  JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata: { vulnerabilities: counts } });

it('says that nothing was checked where the registry does not answer, and never that there is nothing', () => {
  // As a registry that is a mirror answers (npm 10).
  const refused = JSON.stringify({ message: '405 Method Not Allowed', statusCode: 405, body: '' });
  for (const printed of [refused, '', 'null', '[]', '{}', '<html>', JSON.stringify({ metadata: {} })]) {
    const { line, exit } = tell(printed);
    expect(line).toContain('NOT checked');
    expect(line).not.toContain('none');
    expect(exit).toBe(0);
  }
  expect(tell(refused).line).toContain('405 Method Not Allowed');
});

it('says so where none is known', () => {
  expect(tell(audit({ info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 }))).toEqual({
    line: 'Advisories: none for what the product runs with.',
    exit: 0,
  });
});

it('names what is known, and fails for what is grave', () => {
  const of = (severity: string) => tell(audit({ [severity]: 1 }, { undici: { name: 'undici', severity } }));

  expect(of('moderate')).toEqual({
    line: 'Advisories: 1 moderate: undici (moderate). `npm audit` says more.',
    exit: 0,
  });
  expect(of('high').exit).toBe(1);
  expect(of('critical')).toMatchObject({ exit: 1, line: expect.stringContaining('undici (critical)') });
});
