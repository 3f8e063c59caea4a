import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { KubeLogins, loadKubeAccess } from '../../../../../src/platform/targets/kubernetes/kube-config.ts';
import { createPageReader } from '../../../../../src/platform/targets/kubernetes/kube-pages.ts';
import { createSlimmer } from '../../../../../src/platform/targets/kubernetes/kube-slim.ts';
import { createKubernetesTarget } from '../../../../../src/platform/targets/kubernetes/kubernetes.ts';
import { parsePodMetrics, parseQuantity } from '../../../../../src/platform/targets/kubernetes/quantity.ts';
import { httpFake } from '../../../../support/targets.ts';

function kubeconfig(server: string, user: object, cluster: object = {}): { path: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  const path = join(dir, 'config');
  writeFileSync(
    path,
    JSON.stringify({
      'current-context': 'c',
      clusters: [{ name: 'k', cluster: { server, ...cluster } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    }),
  );
  return { path, remove: () => rmSync(dir, { recursive: true }) };
}

describe('a kubeconfig', () => {
  it('gives a token, read anew for each request when it stands in a file', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'token-'));
    writeFileSync(join(dir, 'token'), 'first\n');
    const config = kubeconfig('https://k:6443', { tokenFile: join(dir, 'token') });
    try {
      const access = await loadKubeAccess({ kubeconfig: config.path });
      const before = await access.headers();
      writeFileSync(join(dir, 'token'), 'second');

      expect([before, await access.headers()]).toEqual([
        { authorization: 'Bearer first' },
        { authorization: 'Bearer second' },
      ]);
      expect(access.secrets()).toEqual(['second']);
    } finally {
      config.remove();
      rmSync(dir, { recursive: true });
    }
  });

  it('is made into something once, and anew as soon as it or a certificate it names is another one', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ca-'));
    const authority = join(dir, 'ca.crt');
    const [first = '', second = ''] = rootCertificates;
    writeFileSync(authority, first);
    const config = kubeconfig('https://k:6443', { token: 'old' }, { 'certificate-authority': authority });
    const memory = new KubeLogins();
    const load = () => loadKubeAccess({ kubeconfig: config.path }, memory);
    try {
      const [once, again] = [await load(), await load()];
      expect(again.tls.secureContext).toBe(once.tls.secureContext);

      writeFileSync(authority, second);
      const renewed = await load();
      expect(renewed.tls.secureContext).not.toBe(once.tls.secureContext);

      writeFileSync(config.path, readFileSync(config.path, 'utf8').replace('old', 'new'));
      const other = await load();
      expect(await other.headers()).toEqual({ authorization: 'Bearer new' });
      expect(other.tls.secureContext).toBe(renewed.tls.secureContext);

      writeFileSync(config.path, 'neither: this');
      await expect(load()).rejects.toMatchObject({ facts: { reason: 'kubeconfig-invalid' } });
    } finally {
      config.remove();
      rmSync(dir, { recursive: true });
    }
  });

  it('that is missing or lacks the context says so by its reason', async () => {
    const config = kubeconfig('https://k:6443', {});
    try {
      await expect(loadKubeAccess({ kubeconfig: '/no/such/file' })).rejects.toMatchObject({
        facts: { reason: 'kubeconfig-unreadable' },
      });
      await expect(loadKubeAccess({ kubeconfig: config.path, context: 'other' })).rejects.toMatchObject({
        facts: { reason: 'kubeconfig-invalid' },
      });
    } finally {
      config.remove();
    }
  });
});

