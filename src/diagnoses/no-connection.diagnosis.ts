import {
  all,
  any,
  defineDiagnosis,
  found,
  foundWith,
  hint,
  not,
  unlessExplained,
} from '../domain/diagnosis/diagnosis.ts';
import type { PartId } from '../domain/platform/part.ts';

const askers = ['agent-manager', 'orchestrator-service'] as const;
const others = ['reasoning-service', 'postgres', 'redis', 'nats', 'neo4j', 'runtime'] as const;
/** Its Pods are there, and its selector matches none of them. */
const unmatched = (part: PartId) => foundWith('unmatched', 'SERVICE_WITHOUT_ENDPOINTS', part);
/** Where its own Pods do not run or are not ready, or its program exits at start, that is why a Service has no endpoints. */
const wellButEmpty = (part: PartId) =>
  all(
    found('SERVICE_WITHOUT_ENDPOINTS', part),
    not(
      any(
        found('SERVICE_EXITS_AT_START', part),
        found('PART_NOT_RUNNING', part),
        found('PART_PAUSED', part),
        found('PART_NOT_READY', part),
      ),
    ),
  );
/** Of the others nothing else is asked here. */
const noEndpoints = any(
  wellButEmpty(askers[0]),
  wellButEmpty(askers[1]),
  ...[...askers, ...others].map(unmatched),
);
const offNetwork = found('CONTAINER_OFF_NETWORK');
/** A policy that shuts a service off from name servers is why it finds no name, whatever these do. */
const namesForbidden = (part: PartId) =>
  all(found('NAME_LOOKUP_FAILS', part), found('POLICY_BLOCKS_DNS', part));
const namesUnknown = (part: PartId) =>
  unlessExplained(found('NAME_LOOKUP_FAILS', part), found('POLICY_BLOCKS_DNS', part));
/** A container that is on no network reaches no name server either, and says nothing of it. */
const names = unlessExplained(
  any(found('DNS_NOT_RUNNING'), namesUnknown(askers[0]), namesUnknown(askers[1])),
  offNetwork,
);
/** The other end itself is not well: then it need be no matter of the network. */
const targetUnwell = any(
  found('PART_NOT_RUNNING'),
  found('PART_MISSING'),
  all(found('PART_ABSENT'), found('SERVICE_WITHOUT_PODS')),
  // One that may run elsewhere may be well there: then it is the network.
  hint('PART_ABSENT'),
  found('PART_PAUSED'),
  found('PART_NOT_READY'),
  found('SERVICE_EXITS_AT_START'),
);
const explained = any(noEndpoints, names, targetUnwell);
/** One at neither end blocks no connection. */
const endOff = (from: PartId, to: PartId) =>
  any(found('CONTAINER_OFF_NETWORK', from), found('CONTAINER_OFF_NETWORK', to));
/** A server that accepts our own connection and stays silent is silent to its neighbour as well, and no network is why. */
const blocked = (from: PartId, to: PartId) =>
  unlessExplained(
    found('CONNECTION_FAILS', from),
    any(explained, endOff(from, to), found('ENDPOINT_HUNG', to)),
  );

export const noConnection = defineDiagnosis({
  id: 'N1',
  slug: 'no-connection',
  part: 'agent-manager',
  evidence: [
    { probe: 'kubernetes.services-endpoints' },
    { probe: 'kubernetes.network-policies' },
    { probe: 'kubernetes.dns' },
    { probe: 'compose.networks' },
    { probe: 'runtime.name-lookup', with: { part: 'agent-manager' } },
    { probe: 'runtime.name-lookup', with: { part: 'orchestrator-service' } },
    { probe: 'runtime.connection', with: { from: 'agent-manager', to: 'orchestrator-service' } },
    { probe: 'runtime.connection', with: { from: 'orchestrator-service', to: 'agent-manager' } },
    { probe: 'http.service-health', with: { service: 'agent-manager' } },
    { probe: 'http.service-health', with: { service: 'orchestrator-service' } },
    { probe: 'runtime.running', with: { part: 'agent-manager' } },
    { probe: 'runtime.running', with: { part: 'orchestrator-service' } },
    { probe: 'runtime.startup', with: { part: 'agent-manager' } },
    { probe: 'runtime.startup', with: { part: 'orchestrator-service' } },
  ],
  causes: [
    {
      id: 'N1.a',
      part: 'runtime',
      symptom: noEndpoints,
      when: noEndpoints,
      remedies: [
        { remediation: 'kubernetes.set-selector', on: 'kubernetes' },
        { instruction: 'mend-service-selector' },
      ],
    },
    { id: 'N1.b', part: 'runtime', symptom: names, when: names, remedies: [{ instruction: 'mend-dns' }] },
    {
      id: 'N1.c',
      part: 'runtime',
      symptom: any(
        found('POLICY_BLOCKS'),
        found('POLICY_ISOLATES'),
        found('NAME_LOOKUP_FAILS'),
        found('CONNECTION_FAILS'),
      ),
      when: any(
        found('POLICY_BLOCKS'),
        found('POLICY_ISOLATES'),
        namesForbidden(askers[0]),
        namesForbidden(askers[1]),
        blocked(askers[0], askers[1]),
        blocked(askers[1], askers[0]),
      ),
      remedies: [
        { remediation: 'kubernetes.allow-connection', on: 'kubernetes' },
        { instruction: 'lift-policy', on: 'kubernetes' },
        { instruction: 'lift-firewall', on: 'compose' },
      ],
    },
    {
      id: 'N1.d',
      part: 'runtime',
      symptom: offNetwork,
      when: offNetwork,
      remedies: [
        { remediation: 'compose.connect-network', on: 'compose' },
        { instruction: 'connect-network', on: 'compose' },
      ],
    },
  ],
  handOver: [],
});
