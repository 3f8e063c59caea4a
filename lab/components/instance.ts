/** Which lab of this machine: addresses, folders and names of instance 0, 1, … do not collide. */

import { stateDir } from './cache.ts';

export interface Instance {
  readonly number: number;
  /** Settings of the Kubernetes scripts (`lab/kubernetes/lib.sh`). */
  readonly kubernetes: Readonly<Record<string, string>>;
  /** Settings of the Docker scripts (`lab/components/docker/lib.sh`). */
  readonly docker: Readonly<Record<string, string>>;
}

/** Instance `$AETHERIUS_LAB_INSTANCE` (0 by default, at most 9). */
export function instance(): Instance {
  const number = Number(process.env.AETHERIUS_LAB_INSTANCE ?? '0');
  if (!Number.isInteger(number) || number < 0 || number > 9)
    throw new Error('AETHERIUS_LAB_INSTANCE has to be a number from 0 to 9');
  const suffix = number === 0 ? '' : `-${number}`;
  const wire = (third: number, host: number) => `10.200.${third}.${host}`;
  const kube = number * 2;
  const docker = number * 2 + 1;
  return {
    number,
    kubernetes: {
      STATE: stateDir(`kubernetes${suffix}`),
      NODE_IP: wire(kube, 1),
      HOST_IP: wire(kube, 2),
      HOST_IF: `lab${kube}`,
      POD_CIDR: `10.244.${number}.0/24`,
      SVC_CIDR: `10.${96 + number}.0.0/16`,
      API_SVC_IP: `10.${96 + number}.0.1`,
      DNS_IP: `10.${96 + number}.0.10`,
      CGROUP: `aetherius-lab${suffix}`,
    },
    docker: {
      STATE: stateDir(`docker${suffix}`),
      NODE_IP: wire(docker, 1),
      HOST_IP: wire(docker, 2),
      HOST_IF: `lab${docker}`,
      POOL: `10.${130 + number}.0.0/16`,
      BRIDGE: `10.${150 + number}.0.1/24`,
      CGROUP: `aetherius-docker${suffix}`,
    },
  };
}
