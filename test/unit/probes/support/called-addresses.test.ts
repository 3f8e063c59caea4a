import { describe, expect, it } from 'vitest';
import { astray, callsIn, isGiven } from '../../../../src/probes/support/called-addresses.ts';
import { logLines } from '../../../../src/probes/support/log-lines.ts';

const refused = (address: string) =>
  `{"level":"error","msg":"Workflow execution failed","error":"Post \\"${address}/api/v1/commands\\": dial tcp 10.0.0.4:8080: connect: connection refused"}`;
const noGraph =
  "2026-03-01 10:00:00 | ERROR    | server:analyze:157 - Analysis failed: Couldn't connect to localhost:7687 (resolved to ('127.0.0.1:7687',)):";
const callsOf = (...lines: readonly string[]) => callsIn(logLines(lines.join('\n')));
const strays = (line: string, settings: Readonly<Record<string, string>>) =>
  astray(
    callsOf(line),
    Object.entries(settings).map(([name, value]) => ({ name, value })),
  ).map(
    ({ call, setting, given }) =>
      `${setting.name}: ${given.host}:${given.port}, not ${call.host}:${call.port}`,
  );

describe('a failed call in a log', () => {
  it.each([
    [refused('http://agent-manager:8080'), 'http', 'agent-manager', 8080],
    ['x Get "https://graph.example/v1": EOF', 'http', 'graph.example', 443],
    ['x Get "http://graph.example/v1": EOF', 'http', 'graph.example', 80],
    [noGraph, 'bolt', 'localhost', 7687],
    ['Cannot resolve address graph:7687', 'bolt', 'graph', 7687],
  ])('tells where it went: %s', (line, scheme, host, port) => {
    expect(callsOf(line)).toMatchObject([{ scheme, host, port, count: 1 }]);
  });

  it('is counted by its address, with the last line', () => {
    const first = refused('http://agent-manager:8080');
    const last = first.replace('connection refused', 'i/o timeout');

    expect(callsOf(first, noGraph, last)).toMatchObject([
      { host: 'agent-manager', count: 2, line: { raw: last } },
      { host: 'localhost', count: 1 },
    ]);
  });

  it.each([
    'listening on http://agent-manager:8080',
    'see "http://agent-manager:8080/docs"',
    'INFO connected to bolt://graph:7687',
    'dial tcp 10.0.0.4:8080: connect: connection refused',
  ])('is none where the line speaks of an address otherwise: %s', (line) => {
    expect(callsOf(line)).toEqual([]);
  });
});

describe('a call that no setting gives', () => {
  const fixed = refused('http://agent-manager:8080');

  it('F16: is told with the setting that was meant for it', () => {
    expect(strays(fixed, { AGENT_MANAGER_URL: 'http://fleet:9090' })).toEqual([
      'AGENT_MANAGER_URL: fleet:9090, not agent-manager:8080',
    ]);
    expect(strays(fixed, { 'services.agent_manager': 'http://agent-manager:9090' })).toHaveLength(1);
    expect(strays(refused('https://hubs'), { HUBS_URL: 'https://fleet' })).toEqual([
      'HUBS_URL: fleet:443, not hubs:443',
    ]);
    // What a driver of another kind is sent on to says nothing of this call.
    expect(
      strays(fixed, { AGENT_MANAGER_URL: 'http://fleet:9090', NEO4J_URI: 'neo4j://graph:7687' }),
    ).toHaveLength(1);
  });

  it('F21: is told with the only address of that kind', () => {
    expect(strays(noGraph, { 'neo4j.uri': 'bolt://graph:7687', SERVER_HOST: '0.0.0.0' })).toEqual([
      'neo4j.uri: graph:7687, not localhost:7687',
    ]);
    expect(strays(noGraph, { URI: 'bolt+s://graph' })).toEqual(['URI: graph:7687, not localhost:7687']);
    expect(strays(noGraph, { URI: 'bolt+ssc://graph', HOOK: 'http://localhost' })).toHaveLength(1);
  });

  it.each([
    ['the address itself', fixed, { AGENT_MANAGER_URL: 'http://agent-manager:8080' }],
    ['the same one with its domain', fixed, { AGENT_MANAGER_URL: 'http://agent-manager.fleet.svc:8080/' }],
    [
      'another setting gives it',
      fixed,
      { AGENT_MANAGER_URL: 'http://fleet:9090', PEER: 'agent-manager:8080' },
    ],
    ['its host alone is set', fixed, { AGENT_MANAGER_URL: 'http://fleet:9090', HOST: 'agent-manager' }],
    ['a setting of another name', fixed, { REASONING_URL: 'http://fleet:9090' }],
    ['a setting that is no address', fixed, { AGENT_MANAGER_URL: 'fleet' }],
    ['a longer name that only ends alike', fixed, { SUBAGENT_MANAGERS_URL: 'http://fleet:9090' }],
    ['a driver that is sent on by the server', noGraph, { NEO4J_URI: 'neo4j://graph:7687' }],
    ['such a driver over TLS', noGraph, { NEO4J_URI: 'neo4j+s://graph:7687', OTHER: 'bolt://graph:7687' }],
    ['one over TLS with any certificate', noGraph, { A: 'neo4j+ssc://graph:7687', B: 'bolt://graph:7687' }],
    ['an address without a host', noGraph, { NEO4J_URI: 'bolt://' }],
    ['one of several of its kind', noGraph, { A: 'bolt://graph:7687', B: 'bolt://other:7687' }],
    ['another kind of address', noGraph, { NEO4J_HTTP: 'http://graph:7474' }],
    ['a short name, which fits too much', refused('http://am:8080'), { AM_URL: 'http://fleet:9090' }],
  ])('says nothing of %s', (_what, line, settings) => {
    expect(strays(line, settings)).toEqual([]);
  });

  it('is no call that the manifest itself gives', () => {
    const [call] = callsOf(fixed);

    expect(
      call !== undefined && isGiven(call, [{ name: '--peer', value: 'http://agent-manager:8080' }]),
    ).toBe(true);
    expect(
      call !== undefined && isGiven(call, [{ name: '--peer', value: 'http://agent-manager:9090' }]),
    ).toBe(false);
  });
});