describe('a list', () => {
  it('is waited for by whoever wants quiet, with what its answer makes somebody ask', async () => {
    const held: (() => void)[] = [];
    const fake = await httpFake((_request, response) => {
      held.push(() => response.end(JSON.stringify({ metadata: {}, items: [] })));
    });
    const config = kubeconfig(fake.url, {});
    try {
      const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });
      const seen: string[] = [];
      await target.quiet();
      const both = target.list('pods', 'n').then(() => {
        seen.push('pods');
        return target.list('services', 'n').then(() => seen.push('services'));
      });
      const quiet = target.quiet().then(() => seen.push('quiet'));
      for (const answered of [1, 2]) {
        await expect.poll(() => held.length).toBe(answered);
        expect(seen).not.toContain('quiet');
        held[answered - 1]?.();
      }
      await Promise.all([both, quiet]);

      expect(seen).toEqual(['pods', 'services', 'quiet']);
    } finally {
      config.remove();
      await fake.close();
    }
  });

  it('is paged, shared by everybody in the run, and counted', async () => {
    const asked: string[] = [];
    const fake = await httpFake((request, response) => {
      asked.push(request.url ?? '');
      const second = request.url?.includes('continue=next') === true;
      const item = (name: string) => ({ metadata: { name, uid: name, resourceVersion: '1' } });
      response.end(
        JSON.stringify(
          second
            ? { items: [item('b')], metadata: {} }
            : { items: [item('a')], metadata: { continue: 'next' } },
        ),
      );
    });
    const config = kubeconfig(fake.url, { token: 't' });
    try {
      const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });
      const [first, second] = await Promise.all([target.list('pods', 'n'), target.list('pods', 'n')]);
      await target.list('pods', 'n');

      expect(first.map((pod) => pod.metadata.name)).toEqual(['a', 'b']);
      expect(second).toBe(first);
      expect(asked).toEqual([
        '/api/v1/namespaces/n/pods?limit=500',
        '/api/v1/namespaces/n/pods?limit=500&continue=next',
      ]);
      expect(target.requests()).toBe(2);
    } finally {
      config.remove();
      await fake.close();
    }
  });

  it('takes what the API server chose, page by page over one connection, and leaves nothing on it', async () => {
    const pages = 24;
    const asked: string[] = [];
    const fake = await httpFake((request, response) => {
      const at = Number(/continue=(\d+)/.exec(request.url ?? '')?.[1] ?? 0);
      asked.push(request.url ?? '');
      const metadata = at + 1 < pages ? { resourceVersion: '7', continue: `${at + 1}` } : {};
      const items = [{ metadata: { name: `p${at}`, uid: `${at}`, resourceVersion: '1' } }];
      // In the order of the API server: what the list is, then its items.
      response.end(JSON.stringify({ kind: 'EventList', apiVersion: 'v1', metadata, items }));
    });
    const warnings: string[] = [];
    const onWarning = (warning: Error) => warnings.push(warning.name);
    process.on('warning', onWarning);
    const config = kubeconfig(fake.url, {});
    try {
      const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });
      const chosen = await target.list('events', 'n', { fieldSelector: 'reason=Unhealthy' });
      await target.list('events', 'n');
      await target.list('events', 'n', { fieldSelector: 'reason=Unhealthy' });

      expect(chosen.map((event) => event.metadata.name)).toEqual(
        Array.from({ length: pages }, (_, at) => `p${at}`),
      );
      expect(asked[1]).toBe(
        '/api/v1/namespaces/n/events?limit=500&fieldSelector=reason%3DUnhealthy&continue=1',
      );
      expect(asked).toHaveLength(2 * pages);
      expect(target.requests()).toBe(2 * pages);
      expect(target.pages()).toBe(2 * (pages - 1));
      expect(warnings).toEqual([]);
    } finally {
      process.off('warning', onWarning);
      config.remove();
      await fake.close();
    }
  });

  it('beyond the requests of a run is not sent, but for further pages', async () => {
    const asked: string[] = [];
    const fake = await httpFake((request, response) => {
      asked.push(request.url ?? '');
      const more = asked.length === 1;
      response.end(JSON.stringify({ items: [], metadata: more ? { continue: 'next' } : {} }));
    });
    const config = kubeconfig(fake.url, {});
    try {
      const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });
      target.limit(2);
      await target.list('pods', 'n');
      expect(target.left()).toBe(1);
      await target.list('services', 'n');
      const refused = { facts: { reason: 'request-limit', most: 2 } };
      await expect(target.list('events', 'n')).rejects.toMatchObject(refused);
      await expect(target.get('secrets', 'n', 's')).rejects.toMatchObject(refused);
      await expect(target.exec('n', 'p', 'c', ['true'])).rejects.toMatchObject(refused);
      await target.list('pods', 'n');

      expect(asked).toHaveLength(3);
    } finally {
      config.remove();
      await fake.close();
    }
  });

  it('of an asker that stops waiting goes on for the others', async () => {
    let answer: () => void = () => undefined;
    const fake = await httpFake((_request, response) => {
      answer = () => response.end(JSON.stringify({ items: [], metadata: {} }));
    });
    const config = kubeconfig(fake.url, {});
    try {
      const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });
      const controller = new AbortController();
      const impatient = target.list('pods', 'n', { signal: controller.signal });
      const patient = target.list('pods', 'n');
      controller.abort();
      await expect(impatient).rejects.toMatchObject({ stage: 'aborted' });
      const { waitFor } = await import('../../../../../lab/components/process.ts');
      await waitFor(() => target.requests() === 1 && (answer(), true), { seconds: 5, what: 'the request' });
      const timer = setInterval(() => answer(), 10);

      expect(await patient).toEqual([]);
      clearInterval(timer);
    } finally {
      config.remove();
      await fake.close();
    }
  });
});

