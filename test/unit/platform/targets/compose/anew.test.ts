import type Docker from 'dockerode';
import { describe, expect, it } from 'vitest';
import { bodyLike, bodyWithout, makingOf } from '../../../../../src/platform/targets/compose/anew.ts';

type Info = Docker.ContainerInspectInfo;
const id = 'c1d2'.padEnd(64, '0');

const info = (
  config: object = {},
  host: object = {},
  more: { readonly mounts?: readonly object[]; readonly networks?: object } = {},
): Info =>
  ({
    Id: id,
    Config: {
      ...{ Hostname: id.slice(0, 12), Domainname: '', Env: [], Cmd: null, Entrypoint: null, WorkingDir: '' },
      Labels: { 'com.docker.compose.project': 'p', 'com.docker.compose.service': 's' },
      ...config,
    },
    HostConfig: { NetworkMode: 'p_default', ...host },
    Mounts: more.mounts ?? [],
    NetworkSettings: {
      Networks: more.networks ?? {
        p_default: {
          ...{ NetworkID: 'n1', IPAddress: '10.0.0.2', MacAddress: '02:42', EndpointID: 'e' },
          ...{ Aliases: [id.slice(0, 12), 's'], IPAMConfig: { IPv4Address: '10.0.0.2' }, Links: null },
        },
      },
    },
  }) as unknown as Info;

describe('the body of a container that is made anew', () => {
  it('leaves out what the old one has from its image, and keeps the rest', () => {
    const image = {
      ...{
        Env: ['PATH=/bin', 'RELEASE=2'],
        Cmd: ['serve'],
        WorkingDir: '/two',
        User: 'two',
        StopSignal: 'SIGINT',
      },
      ...{ Labels: { release: '2' }, ExposedPorts: { '80/tcp': {}, '81/tcp': {} }, Volumes: { '/two': {} } },
      Healthcheck: { Test: ['CMD', 'two'] },
    };
    const own = {
      ...image,
      Env: ['PATH=/bin', 'RELEASE=2', 'OWN=1'],
      Labels: { release: '2', own: 'yes' },
      ExposedPorts: { '80/tcp': {}, '81/tcp': {}, '82/tcp': {} },
      Volumes: { '/two': {}, '/own': {} },
    };

    const body = bodyLike(info(own, { PortBindings: { '81/tcp': [{ HostPort: '9081' }] } }), image);

    expect(body).toMatchObject({
      ...{ Env: ['OWN=1'], Labels: { own: 'yes' }, Volumes: { '/own': {} } },
      ExposedPorts: { '81/tcp': {}, '82/tcp': {} },
    });
    for (const key of ['Cmd', 'WorkingDir', 'User', 'StopSignal', 'Healthcheck', 'Entrypoint', 'Hostname'])
      expect(body).not.toHaveProperty(key);
  });

  it('keeps the arguments of a program of its own, though the image has the same', () => {
    const image = { Cmd: ['serve'], Entrypoint: ['/two'] };

    expect(bodyLike(info({ Cmd: ['serve'], Entrypoint: ['/own'] }), image)).toMatchObject({
      ...{ Cmd: ['serve'], Entrypoint: ['/own'] },
    });
    expect(bodyLike(info({ Cmd: ['other'], Entrypoint: ['/two'] }), image)).toMatchObject({ Cmd: ['other'] });
  });

  it('keeps labels of Compose that a build by Compose has put on the image as well', () => {
    const labels = { 'com.docker.compose.project': 'p', 'com.docker.compose.service': 's' };

    expect(bodyLike(info(), { Labels: labels }).Labels).toEqual(labels);
  });

  it('asks for the address and the names that were asked for, and for none that the engine gave', () => {
    expect(bodyLike(info(), {}).NetworkingConfig).toEqual({
      EndpointsConfig: { p_default: { Aliases: ['s'], IPAMConfig: { IPv4Address: '10.0.0.2' } } },
    });
  });

  it('keeps a host name that somebody chose', () => {
    expect(bodyLike(info({ Hostname: 'manager' }), {}).Hostname).toBe('manager');
  });
});

describe('what decides whether another may be made in its place', () => {
  it('is nothing for a usual container of Compose', () => {
    const host = { RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 3 } };
    const mounts = [{ Type: 'volume', Name: 'p_data', Destination: '/data' }];

    expect(makingOf(info({}, host, { mounts }))).toEqual({
      ...{ obstacles: [], leansOn: [], restart: 'on-failure:3' },
    });
  });

  it.each([
    ['not-compose', info({ Labels: {} })],
    [
      'not-compose',
      info({
        Labels: {
          ...{ 'com.docker.compose.project': 'p', 'com.docker.compose.service': 's' },
          'com.docker.compose.oneoff': 'True',
        },
      }),
    ],
    ['auto-remove', info({}, { AutoRemove: true })],
    ['privileged', info({}, { Privileged: true })],
    ['shares-namespace', info({}, { PidMode: 'host' })],
    ['shares-namespace', info({}, { IpcMode: 'container:c9' })],
    ['off-network', info({}, {}, { networks: {} })],
    [
      'nameless-volume',
      info({}, {}, { mounts: [{ Type: 'volume', Name: 'a'.repeat(64), Destination: '/x' }] }),
    ],
  ] as const)('is %s', (obstacle, container) => {
    expect(makingOf(container).obstacles).toEqual([obstacle]);
  });

  it('is on whom it leans', () => {
    const host = { NetworkMode: 'container:c9', VolumesFrom: ['c8:ro'] };

    expect(makingOf(info({}, host)).leansOn).toEqual(['c9', 'c8']);
  });
});

describe('a container without something that the other one has', () => {
  const of = (config: object, without: Parameters<typeof bodyWithout>[2]) => {
    const like = info(config);
    return bodyWithout(bodyLike(like, null), like, without);
  };

  it('has all other variables, those whose names begin alike, too', () => {
    const { Env } = of({ Env: ['A=1', 'AB=2', 'B=A=3'] }, { variable: 'A' });

    expect(Env).toEqual(['AB=2', 'B=A=3']);
  });

  it.each([
    [['--a', '1', '--b'], { at: 0, elements: ['--a', '1'] }, ['--b']],
    [['--b', '--a=1'], { at: 1, elements: ['--a=1'] }, ['--b']],
    [['--a=1'], { at: 0, elements: ['--a=1'] }, undefined],
  ])('of the arguments %j keeps the others, or none at all', (Cmd, without, left) => {
    expect(of({ Cmd }, without).Cmd).toEqual(left);
  });

  it.each([
    [{ Env: ['AB=2'] }, { variable: 'A' }],
    [{ Cmd: ['--b', '--a=1'] }, { at: 0, elements: ['--a=1'] }],
    [{ Cmd: ['--a=2'] }, { at: 0, elements: ['--a=1'] }],
  ])('is not made of %j without %j', (config, without) => {
    expect(() => of(config, without)).toThrow(/not there any more/);
  });
});
