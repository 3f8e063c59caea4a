import { all, any, defineDiagnosis, found, not } from '../domain/diagnosis/diagnosis.ts';

const behind = any(
  found('NATS_SLOW_CONSUMER'),
  found('NATS_CONSUMER_LAGS'),
  found('NATS_CONSUMERS_DROPPED'),
  // It was dropped for being slow: what waited for it is gone, and it takes nothing any more.
  found('NATS_CONSUMER_GONE'),
);

export const natsBacklog = defineDiagnosis({
  id: 'D4',
  slug: 'nats-backlog',
  part: 'nats',
  evidence: [
    { probe: 'nats.server' },
    { probe: 'nats.monitor' },
    { probe: 'nats.slow-consumers' },
    { probe: 'nats.streams' },
    { probe: 'nats.lost-events' },
  ],
  causes: [
    {
      id: 'D4.a',
      part: 'nats',
      symptom: behind,
      when: behind,
      remedies: [
        { remediation: 'kubernetes.set-config-key', on: 'kubernetes' },
        { remediation: 'compose.set-config-key', on: 'compose' },
        { instruction: 'speed-up-consumer' },
      ],
    },
    {
      id: 'D4.b',
      part: 'nats',
      // A stream keeps what a consumer that is away misses. Where nothing is missed, it is not missing either.
      // JetStream is optional: a server without it keeps no messages, no client relies on it, and no stream can be made.
      symptom: all(found('EVENTS_UNHEARD'), not(found('NATS_JETSTREAM_DISABLED'))),
      when: any(found('NATS_NO_STREAM'), found('NATS_JETSTREAM_DISABLED')),
      remedies: [{ remediation: 'nats.create-stream' }, { instruction: 'create-stream' }],
    },
  ],
  handOver: [],
});