describe('a node that hangs', () => {
  it('holds up its own logs and nothing that the API server answers itself', async () => {
    let hanging = 0;
    const fake = await httpFake((request, response) => {
      if (request.url?.includes('/log') === true) hanging += 1;
      else response.end(JSON.stringify({ kind: 'List', metadata: {}, items: [] }));
    });
    const config = kubeconfig(fake.url, {});
    try {
      const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });
      const controllers = Array.from({ length: 20 }, () => new AbortController());
      const logs = controllers.map(({ signal }, at) =>
        target.logs('n', `p${at}`, 'c', { signal }).catch((error: unknown) => error),
      );
      const { waitFor } = await import('../../../../../lab/components/process.ts');
      await waitFor(() => hanging >= 12, { seconds: 5, what: 'as many logs as may be asked for at a time' });

      expect(await target.list('pods', 'n')).toEqual([]);

      for (const controller of controllers) controller.abort();
      expect(await Promise.all(logs)).toMatchObject(logs.map(() => ({ stage: 'aborted' })));
    } finally {
      config.remove();
      await fake.close();
    }
  });
});

describe('a node that is silent', () => {
  it('is no sign that the API server is', async () => {
    const fake = await httpFake((request, response) => {
      if (request.url?.includes('/log') === true) return;
      response.end(JSON.stringify({ kind: 'List', metadata: {}, items: [] }));
    });
    const config = kubeconfig(fake.url, {});
    try {
      const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });

      await expect(target.logs('n', 'p', 'c', { timeoutMs: 100 })).rejects.toMatchObject({
        stage: 'no-answer',
      });
      expect(await target.list('pods', 'n')).toEqual([]);
    } finally {
      config.remove();
      await fake.close();
    }
  });
});

describe('a command in a container', () => {
  /** Speaks the part of `v4.channel.k8s.io` that a command without input needs: channel 1 output, 2 errors, 3 the status. */
  async function execServer(status: object, refuse?: number) {
    const asked: { url: string; authorization: string | undefined }[] = [];
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      verifyClient: (_info, answer) => (refuse === undefined ? answer(true) : answer(false, refuse)),
      handleProtocols: () => 'v4.channel.k8s.io',
    });
    server.on('connection', (socket, request) => {
      asked.push({ url: request.url ?? '', authorization: request.headers.authorization });
      const say = (channel: number, text: string) =>
        socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
      say(1, 'hello ');
      say(1, 'there');
      say(2, 'a word of warning');
      say(3, JSON.stringify(status));
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const config = kubeconfig(`http://127.0.0.1:${port}`, { token: 't0ken' });
    const target = createKubernetesTarget({ namespace: 'n', agentNamespace: 'm', kubeconfig: config.path });
    const close = () => {
      config.remove();
      server.close();
    };
    return { asked, target, close };
  }

  it('gives its output and exit code, and names itself with the token', async () => {
    const failed = { status: 'Failure', details: { causes: [{ reason: 'ExitCode', message: '3' }] } };
    const { asked, target, close } = await execServer(failed);
    try {
      const answer = await target.exec('n', 'p', 'c', ['ls', '-l']);

      expect(answer).toEqual({ code: 3, stdout: 'hello there', stderr: 'a word of warning' });
      expect(asked[0]?.url).toBe(
        '/api/v1/namespaces/n/pods/p/exec?stdout=true&stderr=true&stdin=false&tty=false&command=ls&command=-l&container=c',
      );
      expect(asked[0]?.authorization).toBe('Bearer t0ken');
    } finally {
      close();
    }
  });

  it('that the API server cannot pass on is no sign that the server is gone', async () => {
    const { target, close } = await execServer({}, 500);
    try {
      await expect(target.exec('n', 'p', 'c', ['ls'])).rejects.toMatchObject({
        stage: 'protocol',
        facts: { status: 500, resource: 'pods/exec' },
      });
      // Not "known to be dead": the next one is asked again.
      await expect(target.exec('n', 'p', 'c', ['ls'])).rejects.toMatchObject({ stage: 'protocol' });
      expect(target.requests()).toBe(2);
    } finally {
      close();
    }
  });
});

