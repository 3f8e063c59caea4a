/** Diagnoses: the symptom, what it means and costs; causes in one sentence; instructions to copy. */
export const diagnoses = {
  'diagnosis.H2': 'A service cannot be reached',
  'diagnosis.H2.meaning': 'Requests to the service get no answer or an error.',
  'diagnosis.H2.impact': 'The parts that depend on the service cannot work.',
  'cause.H2.a': 'It is not running.',
  'cause.H2.a.of': '{part} is not running.',
  'cause.H2.b': 'It runs, but its health check fails.',
  'cause.H2.b.of': '{part} runs, but its health check fails.',
  'cause.H2.c': 'It runs, but the network does not carry requests to it, or only slowly.',
  'cause.H2.c.of': '{part} runs, but the network does not carry requests to it, or only slowly.',
  'cause.H2.d': 'It runs, is healthy and can be reached: the fault is in the application.',
  'cause.H2.d.of': '{part} runs, is healthy and can be reached: the fault is in the application.',
  'diagnosis.S1': '{@agent-manager} does not start',
  'diagnosis.S1.meaning': 'Its container exits right after start, again and again.',
  'diagnosis.S1.impact': 'Agents cannot register, events and commands stand still.',
  'cause.S1.a':
    '{@agent-manager} cannot use its database: it is not reached, refuses the password, or does not let it in.',
  'cause.S1.b': '{@agent-manager} cannot reach NATS with the address and credentials it has.',
  'cause.S1.c': 'The port {@agent-manager} wants is taken by another process.',
  'cause.S1.d': '{@agent-manager} cannot reach Redis with the address it has.',
  'cause.S1.e': 'Redis refuses the password of {@agent-manager}.',
  'cause.S1.f': 'Redis is full and refuses what {@agent-manager} writes at start.',
  'cause.S1.g':
    '{@agent-manager} does not accept what its configuration says: a key, a value or the form of the file.',
  'cause.S1.h': 'A stored row, or a table of another form, stops the start of {@agent-manager}.',
  'cause.S1.i': 'The database of {@agent-manager} does not exist.',
  'diagnosis.S2': 'Collect agents cannot register',
  'diagnosis.S2.meaning': 'The agents’ registration does not reach {@agent-manager}, or is refused.',
  'diagnosis.S2.impact': 'The cluster of an unregistered agent is not watched.',
  'cause.S2.a': 'Agents and {@agent-manager} use different registration subjects.',
  'cause.S2.b': 'The registration tokens differ, or one is missing.',
  'cause.S2.c': 'No collect agent publishes anything: it is down.',
  'cause.S2.d': 'The agents publish where {@agent-manager} does not listen: the two do not fit together.',
  'diagnosis.S3': 'Events are processed late',
  'diagnosis.S3.meaning': 'More events come in than {@agent-manager} stores, or each takes too long.',
  'diagnosis.S3.impact': 'Alerts and workflows start late; a full queue blocks the agents.',
  'cause.S3.a': 'There are too few event workers: all are busy while events wait.',
  'cause.S3.b': 'The batches are too small for the flow of events: every one is full.',
  'cause.S3.c': 'The database is slow: every batch waits for its commit.',
  'diagnosis.S4': 'Workflows stay pending',
  'diagnosis.S4.meaning': 'Executions are accepted but do not start.',
  'diagnosis.S4.impact': 'Automatic reactions to incidents do not happen.',
  'cause.S4.a': 'The executor is starved: all its workers are busy and its queue is filling.',
  'cause.S4.b': 'A workflow definition is broken, so its executions can never start.',
  'diagnosis.S5': 'Workflow steps time out',
  'diagnosis.S5.meaning': 'A step is ended by a time limit before it is done.',
  'diagnosis.S5.impact': 'The whole execution fails.',
  'cause.S5.a': 'The step’s own timeout is shorter than its work.',
  'cause.S5.b': 'Commands are slow or saturated in {@agent-manager}, so steps wait in vain.',
  'diagnosis.S6': 'Root-cause analysis fails',
  'diagnosis.S6.meaning': '{@reasoning-service} answers requests for an analysis with an error.',
  'diagnosis.S6.impact': 'Incidents get no automatic analysis.',
  'cause.S6.a': '{@reasoning-service} runs out of memory.',
  'cause.S6.b': 'The model is missing or cannot be loaded.',
  'diagnosis.S7': 'Neo4j cannot be used',
  'diagnosis.S7.meaning': 'The knowledge graph has no connection to its database.',
  'diagnosis.S7.impact': 'Analyses run without the knowledge graph.',
  'cause.S7.a': 'Neo4j runs but is not ready yet.',
  'cause.S7.b': 'Neo4j refuses the password.',
  'cause.S7.c': 'Neo4j is down.',
  'diagnosis.D1': 'PostgreSQL has too many connections',
  'diagnosis.D1.meaning': 'Nearly all connections that PostgreSQL allows are taken.',
  'diagnosis.D1.impact': 'New connections fail; services answer slowly or with errors.',
  'cause.D1.a': 'max_connections is too low for what the services need.',
  'cause.D1.b': 'The services’ connection pools are larger than the server allows.',
  'cause.D1.c': 'Sessions left idle in a transaction hold connections and locks.',
  'cause.D1.d': 'A program that was not seen to be a part of the platform holds most connections.',
  'diagnosis.D2': 'PostgreSQL is slow',
  'diagnosis.D2.meaning': 'Statements take long on average, or wait for locks.',
  'diagnosis.D2.impact': 'Everything that stores or reads is slow.',
  'cause.D2.a': 'An index that the platform needs is missing.',
  'cause.D2.b': 'Old rows that are no longer needed make the tables large.',
  'cause.D2.c': 'A session blocks others by a lock.',
  'diagnosis.D3': 'Redis is short of memory, or takes no writes',
  'diagnosis.D3.meaning':
    'Redis is at its memory limit, its limit is missing or too low, or Redis refuses writes for another reason.',
  'diagnosis.D3.impact': 'Writes fail or the hit rate falls; services become slower.',
  'cause.D3.a': 'The limit is reached and the eviction policy is noeviction.',
  'cause.D3.b': 'There is no memory limit, or it is too low.',
  'cause.D3.c': 'Useless cache keys fill the memory.',
  'cause.D3.d': 'Redis is a replica, and its master cannot be reached: it takes no writes.',
  'cause.D3.e':
    'Redis could not save its data; unless its settings say otherwise, it refuses writes because of it.',
  'cause.D3.f': 'Fewer replicas keep up than Redis wants for a write.',
  'diagnosis.D4': 'Messages pile up in NATS',
  'diagnosis.D4.meaning': 'A consumer does not take its messages as fast as they come.',
  'diagnosis.D4.impact': 'Messages arrive late; NATS disconnects slow consumers and drops messages.',
  'cause.D4.a': 'A consumer is slow.',
  'cause.D4.b': 'There is no JetStream stream to keep the events.',
  'diagnosis.N1': 'Services cannot reach each other',
  'diagnosis.N1.meaning': 'A request from one part to another does not arrive.',
  'diagnosis.N1.impact': 'What needs both parts does not work.',
  'cause.N1.a': 'The Service has no endpoints: no ready Pod stands behind it.',
  'cause.N1.b': 'The name cannot be resolved.',
  'cause.N1.c': 'A NetworkPolicy blocks the connection.',
  'cause.N1.d': 'The containers are not on the same network.',
  'diagnosis.P1': 'CPU usage is high',
  'diagnosis.P1.meaning': 'A service uses all the CPU it may use.',
  'diagnosis.P1.impact': 'Answers become slow; queues grow.',
  'cause.P1.a': 'One function burns the CPU.',
  'cause.P1.b': 'The CPU limit is too low for the work.',
  'diagnosis.P2': 'Memory grows',
  'diagnosis.P2.meaning': 'A process keeps more and more memory.',
  'diagnosis.P2.impact': 'It will be killed for memory, or take the node with it.',
  'cause.P2.a': 'Memory leaks in the process.',
  'cause.P2.b': 'There is no memory limit, so only the node bounds the growth.',
  'diagnosis.T1': 'The databases disagree',
  'diagnosis.T1.meaning': 'Cache, tables or indexes say different things.',
  'diagnosis.T1.impact': 'People and services see wrong data.',
  'cause.T1.a': 'The cache is stale.',
  'cause.T1.b': 'An index is corrupt, invalid or bloated.',
  'diagnosis.K1': 'A Pod does not start',
  'diagnosis.K1.meaning': 'Kubernetes wants the Pod to run and cannot make it.',
  'diagnosis.K1.impact': 'The part runs with fewer instances, or not at all.',
  'cause.K1.a': 'Its image cannot be pulled.',
  'cause.K1.b': 'Its container crashes again and again.',
  'cause.K1.c': 'Its container is killed for memory.',
  'cause.K1.d': 'No node can take it.',
  'cause.K1.e': 'A ConfigMap or Secret it needs is missing.',
  'cause.K1.f': 'Its health probe fails.',
  'cause.K1.g': 'The API server refuses to make it.',
  'cause.K1.h': 'Its init container waits and does not end.',
  'cause.K1.i': 'The command of its container is not there, or cannot be run.',
  'cause.K1.j': 'The kubelet evicts it: its node has too little left, or it uses more than it may.',
  'diagnosis.M1': 'Parts of the platform do not fit together',
  'diagnosis.M1.meaning': 'One part says or expects something that no other part does.',
  'diagnosis.M1.impact': 'Both parts run and look healthy, and what they should do together does not happen.',
  'cause.M1.a': 'Messages are published on one subject and listened to on another.',
  'cause.M1.b':
    'Messages are published where no client listens, or a client listens where no program publishes.',
  'cause.M1.c': 'A manifest declares or checks a port on which no process listens.',
  'cause.M1.d': 'A health check asks for something that is not there, so it can never pass.',
  'cause.M1.e': 'A Service does not fit the Pods that it is meant for.',
  'cause.M1.f': 'A program wants a database that PostgreSQL does not have.',
  'cause.M1.g': 'The NATS servers are no cluster: each hears its own clients alone.',
  'cause.M1.h': 'A scrape job of Prometheus leads to nothing that has metrics.',
  'cause.M1.i': 'A rule of Prometheus asks for a metric that no program exports.',
  'cause.M1.j': 'A program logs that it publishes without a connection to NATS.',
  'cause.M1.k': 'A second database has the same tables with other columns.',
  'cause.M1.l': 'A setting names another database or address than its program uses.',
  'cause.M1.m': 'Instances of one part run different images.',
  'cause.M1.n': 'A program cannot use a message that it is sent.',
  'diagnosis.C1': 'A configuration change has no effect',
  'diagnosis.C1.meaning': 'What the file says and what the process uses differ.',
  'diagnosis.C1.impact': 'A fix that was made in the configuration does not help.',
  'cause.C1.a': 'The process is older than its configuration; it has to be restarted.',
  'cause.C1.b': 'A flag or an environment variable wins over the file.',
  'cause.C1.c': 'The process is older than a Secret that it took a value from; it has to be restarted.',
  'remedy.correct-database-config':
    'Correct {@keys.database.host}, {@keys.database.port}, {@keys.database.user} or the password in {@agent-manager}’s configuration (ConfigMap {@agent-manager.configMap}, Secret {@agent-manager.secret}), then restart {@agent-manager}.',
  'remedy.start-database':
    'PostgreSQL itself does not serve: start it or mend it first. {@agent-manager} starts by itself once it answers.',
  'remedy.mend-name-server':
    'There is a Service "{deniedName}", so the address is right; a name server denied the name all the same. Look at the name servers: /aetherius diagnose N1.',
  'remedy.start-nats':
    'NATS itself does not serve: start it or mend it first. {@agent-manager} starts by itself once it answers.',
  'remedy.correct-variable':
    '{part} has {setting} from {variable}, which wins over the file. Correct it where that is set, then let {part} start anew. What the file says of it has no effect.',
  'remedy.correct-nats-config':
    'Correct {@keys.nats.url}, {@keys.nats.user} or the password in {@agent-manager}’s configuration (ConfigMap {@agent-manager.configMap}, Secret {@secrets.nats}), then restart {@agent-manager}.',
  'remedy.correct-redis-address':
    'See whether Redis runs. If it does, correct {@keys.redis.addr} in {@agent-manager}’s configuration and restart {@agent-manager}.',
  'remedy.correct-redis-password':
    'Set {@keys.redis.password} of {@agent-manager}, or the variable that it reads, to the password of Redis. Then restart {@agent-manager}.',
  'remedy.see-full-redis': 'Make room in Redis: /aetherius diagnose D3.',
  'remedy.correct-config-keys':
    'Compare the keys of {@agent-manager}’s configuration with those that this build reads. Programs pass over keys that they do not know.',
  'remedy.mend-stored-row':
    'Find the row or column that the log names. Save it before you change it, and tell the maintainers.',
  'remedy.create-database':
    'Create the database that the log names, or put the name of the existing one into {@agent-manager}’s configuration.',
  'remedy.free-or-change-port':
    'Stop the process that holds the port, or set {@keys.server.port} in {@agent-manager}’s configuration to a free one and restart it.',
  'remedy.align-registration-subject':
    'Set {@keys.nats.subjects.registration} to the same value on both sides (usually "{@subjects.registration}") and restart the side you changed.',
  'remedy.copy-auth-token':
    'Copy the Secret with the token ({@secrets.token}, unless another is named above) from the namespace of {@agent-manager} to that of the agents. Then restart the {@collect-agent.workload}. Never paste the token into a channel.',
  'remedy.start-collect-agent': 'Start the collect agents and look at their first log lines.',
  'remedy.report-subject-drift':
    'Tell the maintainers of the agents and of {@agent-manager}. Give them both subjects: "{published}" is published, "{listened}" is listened to. If the subject is a setting there, set both alike; otherwise only a change in one of the two programs helps. A restart does not.',
  'remedy.align-subjects':
    'Tell the maintainers of {publisher} and of {listener}, and give them the subjects above. If a subject is a setting there, set both alike; otherwise only a change in one of the two programs helps. A restart does not.',
  'remedy.report-unheard-subject':
    'Ask the maintainers of {publisher} which part should listen to "{published}".',
  'remedy.mend-declared-port':
    'Tell the maintainers of the manifest: take out port {port} ({declaredBy}), or name the port that is open. A restart does not help.',
  'remedy.mend-health-check':
    'Tell the maintainers of the manifest: let the check ask for what is there, with a program that the image has. A restart does not help.',
  'remedy.mend-selector':
    'Tell the maintainers of the manifest: let Service {service} select the Pods of its part alone, and lead to a port on which they listen.',
  'remedy.create-expected-database':
    'Create the database "{database}" with the tables of its program, or correct the name in its configuration.',
  'remedy.join-nats-servers':
    'Tell the maintainers of the manifest: give the NATS servers routes to each other, or run one server.',
  'remedy.mend-scrape-target':
    'Tell the maintainers of {source}: let job "{job}" ask what has metrics, or take the job out.',
  'remedy.mend-alert-rule':
    'Tell the maintainers of {source} and of the programs: export {metric}, or take it out of {rules}.',
  'remedy.report-publisher':
    'Tell the maintainers of {container}: the publisher has no connection of its own. A restart does not help.',
  'remedy.report-message':
    'Tell the maintainers of {container} and of the program that sends this: the two disagree on what is in the message. A restart does not help.',
  'remedy.remove-second-schema':
    'Tell the maintainers of the SQL files and of the programs which of the two schemas holds. Keep "{database}" until they have decided.',
  'remedy.align-images':
    'Tell who deploys {part} which image is meant. Name it by its digest, then restart the instances that have the other one.',
  'remedy.mend-variable':
    'Tell the maintainers of the manifest: take out {variable}, or set what {container} reads instead.',
  'remedy.raise-event-workers':
    'In {@agent-manager}’s configuration set {@keys.event.workers} to 20 and {@keys.event.buffer_size} to 2000, then restart it.',
  'remedy.set-config-text': 'Set that text in the configuration by hand, then restart the part.',
  'remedy.set-config-key': 'Set that number in the configuration by hand, then restart the service.',
  'remedy.raise-event-batch':
    'In {@agent-manager}’s configuration set {@keys.event.batch_size} to 200 and {@keys.event.batch_timeout} to 500, then restart it.',
  'remedy.see-slow-database': 'Ask for the diagnosis of the database: /aetherius diagnose D2.',
  'remedy.raise-executor':
    'In {@orchestrator-service}’s configuration set {@keys.executor.workers} to 50 and {@keys.executor.queue_size} to 2000, then restart it.',
  'remedy.mend-workflow-file':
    'Correct the named line of the workflow file and restart {@orchestrator-service}.',
  'remedy.raise-step-timeout':
    'Raise the timeout of the named step in its workflow file (the guide: 120 → 300) and restart {@orchestrator-service}.',
  'remedy.raise-command-capacity':
    'In {@agent-manager}’s configuration set {@keys.agent.command.default_timeout} to 600 and {@keys.agent.command.max_concurrent} to 200, then restart it.',
  'remedy.raise-memory-limit': 'Raise {@reasoning-service}’s memory limit to 2Gi and its request to 1Gi.',
  'remedy.fetch-model-again':
    'Fetch the model again into {@files.models}/, compare its checksum and keep the old file, then restart {@reasoning-service}. Where that folder is no volume, a new container loses it: build the model into the image. There is a button where our configuration names the address and the checksum: on Docker Compose for a folder of the host, on Kubernetes for a claim. No setting of the platform names them.',
  'remedy.wait-for-neo4j':
    'Wait until Neo4j says "Started.": some ten seconds after its start, minutes with little CPU or much data. A restart begins all of that anew: it is offered once Neo4j has run for five minutes.',
  'remedy.reset-neo4j-password':
    'Set Neo4j’s password and the Secret {@secrets.neo4j} to the same value, then restart {@reasoning-service}.',
  'remedy.start-neo4j': 'Start Neo4j and look at why it ended.',
  'remedy.mend-hot-function':
    'Hand the named function and the profile to the maintainers; more CPU only hides it.',
  'remedy.raise-cpu-limit': 'Raise the CPU limit to 2 and the request to 1.',
  'remedy.mend-leak':
    'Hand the named function and both heap profiles to the maintainers; a restart gains time.',
  'remedy.set-memory-limit': 'Set a memory limit of 2Gi and a liveness probe.',
  'remedy.delete-stale-cache':
    'Delete the stale keys by prefix with SCAN and UNLINK, never KEYS or FLUSHALL.',
  'remedy.reindex-concurrently': 'Run REINDEX INDEX CONCURRENTLY on the named index.',
  'remedy.remove-override':
    'Find out first which value of {key} is right. If it is the file’s, take {name} away, which hides it; else set {name} to the wanted value.',
  'remedy.keep-override':
    'Leave {name} as it is: the program is connected by its value, and would not be by the file’s ({fileValue}). Correct {key} in the file, so that a reader does not take it for the value in use.',
  'remedy.remove-override-compose':
    'Find out first which value of {key} is right. If it is the file’s, take {name} away, which hides it; else set {name} to the wanted value. That makes the container anew from your Compose file, which the bot does not change.',
  'diagnose.looking':
    '*{environment}*: looking for the cause, {seen} of {asked|# piece|# pieces} of evidence seen.',
  'diagnose.cause': '*{environment}* · {cause}',
  'diagnose.title': '*{environment}* · {what}.',
  'diagnose.up': '{part} is up and answers; nothing wrong was found',
  'diagnose.nothing': 'nothing wrong was found',
  'diagnose.no-cause': 'no cause is confirmed',
  'diagnose.cannot': 'this cannot be checked here',
  'diagnose.left-open': '{count} of {all} causes could not be ruled out',
  'diagnose.unchecked': '{count} of {all} causes could not be checked',
  'diagnose.unchecked.all': 'the {all|# cause|# causes} of this could not be checked',
  'diagnose.unchecked.most': '{count} of {all} causes could not be checked ({most} need {what})',
  'diagnose.unchecked.others':
    'Besides, {count|# cause|# causes} could not be checked. Details says what it would take.',
  'diagnose.needs': '*To check them:*',
  'diagnose.need': '• {count|# cause needs|# causes need} {what}: {why}',
  'diagnose.need.more': '{count} more',
  'diagnose.needs.more': '… and {count|# more reason|# more reasons}, in Details.',
  'diagnose.more-evidence': '… and {count} more of the same kind.',
  'diagnose.todo': '*What to do:*',
  'diagnose.no-question': '{id} {symptom}: does not apply to this platform.',
  'diagnose.not-here':
    '{id} {symptom}: this platform has no {part}. It is not configured, and nothing that runs is it.',
  'diagnose.uncheckable': '{id} {symptom}: cannot be checked here. What it looks at is not configured.',
  'diagnose.open-alike': 'These stay open for one and the same reason.',
  'diagnose.unseen': 'Could not see {what}.',
  'diagnose.turns': 'would change with another reading of {what}',
  'diagnose.turns-with-more': 'would need another reading of {what}, and the complaint itself',
  'diagnose.unseen-of': '{what} ({about})',
  'diagnose.unseen-why': '{what}: {why}',
  'diagnose.unexplained': ':speech_balloon: *Not known to this bot.* {part} said this itself:',
  'diagnose.unexplained.report': 'Report these lines if they turn out to be a cause.',
  'diagnose.changes': ':clock1: Changed in the hour before:',
  'diagnose.change': '• {since:time} · {text}',
  'diagnose.more-changes': '… and {count|# more is|# more are} in the evidence.',
  'diagnose.no-reason': 'no reason given',
  'diagnose.path': 'The way to {part}, as walked',
  'diagnose.step.running': 'runs',
  'diagnose.step.health': 'healthy',
  'diagnose.step.network': 'network',
  'diagnose.step.application': 'application',
  'diagnose.choose': 'It is not clear what "{text}" is about. Is it one of these?',
  'diagnose.file.by-hand': 'What to do by hand',
  'diagnose.file.seen': 'What was seen',
  'diagnose.verdict.confirmed': 'confirmed',
  'diagnose.verdict.possible': 'possible, what was seen does not settle it',
  'diagnose.verdict.ruled-out': 'ruled out',
  'diagnose.verdict.not-of-this': 'not the cause of this symptom',
  'remedy.set-image-in-file':
    'If it has ended since it was made from another image: write the former one into the Compose file and run `up`. Where I have seen another image of {part} run here before, a button can do the same for a while (`runtime.recreate`).',
  'remedy.mend-what-it-said':
    'Mend what it said above: in the configuration of {part}, or at the other end. Started as it is, it ends again.',
  'remedy.restart-for-secret':
    '{part} runs with the value from before Secret {secret} changed: restart it. Nothing else is to be mended for that.',
  'remedy.see-what-it-blames':
    '{part} says that this does not work for it: {dependencies:part}. Look there first: does it run, does it answer, does it accept the user and password of {part}? No restart of {part} is offered: that does not mend what it needs, and {part} may not come up again without it. Restart it by hand only if all is well there and it still says so.',
  'remedy.mend-what-it-answers':
    '{part} answers, and says itself what is wrong: “{detail}”. Go by these words. No restart is offered: it does not mend that, and what is not saved would be lost with it.',
  'remedy.see-why-not-running':
    'Look at the last state and exit code of {part}; /aetherius logs quotes the last lines of its log.',
  'remedy.start-workload': 'Scale {part} up again: it is scaled to zero.',
  'remedy.roll-back': 'Go back to the revision before, if it came with a rollout.',
  'remedy.raise-limits': 'Raise the limit that is reached: memory to 2048 MiB, or CPU to 2 cores.',
  'remedy.see-network': 'Ask for the diagnosis of the network: /aetherius diagnose N1.',
  'remedy.see-application':
    'Nothing outside of the part explains this: /aetherius logs quotes what it says itself.',
  'cause.override-unseen.switch':
    '{variable} is set; whether the program reads it shows with {allowedBy} of the Helm chart',
  'cause.workflow-files-unseen': 'there is no workflow in {path}, and where they are was not seen',
  'cause.override-unseen': '{variable} is set, and whether the program reads it cannot be seen',
  'cause.column-missing': 'table {table} has no column {column} here; the nearest is {similar}',
  'diagnose.unseen-besides': 'Besides, could not see {what}.',
  'cause.worker-busy': 'this worker was too busy ({lagMs} ms late) to judge by the clock',
  'remedy.raise-max-connections':
    'Set max_connections to {wanted} (now {max}) in ConfigMap {@postgres.configMap} or by ALTER SYSTEM, and restart PostgreSQL; a reload is not enough.',
  'remedy.shrink-pools':
    'In the configuration of {application} set {@keys.database.max_open_conns} to 50, {@keys.database.max_idle_conns} to 10 and {@keys.database.conn_max_lifetime} to 30, then restart it.',
  'remedy.ask-who-holds-connections':
    'Ask whose program {application} is ({applicationSessions|# connection|# connections} in {database}), and let its owner close what it does not need, or give it a limit of its own.',
  'remedy.end-leaked-sessions':
    'End the sessions of services that are idle in a transaction, and mend the program that leaves them open. Leave those of people, dumps and migrations.',
  'remedy.create-index': 'CREATE INDEX CONCURRENTLY {index} ON {table} ({column}); in database {database}.',
  'remedy.remove-old-rows':
    'Delete or archive the old rows of {table} in batches, counting first; take the guide’s conditions word for word.',
  'remedy.end-blocker':
    'Ask the owner of {application}, then SELECT pg_cancel_backend({pid}); pg_terminate_backend only if that does not help.',
  'remedy.end-blocker.idle':
    'Ask the owner of {application}, then SELECT pg_terminate_backend({pid}): it runs no statement that could be cancelled.',
  'remedy.set-eviction-policy':
    'Look at the kinds of keys first. Only if all of them are caches: CONFIG SET maxmemory-policy allkeys-lru. If only those that expire are: volatile-lru.',
  'remedy.raise-maxmemory':
    'Give the container of Redis {containerBytes:bytes}, then set maxmemory to {wantedBytes:bytes}.',
  'remedy.delete-useless-keys':
    'Delete {prefix} in batches with SCAN and UNLINK, counting first; never KEYS.',
  'remedy.mend-replication':
    'Bring the master {master} back, or correct its address. Make this Redis the master (`REPLICAOF NO ONE`) only where the old one is gone for good. I offer no fix: I do not know whether the master still takes writes, and two masters no longer agree.',
  'remedy.mend-save':
    'See in the log of Redis why the save failed ({kind}): a full disk, a wrong right or no memory. Mend that; after the next save that succeeds it takes writes again. I offer no fix: writes taken without a save are lost when Redis ends.',
  'remedy.bring-replicas-back':
    'Bring the replicas back: {good|# keeps|# keep} up, and at least {wanted} are wanted (min-replicas-to-write). I offer no fix: with fewer, writes are lost when this Redis fails, and somebody has chosen against that.',
  'remedy.speed-up-consumer':
    'If the consumer is {@agent-manager}, set {@keys.event.workers} to 20 and {@keys.event.buffer_size} to 2000 and restart it; otherwise mend or stop {subject}.',
  'remedy.create-stream':
    'Create the stream {@streams.events} on {@subjects.events} with limits retention and max-age 24h.',
  'remedy.mend-service-selector':
    'Make the selector of Service {service} ({selector}) fit the labels of its Pods.',
  'remedy.mend-dns':
    'Look at the cluster’s DNS (CoreDNS) and at the resolver settings of the Pod or container.',
  'remedy.lift-policy':
    'Add a NetworkPolicy that allows these two ends and the port. Rules that allow add up: the policy named above can stay. To delete it would open all that it closes.',
  'remedy.lift-firewall':
    'Look for a firewall rule between the two containers (DOCKER-USER chain); both are well and share a network.',
  'remedy.connect-network': 'docker network connect --alias the service’s name {network} {container}',
  'remedy.mend-image':
    'Check name and tag of {image}, the registry and imagePullSecrets; or give {container} the image that ran before, or roll back to the previous revision.',
  'remedy.read-crash-log':
    'I know no cause in the last lines of its log; /aetherius logs quotes them. Roll back if it came with a change.',
  'remedy.raise-pod-memory': 'Raise the memory limit of the container.',
  'remedy.make-schedulable': 'Do what the scheduler asks for: {message}',
  'remedy.make-room':
    'The nodes have too little left of {room} for {subject}. Lower what it requests, end what is not needed there, or add a node.',
  'remedy.mend-node-choice':
    'No node has the labels that {subject} chooses its nodes by. Correct its nodeSelector or node affinity, or label a node.',
  'remedy.tolerate-taint':
    'A taint keeps {subject} from nodes ({taint}). If it may run there, give it a toleration. Take the taint away only where it is out of use.',
  'remedy.free-host-port':
    'On each node another Pod has a host port that {subject} asks for. Take the hostPort out, end the other Pod, or run fewer Pods than there are nodes.',
  'remedy.mend-claim':
    'A volume that {subject} needs cannot be had on any node ({claim}). Look at its claim: does it exist, is it bound, and in which zone is its volume?',
  'remedy.mend-pod-affinity':
    'The affinity or anti-affinity of Pods leaves no node for {subject}. Make the rule a preference, or add a node that it allows.',
  'remedy.mend-spread':
    'The topology spread of {subject} leaves no node for another Pod. Allow a greater maxSkew or ScheduleAnyway, or add a node.',
  'remedy.mend-node': 'Nodes are not well ({ill}). Mend them first, or add a node.',
  'remedy.uncordon-node': 'Nodes are cordoned. Take that back when their maintenance is over, or add a node.',
  'remedy.create-missing-config': 'Create what is missing or correct its name: {message}',
  'remedy.mend-quota':
    'Quota {quota} is full. Raise it, or end what is not needed in {namespace}. I offer no fix. Ask who set the quota.',
  'remedy.set-what-quota-wants':
    'Quota {unlimited} takes only Pods whose containers name these values. Give the containers of {subject} such requests and limits, or let a LimitRange give them by default. I offer no fix, because I do not know how much they need.',
  'remedy.fit-limit-range':
    'A LimitRange of {namespace} does not allow this much or this little {range}. Correct the requests and limits of {subject}, or the LimitRange. I offer no fix, because I do not know which of them is wrong.',
  'remedy.mend-security-context':
    'Pod Security lets only Pods of level {security} into {namespace}. Give {subject} the security context that the message names. I offer no fix: to lower the level would let in more than before.',
  'remedy.mend-webhook':
    'The admission webhook {webhook} does not answer, and nothing may be made without it. Start its program again, or see its Service and certificate. I offer no fix: without the webhook its checks would not be made.',
  'remedy.mend-what-is-denied':
    'The policy {denied} refuses the Pods of {subject}. Do what its message says, or ask who keeps it. I offer no fix: to go round a policy is not for a bot.',
  'remedy.create-service-account':
    'The Service Account {account} is not in {namespace}. Make it with its roles again, or correct serviceAccountName of {subject}. I offer no fix, because I do not know its former rights.',
  'remedy.mend-what-refuses':
    'Do what the message says: {message}. I offer no fix: I do not know this refusal.',
  'remedy.see-what-init-waits-for':
    'Read the end of the log of init container {container}: it names what {subject} waits for. Bring that up, or correct its name. I offer no fix: without it the init container would only wait again.',
  'remedy.mend-command':
    'Container {container} cannot run {command} ({message}). Correct its command, or take an image that has it.',
  'remedy.free-node':
    'Node {node} has too little left of {pressure}. Free some there, or add a node; the Pod may come back by itself then. I offer no fix, because I do not know what may go from a node.',
  'remedy.raise-storage-limit':
    '{subject} keeps more than it may ({overuse}): see what fills it, or raise the limit (sizeLimit, ephemeral-storage). I offer no fix, because I do not know how much it needs.',
  'remedy.see-eviction':
    'Do what the message of the kubelet says: {message}. I offer no fix: I do not know this eviction.',
  'remedy.mend-probe': 'Correct path and port of the {probe} probe, or what it asks for.',
} as const;
