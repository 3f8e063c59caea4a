import { describe, expect, it } from 'vitest';
import {
  asksForNamespaceLabels,
  closedToAll,
  closedToNames,
  type Endpoint,
  inBlock,
  judgeConnection,
  matchesSelector,
  NetworkPolicy,
} from '../../../../src/domain/probe/network-policy.ts';

const a: Endpoint = { namespace: 'aetherius', labels: { app: 'agent-manager' }, ip: '10.244.0.5' };
const b: Endpoint = {
  namespace: 'aetherius',
  labels: { app: 'orchestrator-service' },
  ip: '10.244.0.6',
  namedPorts: [{ name: 'http', port: 8081, protocol: 'TCP' }],
};
const policy = (name: string, spec: object, namespace = 'aetherius') =>
  NetworkPolicy.parse({ metadata: { name, namespace }, spec });
const onB = { podSelector: { matchLabels: { app: 'orchestrator-service' } } };
const onA = { podSelector: { matchLabels: { app: 'agent-manager' } } };
const allowed = (spec: object) => judgeConnection([policy('p', spec)], a, b, 8081).allowed;

describe('a NetworkPolicy', () => {
  it.each<[string, object, boolean]>([
    [
      'that selects neither end changes nothing',
      { podSelector: { matchLabels: { app: 'redis' } }, policyTypes: ['Ingress'] },
      true,
    ],
    ['without ingress rules lets nobody in', { ...onB, policyTypes: ['Ingress'] }, false],
    ['with one empty rule lets everybody in', { ...onB, ingress: [{}] }, true],
    ['for egress alone does not touch ingress', { ...onB, policyTypes: ['Egress'], egress: [] }, true],
    ['without egress rules lets the source out nowhere', { ...onA, policyTypes: ['Egress'] }, false],
    [
      'is about egress when it has egress rules and names no types',
      { ...onA, egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] },
      false,
    ],
    ['lets the selected Pods in', { ...onB, ingress: [{ from: [onA] }] }, true],
    [
      'keeps other Pods out',
      { ...onB, ingress: [{ from: [{ podSelector: { matchLabels: { role: 'frontend' } } }] }] },
      false,
    ],
    ['takes a named port', { ...onB, ingress: [{ ports: [{ port: 'http' }] }] }, true],
    ['takes a range of ports', { ...onB, ingress: [{ ports: [{ port: 8000, endPort: 8100 }] }] }, true],
    ['keeps another port out', { ...onB, ingress: [{ ports: [{ port: 9090 }] }] }, false],
    [
      'keeps another protocol out',
      { ...onB, ingress: [{ ports: [{ port: 8081, protocol: 'UDP' }] }] },
      false,
    ],
    ['takes an IP block', { ...onB, ingress: [{ from: [{ ipBlock: { cidr: '10.244.0.0/24' } }] }] }, true],
    [
      'takes the exception of an IP block out',
      { ...onB, ingress: [{ from: [{ ipBlock: { cidr: '10.244.0.0/24', except: ['10.244.0.4/30'] } }] }] },
      false,
    ],
    [
      'takes a namespace by its name',
      {
        ...onB,
        ingress: [
          { from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'aetherius' } } }] },
        ],
      },
      true,
    ],
    [
      'wants both selectors of one peer',
      {
        ...onB,
        ingress: [{ from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: 'x' } } }] }],
      },
      false,
    ],
    [
      'takes expressions',
      {
        podSelector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['orchestrator-service'] }] },
        policyTypes: ['Ingress'],
      },
      false,
    ],
    [
      'takes the absence of a label',
      {
        podSelector: { matchExpressions: [{ key: 'track', operator: 'DoesNotExist' }] },
        policyTypes: ['Ingress'],
      },
      false,
    ],
  ])('%s', (_name, spec, expected) => {
    expect(allowed(spec)).toBe(expected);
  });

  it.each<[string, Endpoint['namedPorts']]>([
    ['no port of that name', []],
    ['it at another number', [{ name: 'http', port: 8080, protocol: 'TCP' }]],
    ['it for another protocol', [{ name: 'http', port: 8081, protocol: 'UDP' }]],
    ['another name at that number', [{ name: 'metrics', port: 8081, protocol: 'TCP' }]],
    [
      'each half of it',
      [
        { name: 'http', port: 9090, protocol: 'TCP' },
        { name: 'metrics', port: 8081, protocol: 'TCP' },
      ],
    ],
    ['ports that nobody named', undefined],
  ])('does not let in by the name of a port where the Pod has %s', (_what, namedPorts) => {
    const { namedPorts: _own, ...bare } = b;
    const to: Endpoint = namedPorts === undefined ? bare : { ...b, namedPorts };

    const named = policy('p', { ...onB, ingress: [{ ports: [{ port: 'http' }] }] });

    expect(judgeConnection([named], a, to, 8081).allowed).toBe(false);
  });

  it('of a range of ports has both ends in it', () => {
    const range = (port: number, endPort: number) =>
      allowed({ ...onB, ingress: [{ ports: [{ port, endPort }] }] });

    expect([range(8081, 8081), range(8000, 8081), range(8081, 9000)]).toEqual([true, true, true]);
    expect([range(8000, 8080), range(8082, 9000)]).toEqual([false, false]);
  });

  describe('that selects namespaces by their labels', () => {
    const from = (namespaceSelector: object, more: object = {}) => ({
      ...onB,
      ingress: [{ from: [{ namespaceSelector, ...more }] }],
    });
    const team = { matchLabels: { team: 'platform' } };
    const noTeam = { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] };
    const judge = (spec: object, namespaceLabels?: Readonly<Record<string, string>>) =>
      judgeConnection(
        [policy('p', spec)],
        { ...a, ...(namespaceLabels === undefined ? {} : { namespaceLabels }) },
        b,
        8081,
      );

    it('is decided by them', () => {
      expect(judge(from(team), { team: 'platform' }).allowed).toBe(true);
      expect(judge(from(team), { team: 'other' })).toEqual({
        allowed: false,
        blockedBy: [{ policy: 'p', direction: 'Ingress' }],
      });
      expect(judge(from(noTeam), {}).allowed).toBe(true);
    });

    it('is not decided without them, and blocks nobody for that', () => {
      expect(judge(from(team))).toEqual({ allowed: undefined, blockedBy: [] });
      expect(judge(from(noTeam)).allowed).toBeUndefined();
    });

    it('is decided all the same where they make no difference', () => {
      const named = { matchLabels: { ...team.matchLabels, 'kubernetes.io/metadata.name': 'other' } };

      expect(judge(from(named)).allowed).toBe(false);
      expect(judge(from(team, { podSelector: { matchLabels: { app: 'x' } } })).allowed).toBe(false);
      expect(
        judge({ ...onB, ingress: [{ from: [{ namespaceSelector: team }, { podSelector: {} }] }] }).allowed,
      ).toBe(true);
      expect(judge({ ...from(team), ...onB, ingress: [{ ports: [{ port: 1 }], from: [] }] }).allowed).toBe(
        false,
      );
    });

    it('says that it asks for them', () => {
      const asks = (spec: object) => asksForNamespaceLabels([policy('p', spec)]);

      expect(asks(from(team))).toBe(true);
      expect(asks({ ...onA, egress: [{ to: [{ namespaceSelector: noTeam }] }] })).toBe(true);
      expect(asks(from({ matchLabels: { 'kubernetes.io/metadata.name': 'aetherius' } }))).toBe(false);
      expect(asks(from({}))).toBe(false);
      expect(asks({ ...onB, ingress: [{ from: [onA] }, {}] })).toBe(false);
    });
  });

  it('that asks for the address of a Pod which has none yet is not decided', () => {
    const { ip: _none, ...starting } = a;
    const spec = { ...onB, ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] };

    expect(judgeConnection([policy('p', spec)], starting, b, 8081).allowed).toBeUndefined();
  });

  it('is without effect in another namespace', () => {
    expect(
      judgeConnection([policy('p', { podSelector: {}, policyTypes: ['Ingress'] }, 'other')], a, b, 8081)
        .allowed,
    ).toBe(true);
  });

  it('adds to what another one allows, and never takes away', () => {
    const none = policy('none', { ...onB, policyTypes: ['Ingress'] });
    const some = policy('some', { ...onB, ingress: [{ from: [onA] }] });

    expect(judgeConnection([none, some], a, b, 8081).allowed).toBe(true);
    expect(judgeConnection([none], a, b, 8081).blockedBy).toEqual([{ policy: 'none', direction: 'Ingress' }]);
  });
});

