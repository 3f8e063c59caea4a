import { describe, expect, it } from 'vitest';
import { composeHealthChecks } from '../../../../src/probes/compose/health-checks.probe.ts';
import { compose, container } from '../../../support/fake-compose.ts';
import { probeContext } from '../../../support/probe-context.ts';

const check = ['CMD', 'wget', '-q', '-O-', 'http://localhost:8081/health'];
const heading = '  sl  local_address rem_address   st\n';
const open = `${heading}   0: 00000000:1F91 00000000:0000 0A 0`;
const other = `${heading}   0: 00000000:1F90 00000000:0000 0A 0`;
const look = (more: Parameters<typeof container>[1], sockets = other) =>
  composeHealthChecks.run(
    { openAfterSeconds: 60 },
    probeContext({
      compose: compose(
        [container('agent-manager', { health: 'unhealthy', check, checkFailures: 7, ...more })],
        { code: 0, stdout: sockets },
      ),
    }),
  );

describe('compose.health-checks', () => {
  it.each([
    'wget: server returned error: HTTP/1.1 404 Not Found',
    "ModuleNotFoundError: No module named 'requests'",
    'OCI runtime exec failed: exec: "curl": executable file not found in $PATH',
  ])('names a check that asks for what is not there (F17): %s', async (said) => {
    expect(await look({ checkOutput: `Traceback\n${said}\n` })).toMatchObject({
      findings: [
        {
          ...{ code: 'HEALTH_CHECK_CANNOT_PASS', part: 'agent-manager', subject: 'agent-manager' },
          facts: { container: 'aetherius-agent-manager', said, failures: 7 },
          excerpts: [{ lines: [check.join(' '), 'Traceback', said] }],
        },
      ],
    });
  });

  it('names one that asks a port on which nothing of its container listens', async () => {
    const refused = { checkOutput: 'wget: dial tcp 127.0.0.1:8081: connect: connection refused' };

    expect(await look(refused)).toMatchObject({ findings: [{ code: 'HEALTH_CHECK_CANNOT_PASS' }] });
    expect(await look(refused, open)).toMatchObject({ status: 'healthy' });
    // What cannot be read is no closed port, and neither is what may still open.
    expect(await look(refused, '')).toMatchObject({ status: 'healthy' });
    expect(await look(refused, 'exec: "cat": executable file not found in $PATH')).toMatchObject({
      status: 'healthy',
    });
    expect(await look({ ...refused, startedAt: '2026-03-01T10:04:01Z' })).toMatchObject({
      status: 'healthy',
    });
    expect(await look({ ...refused, check: ['CMD', 'true'] })).toMatchObject({ status: 'healthy' });
  });

  it.each([
    ['fails for the part itself', { checkOutput: 'HTTP/1.1 503 Service Unavailable' }],
    ['passes', { health: 'healthy' }],
    ['is of a container that does not run', { state: 'exited', checkOutput: '404 Not Found' }],
    ['has not failed often enough', { health: 'starting', checkOutput: '404 Not Found' }],
  ] as const)('says nothing of a check that %s', async (_why, more) => {
    expect(await look(more)).toMatchObject({ status: 'healthy' });
  });

  it('shows no password of the command', async () => {
    const seen = await look({
      check: ['CMD', 'redis-cli', '-a', 'hunter2hunter', 'ping'],
      checkOutput: '404 Not Found',
    });

    expect(JSON.stringify(seen)).not.toContain('hunter2hunter');
  });
});
