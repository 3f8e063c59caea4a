/** A log as somebody on call attaches it: late heartbeats, then a broker that is away, loudest at one minute. */
export const incidentLog = {
  name: 'collect-agent.log',
  /** Entries in the loudest minute. */
  most: 38,
  content(): string {
    const from = Date.UTC(2026, 10, 28, 2);
    const line = (ms: number, level: string, said: string) =>
      `${new Date(from + ms).toISOString()}\t${level}\tapp/bus.go:41\t${said}`;
    return Array.from({ length: 40 }, (_, minute) => [
      ...(minute % 3 === 0 ? [line(minute * 60_000, 'WARN', 'heartbeat of agent-7 is late')] : []),
      ...Array.from({ length: minute < 22 ? 0 : minute === 26 ? 38 : 8 }, (_none, at) =>
        line(minute * 60_000 + at * 900, 'ERROR', 'nats: no servers available for connection'),
      ),
    ])
      .flat()
      .join('\n');
  },
} as const;