describe('a selector', () => {
  const labels = { app: 'redis' };
  const expression = (key: string, operator: string, values: readonly string[] = []) =>
    matchesSelector({ matchExpressions: [{ key, operator, values: [...values] }] }, labels);

  it.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty'])(
    'on %s, which no Pod has as a label, asks for a label like any other',
    (key) => {
      expect(expression(key, 'Exists')).toBe(false);
      expect(expression(key, 'DoesNotExist')).toBe(true);
      expect(expression(key, 'In', ['x'])).toBe(false);
      expect(expression(key, 'NotIn', ['x'])).toBe(true);
      expect(matchesSelector({ matchLabels: { [key]: 'x' } }, labels)).toBe(false);
      expect(matchesSelector({ matchLabels: { [key]: 'x' } }, { [key]: 'x' })).toBe(true);
    },
  );

  it('on constructor closes no Pod that does not carry it', () => {
    const spec = {
      podSelector: { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] },
      policyTypes: ['Ingress'],
    };

    expect(allowed(spec)).toBe(true);
  });

  it('on constructor admits no namespace that does not carry it', () => {
    const namespaceSelector = { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] };
    const closed = policy('p', { ...onB, ingress: [{ from: [{ namespaceSelector }] }] });

    expect(judgeConnection([closed], { ...a, namespaceLabels: {} }, b, 8081).allowed).toBe(false);
  });
});