describe('slimming', () => {
  const metadata = (name: string) => ({
    name,
    uid: name,
    resourceVersion: '1',
    labels: { app: 'a' },
    annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', keep: 'me' },
    managedFields: [
      {
        manager: 'kubectl',
        operation: 'Update',
        time: '2026-11-25T00:00:00Z',
        fieldsV1: { 'f:data': {}, 'f:spec': { 'f:template': {} } },
      },
    ],
  });

  it('keeps who changed what and when, and drops the rest of field ownership', () => {
    const map = createSlimmer('configmaps')({ metadata: metadata('c'), data: { a: '1' } });

    expect(map.metadata).toMatchObject({
      annotations: { keep: 'me' },
      managedFields: [{ manager: 'kubectl', touches: ['data', 'spec', 'spec.template'] }],
    });
    expect(JSON.stringify(map)).not.toMatch(/fieldsV1|last-applied/);
    expect(map.data).toEqual({ a: '1' });
  });

  it('shares what Pods have in common, and drops the account volume and what of their status nobody asks for', () => {
    const slim = createSlimmer('pods');
    const make = (name: string) => ({
      metadata: metadata(name),
      spec: {
        volumes: [{ name: `kube-api-access-${name}` }, { name: 'config', configMap: { name: 'c' } }],
        containers: [
          { name: 'main', volumeMounts: [{ name: `kube-api-access-${name}` }, { name: 'config' }] },
        ],
      },
      status: {
        phase: 'Running',
        podIP: '10.0.0.9',
        podIPs: [{ ip: '10.0.0.9' }],
        conditions: [
          { type: 'Ready', status: 'True', lastTransitionTime: 't' },
          { type: 'Initialized', status: 'True' },
          { type: 'DisruptionTarget', status: 'False' },
        ],
        containerStatuses: [{ name: 'main', ready: true, imageID: 'sha256:x', containerID: 'c://y' }],
      },
    });
    const [a, b] = [slim(make('a')), slim(make('b'))];
    const spec = (pod: typeof a) => pod.spec as { volumes: unknown; containers: unknown[] };

    expect(JSON.stringify(a)).not.toMatch(/kube-api-access|managedFields|c:\/\//);
    expect(spec(a).volumes).toBe(spec(b).volumes);
    expect(spec(a).containers[0]).toBe(spec(b).containers[0]);
    expect(a.status).toEqual({
      phase: 'Running',
      podIP: '10.0.0.9',
      conditions: [
        { type: 'Ready', status: 'True', lastTransitionTime: 't' },
        { type: 'DisruptionTarget', status: 'False' },
      ],
      containerStatuses: [{ name: 'main', ready: true, imageID: 'sha256:x' }],
    });
  });
});

describe('a page', () => {
  const item = (name: string, more: object = {}) => ({ metadata: { name }, ...more });
  /** As it comes at once, and byte by byte. */
  const read = (text: string) => {
    const [whole, ...others] = [text.length * 4, 1, 7, 64].map((size) => readIn(text, size));
    for (const other of others) expect(other).toEqual(whole);
    return whole;
  };
  const readIn = (text: string, size: number) => {
    const items: unknown[] = [];
    const reader = createPageReader((one) => items.push(one), { atLeast: size });
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    return { next: reader.end(), items };
  };
  const page = (items: readonly object[], metadata: object = { resourceVersion: '1', continue: 'next' }) =>
    JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata, items });

  it.each<[string, readonly object[]]>([
    ['of no item', []],
    ['of one', [item('a')]],
    ['of several', [item('a', { spec: { x: [1, 2] } }), item('b'), item('c')]],
    [
      'whose items hold such items themselves',
      [
        item('a'),
        item('b', { spec: { claims: [item('c', { spec: {} }), item('d'), item('e')] } }),
        item('f'),
      ],
    ],
    ['with letters of every width', [item('ä'), item('名'), item('𝒙')]],
    ['that quotes one in a text', [item('a', { note: '},{"metadata":{"name":"no"}' }), item('b')]],
  ])('%s is read item by item', (_title, items) => {
    expect(read(page(items))).toEqual({ next: 'next', items });
    expect(read(`${page(items, {})}\n`)).toEqual({ next: '', items });
  });

  it('in another order of fields is read as well', () => {
    const items = [item('a'), item('b')];

    expect(read(JSON.stringify({ items, metadata: { continue: 'x' } }))).toEqual({ next: 'x', items });
    expect(read(JSON.stringify({ metadata: { continue: 'x' }, items, kind: 'PodList' }))).toEqual({
      next: 'x',
      items,
    });
    expect(read(JSON.stringify({ metadata: {}, items: null }))).toEqual({ next: '', items: [] });
  });

  describe('read without field ownership', () => {
    /** Every size of portions: what the last portion holds is parsed whole, with what it has. */
    const names = (text: string, size: number) => {
      const items: unknown[] = [];
      const reader = createPageReader((one) => items.push(one), { atLeast: size, ownershipToo: false });
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
      reader.end();
      return items;
    };
    const owned = (name: string, fields: object, more: object = {}) => ({
      metadata: {
        ...{ name, labels: { note: ']},"spec":{' } },
        managedFields: [
          { manager: 'a', fieldsV1: fields },
          { manager: 'b', subresource: 'status', fieldsV1: { 'f:status': {} } },
        ],
      },
      spec: { x: [1, { y: ']},"z' }] },
      ...more,
    });
    const bare = ({ metadata: { name, labels }, ...rest }: ReturnType<typeof owned>) => ({
      metadata: { name, labels },
      ...rest,
    });

    it.each<[string, ReturnType<typeof owned>]>([
      ['as the API server writes it', owned('a', { 'f:spec': { '.': {}, 'f:x': {} } })],
      ['with keys and values that look like its end', owned('a', { 'k:{"n":"]},\\"s"}': { 'v:"]},"': {} } })],
      [
        'beside a text that looks like its begin',
        owned('a', {}, { note: 'x,"managedFields":[{"a":1}]},"b":2' }),
      ],
      ['with letters of every width', owned('名𝒙', { 'f:ä': {} })],
    ])('%s: the rest is as it was', (_title, item) => {
      const last = { metadata: { name: 'last' } };
      for (const size of [1, 7, 64, 10_000])
        expect(names(page([item, item, last]), size)).toEqual([bare(item), bare(item), last]);
    });

    it.each<[string, object]>([
      ['a list in it', owned('a', { 'f:x': { list: [1] }, 'f:z': { deep: 1 } })],
      [
        'a text beside that quotes it, without any',
        { metadata: { name: 'a', note: ',"managedFields":[]},"b' } },
      ],
      ['nothing after it', { metadata: { name: 'a', managedFields: [] } }],
      ['a field of this name elsewhere', { metadata: { name: 'a' }, spec: { managedFields: 'mine' } }],
    ])('%s: the item is not harmed', (_title, item) => {
      const last = { metadata: { name: 'last' } };
      for (const size of [1, 10_000]) expect(names(page([item, last]), size)).toEqual([item, last]);
    });
  });

  it('that is cut off is no page', () => {
    const text = page([item('a'), item('b')]);

    for (const cut of [3, 30, text.length - 5, text.length])
      expect(() => read(text.slice(0, -cut)), `without the last ${cut}`).toThrow(SyntaxError);
  });

  it('hands items over before it has ended, and keeps what went wrong for the end', () => {
    const seen: unknown[] = [];
    const reader = createPageReader((one) => seen.push(one), { atLeast: 1 });
    const text = Buffer.from(page([item('a'), item('b'), item('c')]));
    reader.push(text.subarray(0, text.indexOf('"c"')));

    expect(seen).toEqual([item('a'), item('b')]);

    const failing = createPageReader(
      () => {
        throw new RangeError('not this one');
      },
      { atLeast: 1 },
    );
    failing.push(text);
    failing.push(text);
    expect(() => failing.end()).toThrow(RangeError);
  });

  it('full of boundaries that are none is read whole, and once', () => {
    const many = item('a', { list: Array.from({ length: 500 }, (_, at) => item(`inner-${at}`, { x: 1 })) });
    const items = [item('first'), many, item('last')];

    expect(read(page(items))).toEqual({ next: 'next', items });
  });
});

describe('quantities', () => {
  it.each([
    ['250m', 0.25],
    ['2', 2],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['100k', 100_000],
    ['1e3', 1_000],
    ['12345678n', 0.012345678],
    ['1E', 1e18],
  ])('%s is %d', (text, value) => {
    expect(parseQuantity(text)).toBeCloseTo(value, 9);
  });

  it('that are none are not a number', () => {
    expect(parseQuantity('lots')).toBeNaN();
  });

  it('become millicores and bytes', () => {
    const list = {
      items: [
        { metadata: { name: 'p' }, containers: [{ name: 'c', usage: { cpu: '1500m', memory: '64Mi' } }] },
      ],
    };

    expect(parsePodMetrics(list)).toEqual([
      { pod: 'p', container: 'c', cpuMillicores: 1_500, memoryBytes: 67_108_864 },
    ]);
  });
});
