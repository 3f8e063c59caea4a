import { any, defineDiagnosis, found } from '../domain/diagnosis/diagnosis.ts';

export const natsBacklog = defineDiagnosis({
  id: 'D4',
  slug: 'nats-backlog',
  part: 'nats',
  evidence: [
    { probe: 'nats.server' },
    { probe: 'nats.monitor' },
    { probe: 'nats.slow-consumers' },
    { probe: 'nats.streams' },
  ],
  causes: [
    {
      id: 'D4.a',
      part: 'nats',
      when: any(found('NATS_SLOW_CONSUMER'), found('NATS_CONSUMER_LAGS'), found('NATS_CONSUMERS_DROPPED')),
      remedies: [{ instruction: 'speed-up-consumer' }],
    },
    {
      id: 'D4.b',
      part: 'nats',
      // JetStream is optional: a server without it keeps no messages, and no client relies on it.
      when: found('NATS_NO_STREAM'),
      remedies: [{ instruction: 'create-stream' }],
    },
  ],
  handOver: [],
});