describe('a block of addresses', () => {
  it.each<[string, string, boolean]>([
    ['10.244.0.5', '10.244.0.0/24', true],
    ['10.244.1.5', '10.244.0.0/24', false],
    // Bits of the host in the block's own address count for nothing.
    ['10.244.0.5', '10.244.0.77/24', true],
    ['10.0.0.1', '0.0.0.0/0', true],
    ['10.0.0.1', '10.0.0.1/32', true],
    ['10.0.0.2', '10.0.0.1/32', false],
    ['fd00::5', 'fd00::/64', true],
    ['fd00:0:0:1::5', 'fd00::/64', false],
    ['FD00::5', 'fd00:0:0:0::/64', true],
    ['::1', '::/0', true],
    // IPv6 written with an IPv4 tail (RFC 4291, 2.2): NAT64 and mapped addresses.
    ['64:ff9b::192.0.2.33', '64:ff9b::/96', true],
    ['64:ff9b::c000:221', '64:ff9b::192.0.2.0/120', true],
    ['64:ff9b::192.0.3.33', '64:ff9b::192.0.2.0/120', false],
    ['64:ff9b::192.0.2.33', '64:ff9c::/96', false],
    ['::ffff:10.244.0.5', '10.244.0.0/24', true],
    ['::ffff:10.244.1.5', '10.244.0.0/24', false],
    // Across the families nothing is said.
    ['10.0.0.1', '::/0', false],
    ['fd00::5', '0.0.0.0/0', false],
  ])('%s in %s: %s', (ip, cidr, expected) => {
    expect(inBlock(ip, cidr)).toBe(expected);
  });

  it.each([
    ['10.0.0.1', '10.0.0.0'],
    ['10.0.0.1', '10.0.0.0/'],
    ['10.0.0.1', '10.0.0.0/33'],
    ['10.0.0.1', '10.0.0.0/-1'],
    ['10.0.0.1', '10.0.0.0/8.5'],
    ['10.0.0.1', '10.0.0/8'],
    ['10.0.0.1', 'lots/8'],
    ['10.0.0.256', '10.0.0.0/8'],
    ['', '0.0.0.0/0'],
    ['fd00::5', 'fd00::/129'],
    ['fd00::5::1', 'fd00::/64'],
  ])('%j in %j: no, one of them is no address or no block', (ip, cidr) => {
    expect(inBlock(ip, cidr)).toBe(false);
  });
});

