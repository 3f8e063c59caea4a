/** Findings of the stores, the bus, the network and Pods that a diagnosis asks for. */
export const stores = {
  'finding.PG_SESSIONS_LEAKED':
    '{leaked} of {used|# PostgreSQL session|# PostgreSQL sessions} {leaked|is|are} idle in a transaction (limit {max}; most by {application}).',
  'finding.PG_POOLS_TOO_LARGE':
    '{application} alone holds {applicationSessions} of {max} PostgreSQL connections, {applicationIdle} of them idle.',
  'finding.PG_CONNECTIONS_BUSY':
    '{used} of {max} PostgreSQL connections are taken, and most are at work: of the {applicationSessions} of {application} {applicationBusy} {applicationBusy|is|are} busy.',
  'finding.PG_CONNECTIONS_PASSING':
    '{young} of the {sessions} PostgreSQL connections of {application} are younger than {seconds} s, and were so again a moment later: it opens one for each use and keeps no pool.',
  'finding.PG_CONNECTIONS_UNPLACED':
    '{application} alone holds {applicationSessions} of {max} PostgreSQL connections in {database}, {applicationIdle} of them idle, and was not seen to be a part of the platform.',
  'finding.PG_LIMIT_TOO_LOW':
    'PostgreSQL allows only {max|# connection|# connections} and {used|# is|# are} taken (largest: {application} with {applicationSessions}).',
  'finding.PG_CONNECTIONS_ELSEWHERE':
    'Others hold most of the PostgreSQL connections ({used} of {max} are taken): {application} has {applicationSessions} in {database}, which is not a database of the platform.',
  'finding.PG_SLOW_STATEMENTS':
    '{slow|# statement|# statements} in {subject} {slow|is slow: it takes|are slow: the worst takes} {meanMs} ms on average over {calls|# call|# calls}.',
  'finding.PG_INDEX_MISSING': 'No index on {table}.{column} ({rows|# row|# rows}, {mib} MiB in {database}).',
  'finding.PG_INDEX_MISSING.impact': 'Every query by that column reads the whole table.',
  'finding.PG_OLD_ROWS':
    '{rows|# row|# rows} of {table} {rows|is|are} older than {days|# day|# days} and no longer needed.',
  'finding.PG_LOCK_BLOCKS':
    '{application} (pid {pid}, {state}, open for {openSeconds} s) blocks {waiting|# session, for|# sessions, the longest for} {longestSeconds} s.',
  'finding.PG_LOCK_BLOCKS.impact': 'Sessions that need the same rows or tables wait.',
  'finding.REDIS_USELESS_KEYS':
    'About {uselessKeys|# key|# keys} {prefix} never {uselessKeys|expires and holds|expire and hold} {uselessBytes:bytes} ({percent} % of the memory; largest: {largest}).',
  'finding.NATS_SLOW_CONSUMER':
    '{pendingBytes:bytes} wait for the consumer {subject}: {inPerSecond|# message a second comes|# messages a second come} in.',
  'finding.NATS_SLOW_CONSUMER.impact': 'Its messages arrive late; NATS will disconnect it and drop messages.',
  'finding.NATS_CONSUMER_LAGS':
    '{pending|# message waits|# messages wait} for the consumer {subject}, which takes {takenPerSecond} a second while the backlog grows by {growthPerSecond} a second.',
  'finding.NATS_CONSUMER_LAGS.impact':
    'Its messages arrive later and later; the stream drops the oldest at its limit.',
  'finding.NATS_CONSUMERS_DROPPED':
    'NATS gave up on {dropped|# slow consumer|# slow consumers} while we looked ({slowConsumersTotal} in all); the last is {consumer}.',
  'finding.NATS_SLOW_CONSUMER_ELSEWHERE':
    'The slow consumer {subject} of NATS does not take any of the platform’s subjects: it belongs to another application.',
  'finding.NATS_CONSUMER_GONE':
    'NATS dropped the consumer {consumer} for being slow, {secondsAgo} s ago, and it has not come back.',
  'finding.NATS_CONSUMER_GONE.impact': 'It gets no messages; what no stream keeps is lost for it.',
  'finding.NATS_NO_STREAM': 'No JetStream stream keeps {subject} (streams: {streams}).',
  'finding.EVENTS_UNHEARD':
    '{unheard} of {messages|# message|# messages} on {subject} in {seconds} s had no listener, such as {example}.',
  'finding.EVENTS_UNHEARD.impact': 'Without a stream that keeps them, these messages are lost.',
  'finding.SUBJECTS_PASS_BY':
    '{publisher} publishes on "{published}", where no client listens. {listener} listens on "{listened}", where nothing came in {seconds} s.',
  'finding.SUBJECTS_PASS_BY.impact': 'What is sent there never arrives.',
  'finding.SUBJECT_UNHEARD':
    '{publisher} publishes on "{published}", where no client listens ({messages|# message|# messages} in {seconds} s).',
  'finding.SUBJECT_UNHEARD.impact': 'What is sent there is lost.',
  'finding.NATS_JETSTREAM_DISABLED': 'JetStream is switched off, so nothing keeps {subject}.',
  'finding.POLICY_BLOCKS':
    'NetworkPolicy {policy} blocks {from:part} → {to:part} on port {port} ({direction}).',
  'finding.POLICY_BLOCKS.impact': 'Requests between the two time out although both are well.',
  'finding.POLICY_BLOCKS_DNS':
    'NetworkPolicy {policy} blocks {from:part} from every name server: no egress rule allows port 53 outside of its namespace.',
  'finding.POLICY_BLOCKS_DNS.impact': 'It cannot look up any other part by name.',
  'finding.POLICY_NOT_ENFORCED':
    'NetworkPolicy {policy} forbids a connection on port {port} that works all the same: the network of this cluster does not enforce it (or not yet).',
  'finding.POLICY_ISOLATES':
    'NetworkPolicy {policy} lets no client reach Service {service} on port {port}, although its Pods are ready.',
  'finding.POLICY_ISOLATES.impact': 'Every request to it times out.',
  'finding.DNS_NOT_RUNNING': 'The cluster’s DNS has no ready Pod ({ready} of {pods}).',
  'finding.POD_PROBE_FAILS':
    'The {probe} probe of {subject} fails in {pods|# Pod|# Pods}: {message} ({restarts|# restart|# restarts}).',
  'finding.POD_PROBE_UNANSWERED':
    'The {probe} probe of {subject} fails in {pods|# Pod|# Pods}: {message} ({restarts|# restart|# restarts}). Either the program hangs, or the probe is wrong; the diagnosis H2 of {part} tells.',
  'finding.POD_SAYS_NOT_READY':
    'The readiness probe of {subject} fails in {pods|# Pod|# Pods} although the program runs: {message}. Either it waits for another part, or the probe asks in the wrong place; the diagnosis H2 of {part} tells.',
  'finding.NAME_LOOKUP_FAILS': '{part} cannot look up the name {name}: {error}',
  'finding.CONNECTION_REFUSED': 'A request from {from:part} to {to:part} is refused: {error}',
  'finding.CONNECTION_FAILS': 'A request from {from:part} to {to:part} does not arrive: {error}',
  'finding.CONNECTION_NAME_UNKNOWN': '{from:part} does not know the name {to:part}: {error}',
  'finding.CONTAINER_OFF_NETWORK':
    '{container} is not on the network {network} of {members|the other container|the # others} (its own: {own}).',
} as const;