describe('a Pod that is closed to all', () => {
  const closing = (...specs: readonly object[]) =>
    closedToAll(
      specs.map((spec, at) => policy(`p${at}`, spec)),
      b,
      8081,
    );
  const closed = { ...onB, policyTypes: ['Ingress'] };

  it.each<[string, readonly object[], readonly string[]]>([
    ['is one that a policy without rules selects', [closed], ['p0']],
    ['is none when no policy selects it', [{ ...onA, policyTypes: ['Ingress'] }], []],
    ['is none when the policy is about egress', [{ ...onB, policyTypes: ['Egress'] }], []],
    ['is none when another policy lets somebody in', [closed, { ...onB, ingress: [{ from: [onA] }] }], []],
    [
      'is one when all rules speak of other ports',
      [closed, { ...onB, ingress: [{ ports: [{ port: 9090 }] }] }],
      ['p0', 'p1'],
    ],
    [
      'is none while a rule speaks of the port, whoever it admits',
      [{ ...onB, ingress: [{ from: [{ podSelector: { matchLabels: { no: 'one' } } }] }] }],
      [],
    ],
  ])('%s', (_title, specs, names) => {
    expect(closing(...specs)).toEqual(names);
  });
});

describe('a Pod that may ask no name server', () => {
  const closing = (...specs: readonly object[]) =>
    closedToNames(
      specs.map((spec, at) => policy(`p${at}`, spec)),
      b,
    );
  const shut = { ...onB, policyTypes: ['Egress'] };
  const everywhere = [{ namespaceSelector: {} }];
  const system = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }];

  it.each<[string, readonly object[], readonly string[]]>([
    ['is one that a policy without rules selects', [shut], ['p0']],
    ['is none when no policy selects it', [{ ...onA, policyTypes: ['Egress'] }], []],
    ['is none when the policy is about ingress', [{ ...onB, policyTypes: ['Ingress'] }], []],
    [
      'is one when the rules stay in the namespace',
      [{ ...onB, egress: [{ to: [onA] }] }, shut],
      ['p0', 'p1'],
    ],
    ['is one when DNS is opened for TCP alone', [{ ...onB, egress: [{ ports: [{ port: 53 }] }] }], ['p0']],
    ['is none when everything goes out', [{ ...onB, egress: [{}] }], []],
    ['is none when DNS goes out', [{ ...onB, egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] }], []],
    [
      'is none when name servers behind another port are meant',
      [{ ...onB, egress: [{ to: system, ports: [{ port: 5353, protocol: 'UDP' }] }] }],
      [],
    ],
    [
      'is none when the port has a name that only the other Pod knows',
      [{ ...onB, egress: [{ to: everywhere, ports: [{ port: 'dns', protocol: 'UDP' }] }] }],
      [],
    ],
    [
      'is none when addresses are let out',
      [{ ...onB, egress: [{ to: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }] }],
      [],
    ],
    ['is none when another policy lets it ask', [shut, { ...onB, egress: [{ to: everywhere }] }], []],
  ])('%s', (_title, specs, names) => {
    expect(closing(...specs)).toEqual(names);
  });
});
