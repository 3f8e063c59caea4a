/** Fixes: their names, what their steps do, what users notice, and why one is not offered. */
export const remediations = {
  'remediation.redis.set-eviction-policy': 'Let Redis evict old keys',
  'remediation.postgres.terminate-idle-sessions': 'End leaked database sessions',
  'remediation.postgres.end-blocking-session': 'End what blocks other sessions',
  'remediation.postgres.create-indexes': 'Create the missing database indexes',
  'remediation.postgres.rebuild-index': 'Build a database index anew',
  'remediation.postgres.set-max-connections': 'Raise max_connections from the next restart',
  'remediation.postgres.archive-old-rows': 'Move old rows into an archive table',
  'remediation.postgres.delete-old-rows': 'Delete old events',
  'remediation.redis.set-memory-limit': 'Change the memory limit of Redis',
  'remediation.redis.delete-keys': 'Empty a cache in Redis',
  'remediation.nats.create-stream': 'Create the stream that keeps the events',
  'remediation.kubernetes.restart-workload': 'Restart a workload',
  'remediation.kubernetes.start-workload': 'Start a workload that is scaled to zero',
  'remediation.kubernetes.rollback-workload': 'Go back to an earlier revision of a workload',
  'remediation.kubernetes.set-resources': 'Change the memory or CPU of a workload',
  'remediation.kubernetes.set-selector': 'Let a Service select its Pods',
  'remediation.kubernetes.remove-node-selector': 'Let a workload run on any node',
  'remediation.kubernetes.set-image': 'Give a container its former image',
  'remediation.kubernetes.set-probe': 'Let a health probe ask the port that answers',
  'remediation.kubernetes.set-config-text': 'Set an address or a subject to what another part uses',
  'remediation.kubernetes.set-config-key': 'Set a number in the configuration of a service',
  'remediation.compose.set-config-key': 'Set a number in the configuration file of a service',
  'remediation.compose.set-config-text':
    'Set an address or a subject in a configuration file to what another part uses',
  'remediation.compose.set-step-timeout': 'Give a workflow step more time in its file',
  'remediation.kubernetes.set-step-timeout': 'Give a workflow step more time',
  'remediation.kubernetes.remove-override': 'Take away what hides a setting of the configuration file',
  'remediation.kubernetes.allow-connection': 'Let a blocked connection through for five minutes at most',
  'remediation.kubernetes.copy-registration-token':
    'Copy the registration token to the collect agents, and restart them',
  'remediation.kubernetes.reset-neo4j-password':
    'Give Neo4j and its Secrets a new password, and restart who logs in with it',
  'remediation.compose.restart-service': 'Restart a service',
  'remediation.compose.connect-network': 'Connect a service to its network',
  'remediation.compose.start-service': 'Start a service',
  'remediation.compose.set-limits': 'Raise the memory or CPU limit of a service',
  'remediation.kubernetes.fetch-model': 'Fetch the model of root-cause analysis again into its volume',
  'remediation.compose.fetch-model': 'Fetch the model of root-cause analysis again',
  'remediation.compose.remove-override':
    'Make a container anew without what hides a setting of its configuration file',
  'remediation.compose.recreate-with-image': 'Make a container anew with its former image',

  'step.redis-set-eviction-policy': 'Set the eviction policy of Redis to {policy}',
  'step.postgres-terminate-session': 'End the session {target}',
  'step.postgres-cancel-statement': 'Cancel the statement of {target}',
  'step.postgres-create-index': 'Create the index {target} on {table} ({column}), concurrently',
  'step.postgres-drop-index': 'Drop the index {target} of {table}, concurrently',
  'step.postgres-reindex': 'Build {target} anew, concurrently',
  'step.postgres-set-max-connections': 'Write max_connections = {max_connections} for the next start',
  'step.postgres-archive-rows': 'Move rows of {table} from before {before} into {archive}, in batches',
  'step.postgres-restore-rows': 'Move rows from {archive} back into {table}, in batches',
  'step.postgres-delete-rows': 'Delete rows of {table} from before {before}, in batches',
  'step.redis-set-memory-limit': 'Set maxmemory of Redis to {maxmemory:bytes}',
  'step.redis-delete-keys': 'Delete {prefix} on {target}, in batches',
  'step.nats-create-stream': 'Create the stream {target}',
  'step.nats-delete-stream': 'Delete the stream {target}, which is empty',
  'step.kubernetes-rollout-restart': 'Restart {target}, one Pod after the other',
  'step.kubernetes-start': 'Scale {target} to {replicas}',
  'step.kubernetes-scale-to-zero': 'Scale {target} to zero again',
  'step.kubernetes-rollback': 'Bring {target} to revision {revision}',
  'step.kubernetes-set-resources': 'Set limits and requests of {target}',
  'step.kubernetes-set-selector': 'Set the selector of {target} to {selector}',
  'step.kubernetes-remove-node-selector': 'Take the node label that no node has from {target}',
  'step.kubernetes-restore-node-selector': 'Bind {target} to nodes with {nodeLabel} again',
  'step.kubernetes-set-image': 'Let {target} use the image {image}',
  'step.kubernetes-set-probe': 'Let {target} ask port {port}',
  'step.kubernetes-set-config-text': 'Set {key} to {value} in {target}',
  'step.kubernetes-set-config-key': 'Set {key} to {value} in {target}',
  'step.kubernetes-set-step-timeout': 'Set the timeout of step {step} to {value} s in {target}',
  'step.kubernetes-remove-override': 'Take {name} from {target}, so that {key} is {value} as {by} says',
  'step.kubernetes-restore-override': 'Put {name} back into {target}, so that {key} is {value} again',
  'step.kubernetes-start-clock': 'Make a Job that runs nothing, and that the cluster ends and deletes',
  'step.kubernetes-allow-ingress': 'Add a NetworkPolicy: {target} accepts {peer} on port {port}',
  'step.kubernetes-allow-egress': 'Add a NetworkPolicy: {target} may connect to {peer} on port {port}',
  'step.kubernetes-end-connection': 'Delete the Job; the cluster deletes the NetworkPolicy with it',
  'step.kubernetes-keep-secret': 'Keep the value from before in {target}, which the cluster deletes later',
  'step.kubernetes-copy-token': 'Copy the token into {target}',
  'step.kubernetes-put-back-secret': 'Put the value from before back into {target}',
  'step.kubernetes-drop-kept': 'Delete {target}, where the value from before was kept',
  'step.kubernetes-keep-password':
    'Draw a new password, and keep it with the former one in {target}, which the cluster deletes later',
  'step.neo4j-set-password': 'Set the new password in Neo4j',
  'step.kubernetes-write-password': 'Write the new password into {target}',
  'step.neo4j-restore-password': 'Set the former password in Neo4j again',
  'step.compose-connect-network': 'Connect the container {target} to the network',
  'step.compose-disconnect-network': 'Disconnect the container {target} from the network',
  'step.compose-start': 'Start the container {target}',
  'step.compose-set-limits': 'Set the limits of {target}',
  'step.compose-set-config-key': 'Set {key} to {value} in {target}',
  'step.compose-set-config-text': 'Set {key} to {value} in {target}',
  'step.compose-set-step-timeout': 'Set the timeout of step {step} to {value} s in {target}',
  'step.compose-fetch-model':
    'Fetch the model beside {target}, compare its checksum, keep the old file, and rename the new one over it',
  'step.compose-put-model-back': 'Rename the kept file back to {target}',
  'step.kubernetes-fetch-model':
    'Fetch the model beside {target} by a Job, compare its checksum, keep the old file, and rename the new one over it',
  'step.kubernetes-put-model-back': 'Rename the kept file back to {target} by a Job',
  'step.compose-restart': 'Restart the container {target}',
  'step.compose-create': 'Make another container like {target} from the image {image}, without starting it',
  'step.compose-create-without':
    'Make another container like {target} without {name}, and do not start it: {key} is {value} there, as {by} says',
  'step.compose-stop': 'Stop the container {target}',
  'step.compose-restart-policy': 'Set the restart policy of {target} to {restartPolicy}',
  'step.compose-rename': 'Rename the container {target} to {container}',
  'step.compose-remove': 'Remove the container {target}',

  'blast.redis-eviction':
    'Once the memory limit of {maxmemory:bytes} is reached, Redis drops the least used of its {keys|# key|# keys} instead of refusing writes. These may be jobs, locks and sessions as well as caches.',
  'blast.redis-eviction-all':
    'Once the memory limit of {maxmemory:bytes} is reached, Redis drops keys instead of refusing writes. {evictable|# key|# keys} may go: {prefixes}. By their prefix all of these are caches, which their users fill again. {looked} of {keys|# key was|# keys were} looked at ({share:ratio}).',
  'blast.redis-eviction-volatile':
    'Once the memory limit of {maxmemory:bytes} is reached, Redis drops keys that expire instead of refusing writes. {evictable|# key|# keys} may go: {prefixes}. By their prefix all of these are caches, which their users fill again. {others|# other key stays|# other keys stay} ({otherPrefixes}), as long as it gets no time to live. {looked} of {keys|# key was|# keys were} looked at ({share:ratio}).',
  'blast.redis-eviction-undo':
    'Redis refuses writes again once its memory limit is reached, as before the fix (policy {policy}).',
  'blast.undo': 'The state from before the fix comes back, and its problem may come back with it.',
  'blast.postgres-sessions':
    '{sessions|# idle session|# idle sessions} of {applications} {sessions|ends and its open transaction is|end and their open transactions are} rolled back.',
  'blast.postgres-sessions-of':
    '{sessions|# idle session|# idle sessions} of services {sessions|ends and its open transaction is|end and their open transactions are} rolled back: {applications}. The oldest has been open for {oldestSeconds:seconds}. The services connect again by themselves.',
  'blast.postgres-sessions-beside':
    '{sessions|# idle session|# idle sessions} of services {sessions|ends and its open transaction is|end and their open transactions are} rolled back: {applications}. The oldest has been open for {oldestSeconds:seconds}. The services connect again by themselves. {left|# other session stays|# other sessions stay} ({others}): {tools} of people and tools, {unknown} of which nothing shows whose {unknown|it is|they are}.',
  'blast.postgres-cancel':
    'The statement of {application} ({user}) fails and its transaction is rolled back. {waiting|# waiting session goes on|# waiting sessions go on}.',
  'blast.postgres-end-blocker':
    'The session of {application} ({user}) ends and its transaction, open for {openSeconds:seconds}, is rolled back. {waiting|# waiting session goes on|# waiting sessions go on}.',
  'blast.postgres-create-indexes':
    'PostgreSQL reads tables of up to {rows|# row|# rows} in {database} and is busier for that time, which is {minutes|# minute|# minutes} at most. Reads and writes go on. Afterwards each write costs a little more.',
  'blast.postgres-drop-indexes':
    'The {indexes|# index|# indexes} of this fix {indexes|is|are} dropped. The statements that used {indexes|it|them} are slow again.',
  'blast.postgres-reindex':
    'PostgreSQL reads {table} and writes {bytes:bytes} at most, which may take up to {minutes|# minute|# minutes}. Reads and writes go on, with the old index until the new one is valid.',
  'blast.postgres-max-connections':
    'Nothing changes now: the limit stays {now} until PostgreSQL is restarted, and is {value} from then on. The restart is not part of this fix.',
  'blast.postgres-max-connections-undo':
    'From its next restart on, max_connections is {value} again, as before the fix.',
  'blast.postgres-archive-rows':
    '{rows|# row|# rows} of {table}, from {oldest:time} to {newest:time}, {rows|moves|move} into {archive}. Reads of {table} no longer find them. Reads and writes go on; the work rests four times as long as it runs.',
  'blast.postgres-restore-rows':
    'Rows of {archive} from {oldest:time} until {before} move back into {table}: {rows|# row|# rows} by this fix, and what an earlier one put there.',
  'blast.postgres-delete-rows':
    '{rows|# row|# rows} of {table}, from {oldest:time} to {newest:time}, {rows|is|are} gone for good. Reads and writes go on; the work rests four times as long as it runs.',
  'blast.redis-memory-limit':
    'Redis may use {bytes:bytes} ({used:bytes} in use, policy {policy}). No key is touched. It holds until Redis is restarted.',
  'blast.redis-memory-limit-undo':
    'Redis may use {bytes:bytes} again (policy {policy}), as before the fix. Where more is in use, it evicts keys or refuses writes at once.',
  'blast.redis-delete-keys':
    '{keys|# key|# keys} {prefix} {keys|is|are} deleted, about {bytes:bytes}, such as {sample}. The services read from their databases until the cache is filled again.',
  'blast.nats-create-stream':
    'NATS keeps what is sent to {subject} for {hours|# hour|# hours} on its disk, in the stream {stream}. Clients go on as before.',
  'blast.nats-delete-stream': 'The stream {stream} is deleted if it keeps no message and has no consumer.',
  'blast.kubernetes-restart':
    '{pods|# Pod is replaced|# Pods are replaced one after the other} ({ready|# is|# are} ready now, strategy {strategy}). A workload with one Pod is away for that time.',
  'blast.kubernetes-start':
    '{pods|# Pod is|# Pods are} started for `{workload}`. No Pod runs now, and it answers once one is ready.',
  'blast.kubernetes-start-undo':
    'All Pods of `{workload}` are stopped again. Nothing answers there any more.',
  'blast.kubernetes-rollback':
    '{pods|# Pod is replaced|# Pods are replaced one after the other} by Pods of revision {revision} ({ready|# is|# are} ready now). A workload with one Pod is away for that time.',
  'blast.kubernetes-rollback-undo':
    '{pods|# Pod is replaced|# Pods are replaced one after the other} by Pods of revision {revision}, as before the fix. Its problem comes back with it.',
  'blast.kubernetes-set-resources':
    '{pods|# Pod is replaced|# Pods are replaced one after the other} for the new values of {container} ({ready|# is|# are} ready now). A workload with one Pod is away for that time.',
  'blast.kubernetes-set-resources-undo':
    '{pods|# Pod is replaced|# Pods are replaced one after the other} for the former values of {container}. The problem from before may come back.',
  'blast.kubernetes-set-selector':
    'The Service `{service}` leads to {pods|# Pod|# Pods} of `{workload}` ({ready|# is|# are} ready now). Until now it leads to no Pod. Nothing is restarted.',
  'blast.kubernetes-set-selector-undo':
    'The Service `{service}` leads to no Pod again, as before the fix. Every connection to it is refused.',
  'blast.kubernetes-remove-node-selector':
    '{pods|# Pod|# Pods} may run on any node ({waiting|# waits|# wait} for one with {label} now). Pods that run already are replaced one after the other.',
  'blast.kubernetes-remove-node-selector-undo':
    '{pods|# Pod waits|# Pods wait} for a node with {label} again, as before the fix.',
  'blast.kubernetes-set-image':
    '{pods|# Pod is|# Pods are} replaced one after the other, where {pods|it does|they do} not run as wanted already ({ready} ready now, {running} with the former image). A workload with only one Pod may not answer meanwhile.',
  'blast.kubernetes-set-image-undo':
    '{pods|# Pod waits|# Pods wait} for {image} again, as before the fix, one after the other.',
  'blast.kubernetes-set-probe':
    '{pods|# Pod is replaced|# Pods are replaced one after the other} ({ready|# is|# are} ready now). On port {port} the {other} probe is answered, seen in {proved|# Pod|# Pods}.',
  'blast.kubernetes-set-probe-undo':
    '{pods|# Pod is replaced|# Pods are replaced one after the other}, and the probe asks port {port} again, as before the fix.',
  'blast.kubernetes-set-config-text':
    '{key} goes from {before} to {value}, which {from:part} uses. {pods|# Pod is replaced|# Pods are replaced one after the other} to read it ({ready|# is|# are} ready now).',
  'blast.kubernetes-set-config-text-undo':
    '{key} is {value} again, as before the fix, and {pods|# Pod is replaced|# Pods are replaced one after the other}. The problem from before will come back.',
  'blast.kubernetes-set-config-key':
    '{key} goes from {before} to {value}, and {pods|# Pod is replaced|# Pods are replaced one after the other} to read it ({ready|# is|# are} ready now). A workload with one Pod is away for that time.',
  'blast.kubernetes-set-config-key-undo':
    '{key} is {value} again, as before the fix, and {pods|# Pod is replaced|# Pods are replaced one after the other}. The problem from before may come back.',
  'blast.kubernetes-set-step-timeout':
    'Step {step} of {workflow} may take {value} s instead of {before} s. {pods|# Pod is replaced|# Pods are replaced one after the other} to read it ({ready|# is|# are} ready now). {running|# execution runs now and may begin again, or fail|# executions run now and may begin again, or fail}. A workload with one Pod is away for that time.',
  'blast.kubernetes-set-step-timeout-undo':
    'Step {step} of {workflow} may take only {value} s again, as before the fix. {pods|# Pod is replaced|# Pods are replaced one after the other}, and executions that run may begin again, or fail.',
  'blast.kubernetes-remove-override':
    '{key} goes from {before} to {value}, as the ConfigMap {map} says, because {name} is gone. {pods|# Pod is replaced|# Pods are replaced one after the other} ({ready|# is|# are} ready now). A workload with one Pod is away for that time.',
  'blast.kubernetes-remove-override-undo':
    '{name} is there again, and gives {key} the value {before} past the ConfigMap. {pods|# Pod is replaced|# Pods are replaced one after the other}.',
  'blast.kubernetes-allow-connection':
    '{from:part} may connect to {to:part} on port {port} for {seconds:seconds}, and then no more. All other connections that {policy} blocks stay blocked. Nothing is restarted.',
  'blast.kubernetes-allow-connection-undo':
    '{from:part} can no longer connect to {to:part} on port {port} ({policy}), as before the fix. Connections that are open may break.',
  'blast.kubernetes-copy-token':
    'The agents get the token that {@agent-manager} has, and {pods|# Pod is replaced|# Pods are replaced one after the other} to read it ({ready|# is|# are} ready now). An agent sends nothing while it restarts.',
  'blast.kubernetes-copy-token-undo':
    'The agents have the token from before the fix again, and {pods|# Pod is replaced|# Pods are replaced one after the other}. The problem from before may come back.',
  'blast.kubernetes-reset-neo4j':
    'Neo4j gets a new password, and {pods|# Pod is replaced|# Pods are replaced one after the other} to read it ({ready|# is|# are} ready now): {workloads}. Until then no new connection to Neo4j is made with the former password.',
  'blast.kubernetes-reset-neo4j-undo':
    'Neo4j has its former password again, the Secrets have the values from before the fix, and {pods|# Pod is replaced|# Pods are replaced one after the other}: {workloads}. The problem from before comes back.',
  'blast.compose-set-config-key':
    '{key} goes from {before} to {value}, and {containers|# container|# containers} of {service} {containers|is restarted|are restarted one after the other} to read it. With one container the service is away for some seconds.',
  'blast.compose-set-config-key-undo':
    '{key} is {value} again, as before the fix, and {containers|# container|# containers} of {service} {containers|is restarted|are restarted one after the other}. The problem from before may come back.',
  'blast.compose-set-config-text':
    '{key} goes from {before} to {value}, which {from:part} uses. {containers|# container|# containers} of {service} {containers|is restarted|are restarted one after the other} to read it.',
  'blast.compose-set-config-text-undo':
    '{key} is {value} again, as before the fix, and {containers|# container|# containers} of {service} {containers|is restarted|are restarted one after the other}. The problem from before will come back.',
  'blast.compose-set-step-timeout':
    'Step {step} of {workflow} may take {value} s instead of {before} s. {containers|# container|# containers} of {service} {containers|is restarted|are restarted one after the other} to read it. {running|# execution runs now and may begin again, or fail|# executions run now and may begin again, or fail}.',
  'blast.compose-set-step-timeout-undo':
    'Step {step} of {workflow} may take only {value} s again, as before the fix. {containers|# container|# containers} of {service} {containers|is restarted|are restarted one after the other}, and executions that run may begin again, or fail.',
  'blast.kubernetes-fetch-model':
    'A Job fetches the model into the claim {claim}. Until it is there with the right checksum nothing changes. Then {pods|# Pod|# Pods} of {workload} {pods|is restarted|are restarted} to load it; with one Pod no analysis runs for some seconds.',
  'blast.kubernetes-fetch-model-undo':
    'The model from before the fix is back in the claim {claim}, with what was wrong with it, and {pods|# Pod|# Pods} of {workload} {pods|is restarted|are restarted}. The problem from before comes back.',
  'blast.compose-fetch-model':
    'The worker fetches {bytes:bytes}. Until they are there with the right checksum nothing changes. Then {containers|# container|# containers} of {service} {containers|is restarted|are restarted one after the other} to load the model; with one container no analysis runs for some seconds.',
  'blast.compose-fetch-model-undo':
    'The model from before the fix is back, with what was wrong with it, and {containers|# container|# containers} of {service} {containers|is restarted|are restarted one after the other}. The problem from before comes back.',
  'blast.compose-restart':
    '{containers|# container|# containers} of {service} {containers|is restarted|are restarted one after the other} ({running|# runs|# run} now). With one container the service is away for some seconds.',

  diff: '{label}: {value}',
  'diff.change': '{label}: {from} → {to}',
  'diff.bytes': 'size',
  'diff.bytes.0': 'no file',
  'diff.sha256': 'SHA-256, as configured',
  'diff.image': 'image',
  'diff.imageId': 'image id',
  'diff.restartPolicy': 'restart policy',
  'diff.container': 'container',
  'diff.name': 'name',
  'diff.by': 'given by',
  'diff.container-image': 'image of {container}',
  'diff.container-resources': 'resources of {container}',
  'diff.restarted.pods': '{pods|# old Pod|# old Pods} → {pods} new',
  'diff.restarted.mark': 'this restart',
  'diff.anew': 'started anew',
  'diff.restarted': 'mark on the Pods',
  'diff.state': 'state',
  'diff.startedAt': 'running since',
  'diff.memory': 'memory limit',
  'diff.memoryRequest': 'memory request',
  'diff.cpu': 'CPU limit',
  'diff.cpuRequest': 'CPU request',
  'diff.cpus': 'CPU limit',
  'diff.replicas': 'Pods wanted',
  'diff.revision': 'revision',
  'diff.selector': 'selects',
  'diff.nodeLabel': 'required label of the node',
  'diff.port': 'port',
  'diff.value': 'value',
  'diff.seconds': 'time until the cluster ends it',
  'diff.pods': 'Pods it is for',
  'diff.peer': 'other end',
  'diff.policy': 'eviction policy',
  'diff.persist': 'also in the configuration file',
  'diff.application': 'application',
  'diff.user': 'user',
  'diff.client': 'client',
  'diff.index': 'index',
  'diff.index.absent': 'not there',
  'diff.index.valid': 'there and valid',
  'diff.index.invalid': 'there and invalid',
  'diff.index.rebuilt': 'built anew',
  'diff.index.file': 'as it is',
  'diff.table': 'table',
  'diff.column': 'column',
  'diff.max_connections': 'max_connections',
  'diff.written': 'in PostgreSQL’s own settings file',
  'diff.rows': 'rows are in',
  'diff.archive': 'archive',
  'diff.before': 'older than',
  'diff.from': 'from',
  'diff.oldRows': 'old rows',
  'diff.oldRows.true': 'there',
  'diff.oldRows.false': 'gone for good',
  'diff.maxmemory': 'memory limit',
  'diff.keys': 'keys',
  'diff.stream': 'stream',
  'diff.stream.absent': 'not there',
  'diff.stream.there': 'there',
  'diff.subjects': 'subjects',
  'diff.hours': 'hours kept',
  'diff.retention': 'retention',
  'diff.networks': 'networks',
  'diff.names': 'names there',

  'note.sessions-read':
    '{sessions|# session|# sessions} of {part:part}: application `{application}`, role `{user}`, from {client}, open since {since:time} at the earliest. Nothing in {sessions|it|them} is changed and not committed.',
  'note.sessions-wrote':
    ':warning: {sessions|# session|# sessions} of {part:part}: application `{application}`, role `{user}`, from {client}, open since {since:time} at the earliest. What {wrote|# of them has|# of them have} changed and not committed is lost, with locks on these tables: {tables}.',
  'note.rows-twice-unseen':
    'Whether rows of {table} are there twice could not be looked at in time. If they are, the work ends without effect.',
  'note.room-unseen':
    'Free space could not be checked. The work needs room on the disk of PostgreSQL beside what is there.',
  'note.quota-unseen': 'Whether a quota of the namespace leaves room for it could not be checked.',
  'note.archive-made': 'The table `{archive}` is made for it, with the same columns and key.',
  'note.lag-unseen':
    'A copy follows this database, and the bot’s role may not see how far it is behind. So the work is slower. The role pg_monitor would show it.',
  'note.waits-for-ready':
    ':warning: `{workload}` replaces a Pod only while the Pods before it are ready, and {pods|# is|# are} not. It may wait until somebody deletes the Pod.',
  'note.replicas-before': 'It had {pods|# Pod|# Pods} before it was stopped.',
  'note.replicas-unknown': 'How many Pods it had before is not known.',
  'note.selector-of': 'These are the labels by which `{workload}` knows its own Pods.',
  'note.any-node': 'What {label} stands for, such as a faster disk or a zone, is not ensured any more.',
  'note.probe-path-stays':
    'The {probe} probe still asks for {path}. Whether port {port} knows this path was not seen.',
  'note.config-shared':
    'The ConfigMap `{map}` is read by others as well, which do not restart now: {workloads}.',
  'note.model-source':
    'Fetched from {url}. Only a file with the configured SHA-256 (`{sha256}…`) is put there.',
  'note.model-kept':
    'The old file is kept beside {file} under a name of this fix, until somebody removes it.',
  'note.model-was-missing': 'There is no file now, so there is nothing to go back to.',
  'note.model-by-job':
    'The Job runs with the image {image} on the node {node} and mounts the claim {claim} alone. It has no account and is kept for a day.',
  'note.model-size-unknown':
    'The address cannot be reached from the worker, so its size is not known. Up to 2 GiB are fetched, if the cluster reaches it.',
  'note.model-unseen':
    'What lies at {file} now was not seen. The Job looks first; a file that is there is kept under a name of this fix, and without one the undo has nothing to go back to.',
  'note.file-shared': 'Others have the same file as well, and do not restart now: {services}.',
  'note.puts-back.git':
    ':warning: The file is kept in the Git work tree {folder}, so the next deploy from there may undo this.',
  'note.temporary-file':
    'So this change is temporary. To keep it, put the same into that file where it is committed:',
  'note.secret-may-hide':
    'The Secret `{secret}` gives variables whose names are not read. One of them may hide {key}.',
  'note.config-read-anew':
    ':warning: The ConfigMap `{map}` was changed after Pods had read it. New Pods read all of it, so other changed keys count from then on, too.',
  'note.ends-by-itself':
    'After {seconds:seconds} the cluster itself ends it, even if this bot does not run any more. Until then find out whether it is blocked on purpose.',
  'note.stays-while-policy':
    ':warning: In that time do not delete what blocks it ({policy}). Without that, this rule alone would block everything but this connection.',
  'note.nobodys-object':
    'It has no labels, so Argo CD, Flux and Helm do not know it. A tool that deletes what it does not know may end it early.',
  'note.keep-connection': 'To keep the connection, put this where the policies are made:',
  'note.value-never-shown':
    'No value is shown here, written into a log or stored by this bot. It goes from one Secret to the other.',
  'note.kept-until':
    'The value from before stays in `{secret}` for {seconds:seconds}, for the undo. Then the cluster itself deletes it.',
  'note.secret-shared':
    'The Secret `{secret}` is used by others as well, which do not restart now: {workloads}.',
  'note.temporary-secret':
    'So this change is temporary. To keep it, set the same value where that Secret is made.',
  'note.password-never-shown':
    'No value is shown here, written into a log or stored by this bot. The new password is drawn at random, and stands in Neo4j and in these Secrets alone.',
  'note.password-elsewhere':
    ':warning: Others that log in as the same user, with a password from elsewhere, are refused afterwards. Their open connections stay.',
  'note.neo4j-first-start':
    'What `{workload}` takes as its first password is not among these Secrets. On an empty volume it would start with another one.',
  'note.revision-since': 'Revision {revision} was first rolled out {at:time}.',
  'note.map-of-revision':
    'Revision {revision} mounts the ConfigMap `{map}`. It was not written after {at:time}, so its Pods have read what it holds now.',
  'note.map-secrets-change': 'Keys that change and may be secrets, so without their values: {keys}.',
  'note.map-entries-change': 'Texts that differ in more than keys: {entries}.',
  'note.map-more-changes': '{more|# more key changes|# more keys change}.',
  'note.variables-change':
    'Variables of `{container}` that change: {names}. Their values are not shown here.',
  'note.probe-changes': 'The {probe} of `{container}` changes back as well.',
  'note.image-runs':
    'Revision {revision} brought the former image, and Pods run it now (digest {digest}). The new Pods must show the same.',
  'note.image-of-revision':
    ':warning: No Pod runs the former image now, so nothing shows that it still works. It is that of revision {revision}, {at:time}.',
  'note.image-alone':
    'The image alone changes. Going back to revision {revision} would change these as well: {fields}. So the former image runs with them as they are now.',
  'note.labels-change': 'Only labels and annotations differ.',
  'note.schema-stays': 'What the newer version has changed in a database stays as it is.',
  'note.autoscaler':
    'The autoscaler `{name}` chooses the number of Pods after that, between {min} and {max}.',
  'note.puts-back.argocd':
    ':warning: Argo CD application `{name}` will undo this within minutes, if it heals itself.',
  'note.puts-back.flux': ':warning: Flux Kustomization `{name}` will undo this at its next run.',
  'note.puts-back.flux-helm': ':warning: Flux HelmRelease `{name}` will undo this at its next upgrade.',
  'note.puts-back.helm': ':warning: The next upgrade or rollback of Helm release `{name}` will undo this.',
  'note.puts-back.helm-applies':
    ':warning: The next upgrade or rollback of Helm release `{name}` will stop with a conflict at this change, unless its chart has the same value by then. With --force-conflicts it undoes this.',
  'note.puts-back.owner': ':warning: {kind} `{name}` made this object and may undo the change at any time.',
  'note.puts-back.tool': ':warning: {name} manages this object and may undo the change.',
  'note.temporary':
    'So this change is temporary. To keep it, put the same where the object is made, such as this patch:',
  'note.temporary-values':
    'So this change is temporary. To keep it, put the same into the values of the chart. Most charts name them so; look how this one does:',
  'note.may-put-back':
    ':warning: {tool} (`{name}`) makes this object. `{field}` was set by somebody else since, so it cannot be seen whether {tool} will undo this.',
  'note.temporary-perhaps':
    'So this change may be temporary. To keep it, put the same where the object is made, such as this patch:',
  'note.temporary-values-perhaps':
    'So this change may be temporary. To keep it, put the same into the values of the chart. Most charts name them so; look how this one does:',
  'note.lost-when-made-anew':
    'The limit is lost when `{service}` is made anew. To keep it, put this into the Compose file as well:',
  'note.lost-to-files':
    'The limit is lost when `{service}` is made anew from its Compose files ({files}), as by `docker compose up` after a change there. I cannot read these files. To keep the limit, put this where they are kept:',
  'note.lost-network':
    'The containers of `{service}` were not made on the network {network}. If their Compose files do not name it, the connection is lost when `{service}` is made anew. I cannot read these files.',
  'note.lost-network-patch':
    'To keep the connection, put this into the Compose file, where it is not there yet:',
  'note.lost-image':
    ':warning: The file still names the image {image}. The next `docker compose up` may make `{service}` anew from it. To keep the former image, put this into the Compose file:',
  'note.lost-override':
    ':warning: The Compose file still gives {name}, or a file of variables does. The next `docker compose up` may make `{service}` anew with it.',
  'note.lost-override-patch':
    'To keep this, take it away where it stands, or put this into a Compose file that is read after that one:',
  'note.file-read-anew':
    'The new container reads its whole file. Other keys that were changed since `{service}` started count from then on, too.',
  'note.image-ran': '{image} ({id}) was last seen to run well {at:time}.',
  'note.container-kept':
    'The container from before stays as `{container}`, stopped, and the undo needs it. Once it is not needed: `docker rm {container}`.',
  'note.set-by': '`{field}` was last set by {by}.',
  'note.changed-by': '`{field}` was last set by {by}, {at:time}.',
  'blast.compose-connect-network':
    '{containers|# container|# containers} of {service} can be reached on the network {network} again, and what runs is not restarted. A fixed address of the Compose file comes back only when the container is made anew.',
  'blast.compose-connect-network-undo':
    '{containers|# container|# containers} of {service} cannot be reached on the network {network} any more; open connections there break.',
  'blast.compose-start':
    '{containers|# container|# containers} of {service} {containers|is|are} started; {running|# runs|# run} already and {running|is|are} not touched.',
  'blast.compose-set-limits':
    'The limits of {containers|# container|# containers} of {service} change while {containers|it runs|they run}. Nothing is restarted.',
  'blast.compose-set-limits-undo':
    '{containers|# container|# containers} of {service} {containers|gets its|get their} former limits again. A container that uses more may be killed.',
  'blast.compose-recreate':
    'The container of {service} is made anew with {image}; its settings, mounts, networks and ports stay. What it wrote outside of its mounts is not in the new one. Between the stop of the old one and the start of the new one it does not run.',
  'blast.compose-recreate-undo':
    'The container of {service} from before comes back, with {image} and with what was wrong with it. The one of the fix is removed, with what it wrote outside of its mounts.',
  'blast.compose-remove-override':
    '{key} goes from {before} to {value}, as {file} says, because {name} is gone. The container of {service} is made anew for that; its image, mounts, networks and ports stay. What it wrote outside of its mounts is not in the new one. Between the stop of the old one and the start of the new one it does not run.',
  'blast.compose-remove-override-undo':
    'The container of {service} from before comes back, in which {name} gives {key} the value {before}. The one of the fix is removed, with what it wrote outside of its mounts.',

  'raised.rows-gone': 'Risk 3, because rows that are deleted do not come back.',
  'raised.credential-written':
    'Risk 3, because a credential is written. With a wrong one no collect agent can register.',
  'raised.password-changed':
    'Risk 3, because a credential is changed. Clients that keep the former one cannot log in to Neo4j.',
  'raised.model-is-code':
    'Risk 3, because a model is code: what it says runs inside of {@reasoning-service}.',
  'raised.unknown-part':
    'Risk 3, because nothing shows which part of the platform `{workload}` is. It may hold data.',
  'raised.no-majority':
    'Risk 3, because {part} has {size} members: while one restarts, the others have no majority.',
  'raised.primary':
    'Risk 3, because {copies|# copy follows|# copies follow} this {part}. One of them may take over.',
  'raised.keeps-nothing': 'Risk 3, because this {part} saves nothing to disk. It is empty after a restart.',
  'raised.budget': 'Risk 3, because the disruption budget {budget} allows no Pod to be away.',
  'raised.peers-unknown': 'Risk 3, because {part} does not say whether others depend on it.',

  'offer.refused.no-action': 'There is no fix of that name.',
  'offer.refused.bad-params': 'This value is missing or wrong: {fields}. What this fix takes: {takes}.',
  'offer.refused.bad-params.bare': 'These values are missing or wrong: {fields}.',
  'offer.refused.not-configured': 'This environment has no {missing}.',
  'offer.refused.plan-with-secret': 'A secret stands in its plan, and a plan is stored and shown.',
  'offer.refused.self-target': 'It would change a dependency of this bot itself ({identity}).',
  'offer.refused.self-target-unknown':
    'This bot itself may depend on it: it shows nothing by which that could be told.',
  'offer.refused.not-that-part': '`{workload}` is {seen}, and not {part}.',
  'offer.refused.missing-right': 'The worker lacks a right: {verb} {resource} in {namespace}.',
  'offer.refused.missing-right.switch':
    'The worker lacks a right: {verb} {resource} in {namespace}. The Helm chart gives it with {allowedBy}.',
  'offer.refused.cannot-look': 'The target could not be checked well enough for a plan.',
  'offer.refused.nothing-to-do': 'There is nothing to change: it is as it should be.',
  'offer.refused.redis-cluster': 'That Redis is a cluster of {nodes} masters: change each of them by hand.',
  'offer.refused.not-master': 'That Redis is a replica; its master must be changed.',
  'offer.refused.no-target': 'Nothing was found to act on.',
  'offer.refused.not-a-client':
    'Process {pid} is no client in a database of the platform ({what}), so it is left to people.',
  'offer.refused.sessions-of-others':
    '{left|# session is|# sessions are} left in a transaction ({others}), and not surely of a service: {tools} of people and tools, {unknown} of which nothing shows whose {unknown|it is|they are}.',
  'offer.refused.session-of-a-tool':
    'Session {pid} is of a person or a tool: application {application}, role {user}, from {client}. It is left to people.',
  'offer.refused.session-unknown':
    'Nothing shows whose session {pid} is: application {application}, role {user}, from {client}. Only sessions of services are ended from here.',
  'offer.refused.tools-at-work':
    'A restart of PostgreSQL would end what people or tools have open there: {others}. Wait for them, or ask them.',
  'offer.refused.nothing-to-cancel': 'Session {pid} runs no statement now ({state}): only ending it helps.',
  'offer.refused.partitioned-table': '{table} is partitioned: its indexes are made one partition at a time.',
  'offer.refused.table-too-large':
    '{table} has {bytes:bytes}; above {most:bytes} an index is left to people.',
  'offer.refused.too-young': '{before} is within the last {days|# day|# days}: such rows are not old.',
  'offer.refused.rows-partitioned': '{table} is partitioned: old rows leave it by a whole partition.',
  'offer.refused.server-too-old': 'It needs PostgreSQL {least} or later.',
  'offer.refused.rows-on-copy': 'That PostgreSQL is a copy: its primary must be changed.',
  'offer.refused.more-than-rows':
    'To take rows out of {table} does more than that, because of {what}. That is left to people.',
  'offer.refused.column-missing': '{table} has no column {column} here, so old rows cannot be told.',
  'offer.refused.archive-differs': '{table} exists and cannot take these rows: {what}.',
  'offer.refused.index-name-taken': 'There is another index named {index}, or {index} is being built now.',
  'offer.refused.system-schema': 'The schema {schema} is PostgreSQL’s own, and is not changed from here.',
  'offer.refused.rows-twice':
    '{values|# value is|# values are} there in several rows of {table}, so the unique index {index} can never be built. People decide which row stays.',
  'offer.refused.rows-twice-unknown':
    'Whether rows of {table} are there twice could not be told, and {index} is invalid: with such rows it can never be built. Look for them first.',
  'offer.refused.transaction-in-the-way':
    'A transaction of {application} (pid {pid}) has been open for {openSeconds:seconds}. The work would wait for it for {waitSeconds:seconds} at most, and then give up.',
  'offer.refused.too-little-disk':
    'The disk of PostgreSQL has {free:bytes} left, and up to {bytes:bytes} are needed.',
  'offer.refused.index-not-rebuilt': '{index} cannot be built anew concurrently.',
  'offer.refused.set-on-command-line': '{name} stands on the command line of PostgreSQL, which wins.',
  'offer.refused.copies-follow':
    'Copies follow this PostgreSQL ({copies}), or it is one. Raise the limit on the copies first.',
  'offer.refused.too-little-memory':
    '{bytes:bytes} is more than its container or machine has room for ({room:bytes}): raise that first.',
  'offer.refused.below-what-is-used': '{bytes:bytes} is less than Redis uses now ({used:bytes}).',
  'offer.refused.evicts-others':
    'With the policy {policy} Redis could drop keys that nothing here calls a cache: {prefixes}. {looked} of {keys|# key was|# keys were} looked at.',
  'offer.refused.victims-unknown':
    'What Redis could drop with the policy {policy} is not known: {looked} of {keys|# key was|# keys were} looked at, and {elsewhere} may be in other databases of that server.',
  'offer.refused.nothing-to-evict':
    'With the policy {policy} Redis has no key to drop, so it would still refuse writes.',
  'offer.refused.not-a-cache':
    'Only the caches of the platform are emptied from here, and {prefix} is another prefix.',
  'offer.refused.too-many-keys':
    'That Redis has {keys|# key|# keys}; at most {most|# is|# are} walked at once.',
  'offer.refused.jetstream-disabled': 'JetStream is off on that NATS.',
  'offer.refused.nats-cluster': 'That NATS is a cluster: people choose how many copies a stream has.',
  'offer.refused.stream-in-the-way': 'The stream {stream} has that name, or a part of {subject} already.',
  'offer.refused.ambiguous-target': 'Several things fit, and it must be clear which is meant: {workloads}.',
  'offer.refused.too-many-targets':
    'It would touch {found|# object|# objects}; at most {most|# is|# are} allowed.',
  'offer.refused.too-many-objects': 'It would touch too many objects at once.',
  'offer.refused.limit-reached': 'The same fix of the same target was tried too often within the hour.',
  'offer.refused.circuit-open':
    'The fix was done lately and the trouble came back: look for the cause first.',
  'offer.refused.target-busy': 'Another fix of the same target is under way ({other}).',
  'offer.refused.target-unknown':
    'The outcome of `{other}` on the same target is not known. Look at it, then type `/aetherius resolve {other} worked|failed <reason>`.',
  'offer.refused.no-approver': 'The policy names no approver for it.',
  'offer.refused.kill-switch': 'Such fixes have been off since {since:time} ({person}): {why}',
  'offer.refused.kill-switch.bare': 'Fixes are switched off: {why}',
  'offer.refused.record-held':
    'This database is older than its record, so nothing is offered. `/aetherius fixes` says more.',
  'offer.refused.record-broken':
    'The head of the record is not its last row, so nothing is offered. `/aetherius fixes` says more.',
  'offer.refused.frozen': 'A freeze window forbids it now.',
  'offer.refused.outside-hours': 'It is allowed only within the hours of the policy.',
  'offer.refused.several-members':
    '{service} has {found|# container|# containers} with data in common. Restart them by hand, one at a time.',
  'offer.refused.no-majority':
    'Only {well} of {size} members of {part} are well, and a restart takes one more: {majority} must stay.',
  'offer.refused.no-leader':
    'The {size} members of {part} have no leader now. A restart would not give them one.',
  'offer.refused.copy-behind':
    '{behind|# copy|# copies} of {part} {behind|is|are} not up to date. A restart of the primary now could lose data.',
  'offer.refused.copies-would-empty':
    'This {part} saves nothing to disk. After a restart it is empty, and its {copies|# copy|# copies} would be emptied, too.',
  'offer.refused.member-away':
    '{part}: of {pods|# Pod|# Pods} only {ready|# is|# are} ready, and a restart takes one more.',
  'offer.refused.all-at-once': 'This workload stops all its {pods|# Pod|# Pods} of {part} at once.',
  'offer.refused.budget-exhausted': 'Fewer Pods are healthy than the disruption budget {budget} wants.',
  'offer.refused.rollout-paused': 'The rollout of {workload} is paused, so a restart would do nothing.',
  'offer.refused.not-scaled-to-zero': '{workload} is not scaled to zero: it wants {pods|# Pod|# Pods}.',
  'offer.refused.outside-autoscaler':
    'The autoscaler {autoscaler} allows {min} to {max} Pods, and {pods} would be outside of that.',
  'offer.refused.network-not-one':
    'The engine has {found|# network|# networks} of the name {network}; there has to be one.',
  'offer.refused.network-of-another': 'The network {network} is that of the project {project}.',
  'offer.refused.network-not-shared':
    'Only {on} of the {running} other containers of the project are on {network}, so it may be the wrong one.',
  'offer.refused.nothing-stopped': 'All {found|# container|# containers} of {service} run already.',
  'offer.refused.scaled-to-zero': '{workload} is scaled to zero: start it first.',
  'offer.refused.several-containers':
    'It has several containers, and it must be clear which is meant: {containers}.',
  'offer.refused.limit-not-raised':
    'Its {what} limit is {now} already, and {limit} is no higher. Name a higher value.',
  'offer.refused.recreate-off': 'Containers are not made anew here: `{setting}` is off.',
  'offer.refused.anew-unknown': 'Nothing shows which part of the platform `{service}` is. It may hold data.',
  'offer.refused.anew-not-compose': 'Compose did not make the container {container}.',
  'offer.refused.anew-auto-remove':
    'The engine removes {container} as soon as it stops, so nothing could be brought back.',
  'offer.refused.anew-privileged': '{container} is privileged. People make such a container.',
  'offer.refused.anew-shares-namespace':
    '{container} shares a network or processes with the machine or with another container.',
  'offer.refused.anew-off-network':
    '{container} is not on the network any more on which it was made: connect it first.',
  'offer.refused.anew-nameless-volume':
    '{container} has a volume without a name. Another container would get an empty one.',
  'offer.refused.anew-leaned-on':
    'Other containers use its network, processes or volumes and would lose them: {containers}.',
  'offer.refused.anew-runs': '{container} runs well now.',
  'offer.refused.anew-stopped': '{container} did not end by itself, so its image is not what is wrong.',
  'offer.refused.anew-image-ran':
    '{image} was seen to run here before, so it is not the image: look at what else has changed.',
  'offer.refused.anew-nothing-ran': 'No other image of {part} was seen to run here.',
  'offer.refused.anew-image-gone': 'The engine does not have the former image {image} ({id}) any more.',
  'offer.refused.anew-present-gone':
    'The engine does not have {image} any more, so what the container has from it cannot be told.',
  'offer.refused.anew-volume':
    'A container of {image} would get an empty volume at {folders}, where nothing is mounted.',
  'offer.refused.quota-too-small':
    'The quota {quota} leaves too little: {used} of {hard} {resource} are used. The cluster would make no Pod.',
  'offer.refused.request-above-limit': 'A request of {request} is above the limit of {limit}.',
  'offer.refused.rollback-of-data':
    '{part} keeps data, and an older version may not read what a newer one wrote.',
  'offer.refused.no-container': '{workload} has no container {container}.',
  'offer.refused.image-is-there':
    'A Pod has got {image} for {container}, so its name and tag are right: look at the registry and at the other nodes.',
  'offer.refused.image-not-missed': 'No Pod waits for {image} of {container} now.',
  'offer.refused.no-earlier-image':
    'No earlier revision of {workload} is known with another image of {container} that could be got.',
  'offer.refused.image-long-set':
    '{image} has been set for more than {hours|# hour|# hours}, and no Pod runs an earlier image. So it is not what broke just now: look at the registry.',
  'offer.refused.image-of-data':
    '{part} keeps data. From here its image is set back only where the Pods that run stay as they are.',
  'offer.refused.image-elsewhere':
    'The image before was {former}, of another repository than {image}. People choose where images come from.',
  'offer.refused.rollback-does-it':
    'Going back to revision {revision} changes this image and nothing else: take that fix.',
  'offer.refused.rollout-not-begun': 'The controller has not begun the last rollout of {workload} yet.',
  'offer.refused.rollout-is-old':
    'Revision {revision} has run for more than {hours|# hour|# hours}, so it is not what broke just now. Name a revision to go back all the same.',
  'offer.refused.rollback-not-better':
    'A Pod of {workload} fails for what revision {revision} has as well ({why}).',
  'offer.refused.rollback-as-ill':
    'Revision {revision} is unwell itself: its Pods stand beside those of today, all of them unready.',
  'offer.refused.rollback-changes-more':
    'Revision {revision} differs in more than may be changed from here: {fields}.',
  'offer.refused.map-of-revision-gone':
    'Revision {revision} mounts the ConfigMap `{map}`, which does not exist any more.',
  'offer.refused.map-of-revision-written':
    'The ConfigMap `{map}` may have been written since revision {revision} first ran. What its Pods have read is not known.',
  'offer.refused.no-earlier-revision': 'The cluster keeps no earlier revision of {workload}.',
  'offer.refused.no-such-revision': 'There is no revision {revision}. There are: {known}.',
  'offer.refused.service-without-selector':
    'The Service {service} has no selector: its endpoints are made elsewhere.',
  'offer.refused.selects-pods':
    'The Service {service} selects {pods|# Pod|# Pods} already: its labels are not at fault.',
  'offer.refused.selector-not-labels':
    '{workload} knows its Pods by more than labels, and a Service can ask for labels alone.',
  'offer.refused.selects-others': 'Labels of {workload} ({labels}) fit other Pods as well: {pods}.',
  'offer.refused.no-ready-pod': 'No Pod of {workload} is ready, so the Service would lead to nothing.',
  'offer.refused.service-port-unknown':
    'The Service {service} leads to a port by a name that no container there has: {ports}.',
  'offer.refused.node-of-data': '{part} keeps data, which may lie on the nodes that it chooses.',
  'offer.refused.no-single-node-label':
    '{workload} does not choose its node by one label that may be taken away. It has: {labels}.',
  'offer.refused.node-affinity-too':
    '{workload} chooses its node by an affinity as well, so it cannot be told which is not met.',
  'offer.refused.node-has-label': 'A Pod of {workload} has found a node with {label}.',
  'offer.refused.not-for-its-label': 'No Pod of {workload} waits for the reason that no node has its label.',
  'offer.refused.probe-asks-elsewhere': 'The {probe} probe of {container} does not ask port {port} any more.',
  'offer.refused.no-other-port':
    'The {other} probe of {container} asks no port but {port}, so no other one is known to answer.',
  'offer.refused.port-is-its-own':
    'Port {port} is one of {container} itself. That it is closed is the fault, and no wrong probe.',
  'offer.refused.port-not-declared':
    'The {other} probe asks port {port}, and {container} does not say that it has this port.',
  'offer.refused.other-probe-not-proved':
    'In no Pod the {other} probe of {container} is seen to be answered.',
  'offer.refused.setting-of-another': '{key} is no key of {part}.',
  'offer.refused.setting-out-of-range': '{key} may be set to {least} up to {most} from here.',
  'offer.refused.setting-there-already':
    '{key} is {value} already, and from here it goes only the other way.',
  'offer.refused.setting-hidden':
    '{name} gives {key}, or may give it, so that a change of the file would have no effect. Change it there.',
  'offer.refused.override-unread':
    'The ConfigMap {map} may hide {key} and cannot be read, so what counts is not known.',
  'offer.refused.config-elsewhere': 'The program is told to read another file: {file}.',
  'offer.refused.config-not-in-map': 'No ConfigMap gives {file}, so it is changed where it is made.',
  'offer.refused.file-not-given':
    'The worker is not given {file} of the host. Folders for this are named under runtime.files of the environment.',
  'offer.refused.file-not-mounted':
    '{file} of {container} is no file of the host that is mounted there: it lies in the image or in a volume.',
  'offer.refused.file-of-each':
    'The containers of {service} do not have the same file of the host as {file}.',
  'offer.refused.file-unwritable-folder': 'The worker lacks the right to write in the folder of {file}.',
  'offer.refused.file-unwritable-owner':
    '{file} belongs to another user or group than the worker, which so cannot put a file of the same owner in its place.',
  'offer.refused.file-outside': 'A link leads from {file} out of the folder that the worker is given.',
  'offer.refused.file-not-regular': '{file} is no plain file.',
  'offer.refused.file-linked':
    '{file} has {names|# name|# names}, and under the others it would stay as it is.',
  'offer.refused.file-too-large': '{file} is too large for a file of configuration ({bytes:bytes}).',
  'offer.refused.file-not-text': '{file} is no text in UTF-8.',
  'offer.refused.file-unread': 'The worker cannot read {file} ({why}).',
  'offer.refused.model-not-named':
    'The configuration names no address and no checksum of the model (environments.{environment}.model).',
  'offer.refused.model-path-unseen':
    'Which file {container} loads was not seen: {key} is not set, or names no file.',
  'offer.refused.model-no-pod': 'No Pod of {workload} runs on a node, so nothing shows where its model lies.',
  'offer.refused.model-in-image':
    '{file} lies in the image of {container}, and no volume: what is put there is gone with the next Pod. Build it into the image.',
  'offer.refused.model-in-empty-dir':
    '{file} lies in an emptyDir, which goes with its Pod: what is put there is gone after the restart. A claim would keep it.',
  'offer.refused.model-in-host-path':
    '{file} lies in a folder of the node (hostPath). Nothing is mounted from a node, so people put it there.',
  'offer.refused.model-in-object':
    '{file} comes from a {kind}, and its mount cannot be written. Change it there.',
  'offer.refused.model-in-volume': '{file} lies in a volume of the kind {kind}, and not in a claim.',
  'offer.refused.model-read-only':
    'The Pods mount the claim {claim} of {file} only to read, so somebody else puts the model there.',
  'offer.refused.model-mounted-alone':
    '{file} is mounted by itself or by an expression, so no other file can take its place.',
  'offer.refused.model-claim-one-pod':
    'Only one Pod at a time may mount the claim {claim}, and the service has it.',
  'offer.refused.model-no-python': 'There is no python3 in {container}, so its image cannot fetch anything.',
  'offer.refused.model-differs':
    'The worker sees another folder or file at {file} than the engine shows of {container}.',
  'offer.refused.model-there-already': '{file} has the named checksum, so it is not the file that is wrong.',
  'offer.refused.model-no-room':
    'The disk of {file} has room for {free:bytes}, and the model has {bytes:bytes}.',
  'offer.refused.model-too-large':
    'The address gives {bytes:bytes}; above {most:bytes} the model is left to people.',
  'offer.refused.model-redirected':
    'The address of the model leads on to another one (status {status}). Configure the last one.',
  'offer.refused.model-not-found': 'There is no file at the address of the model (status {status}).',
  'offer.refused.model-not-given': 'The address of the model does not give it (status {status}).',
  'offer.refused.model-no-size': 'The address of the model does not say how large it is.',
  'offer.refused.model-silent': 'The address of the model does not answer.',
  'offer.refused.model-unreachable': 'The address of the model cannot be reached from the worker.',
  'offer.refused.file-differs':
    'The worker sees another text in {file} than the engine gives from {container}, so it may be another file.',
  'offer.refused.config-immutable': 'The ConfigMap {map} is immutable: a new one has to take its place.',
  'offer.refused.config-not-one-document':
    'The file has {documents|# YAML document|# YAML documents}; only a file of one can be changed from here.',
  'offer.refused.config-unreadable': 'The file is no correct YAML (line {line}). Mend that first.',
  'offer.refused.setting-not-in-file':
    'The file does not set {key}. A new line belongs where people keep the file.',
  'offer.refused.setting-used-twice': 'An anchor of the file gives the value of {key} to other keys as well.',
  'offer.refused.setting-not-a-number': 'The value of {key} is no plain whole number.',
  'offer.refused.setting-not-a-time': 'The value of {key} is no plain number and no time such as 60s.',
  'offer.refused.setting-unit-too-large':
    'The file gives {key} as {before}, and the new value is no whole number in that unit.',
  'offer.refused.step-ambiguous': 'The file has several steps with the id {step}.',
  'offer.refused.step-limit-unsaid':
    '{@orchestrator-service} does not say what step {step} may take, so nothing would prove the change.',
  'offer.refused.step-limit-differs':
    '{@orchestrator-service} says that step {step} may take {said} s, and the file says {file} s. It reads another file, or was not restarted since.',
  'offer.refused.workflow-twice':
    'Both {file} and {other} hold the workflow {workflow}, so which one counts is not known.',
  'offer.refused.workflow-not-in-map': 'The file {file} does not hold the workflow {workflow}.',
  'offer.refused.setting-not-a-text': 'The value of {key} is no plain text on one line.',
  'offer.refused.text-not-plain':
    'The value of {key} is not written as one plain address or subject, so it is left to people.',
  'offer.refused.text-there-already': '{key} is {value} on both sides already.',
  'offer.refused.text-of-another-form':
    'The two sides write {key} with other placeholders, and whether both programs know them is not seen.',
  'offer.refused.text-not-in-effect': 'It is not seen that {part:part} runs with its own value of {key}.',
  'offer.refused.text-unproved':
    'No other part is seen to run with a value of {key} that works, so what is right is not known.',
  'offer.refused.address-outside':
    '{key} is {address}, which is no Service of this namespace. What is behind it is not seen from here.',
  'offer.refused.address-leads-somewhere':
    '{key} is {address}, and a Service of this name and port exists. So the address is not what is wrong.',
  'offer.refused.host-outside':
    '{key} is {address}, and `{service}` may find that by something else than the names of its networks. What is behind it is not seen from here.',
  'offer.refused.host-leads-somewhere':
    '{key} is {address}, and the container {container} has that name. So the address is not what is wrong, or its port alone is.',
  'offer.refused.config-admitted-otherwise':
    'The cluster would store something else in the ConfigMap {map} than what was asked for.',
  'offer.refused.restarts-itself':
    '{workload} is restarted by a tool when its configuration changes. So make the change by hand.',
  'offer.refused.override-works':
    'The program is connected by {name} now ({value}), and not by what the file says ({fileValue}). What works is not taken away.',
  'offer.refused.override-unproved':
    'Nothing shows that {part:part} would run with what the file says for {key}. Which value is right is left to people.',
  'offer.refused.override-gone': 'The workload has no {name} any more that gives {key}.',
  'offer.refused.override-from-elsewhere':
    '{name} has no value of its own in the workload: a ConfigMap, a Secret or the cluster gives it. Change it there.',
  'offer.refused.override-behind':
    'Without {name}, {behind} would give {key}, so that the file would still have no effect.',
  'offer.refused.override-twice': '{name} is given several times. Which of them is meant is left to people.',
  'offer.refused.override-in-command':
    '{name} is part of the command itself, or a shell reads the arguments. That is left to people.',
  'offer.refused.override-used': 'Other settings of the container use {name}, and would lose it.',
  'offer.refused.override-not-plain':
    'Where the value of {name} begins and ends is not plain enough to take it away from here.',
  'offer.refused.override-may-be-secret':
    'What {name} gives {key} may be a secret. The undo would need it, and no secret is kept here.',
  'offer.refused.override-says-the-same': '{name} gives {key} the same value as the file.',
  'offer.refused.override-not-running': '{container} does not run, so nothing shows what counts now.',
  'offer.refused.override-of-image':
    'The image {image} gives {name} as well, so it would be there without the Compose file, too.',
  'offer.refused.override-before-image':
    'Without {name} the container would run the command of its image {image}, which is more than that change.',
  'offer.refused.override-file-inside':
    '{file} of {container} lies in no folder and no volume that is mounted, so a new container may have another one.',
  'offer.refused.override-file-unread': '{file} cannot be read out of the container.',
  'offer.refused.token-not-in-secret':
    '{part} does not have its token from a key of a Secret, so it is changed where it is set.',
  'offer.refused.token-not-at-source': '{secret} has no token, so there is nothing to copy.',
  'offer.refused.tokens-agree': 'Both Secrets have the same token already.',
  'offer.refused.secret-immutable': 'The Secret {secret} is immutable: a new one has to take its place.',
  'offer.refused.secret-of-a-kind': 'The Secret {secret} is one of {type}, which is not written from here.',
  'offer.refused.secret-admitted-otherwise':
    'The cluster would store something else in {secret} than what was asked for.',
  'offer.refused.secret-put-back':
    'The Secret {secret} is made by a tool that would put the former value back, and the new password would be lost. Set it where that Secret is made.',
  'offer.refused.neo4j-login-not-in-secret':
    '{workload} has its user or password for Neo4j from elsewhere than a Secret and its own template, so it would be shut out.',
  'offer.refused.neo4j-password-accepted':
    'Neo4j takes the password in {secret} already. A restart of its Pods may be all that is missing.',
  'offer.refused.neo4j-password-unknown':
    'No Secret of those who log in has a password that Neo4j takes, and Neo4j takes a new one only from the old one.',
  'offer.refused.neo4j-own-login':
    'The bot itself logs in to Neo4j as the same user, and would be shut out. Give it a user of its own.',
  'offer.refused.neo4j-check-logs-in':
    'The health check of {workload} is a command that logs in, so it would fail until Neo4j restarts.',
  'offer.refused.connection-to-itself': 'A connection has two ends, and {part} is one.',
  'offer.refused.deny-rules':
    'The network here has {engine}, whose rules can deny: no rule that allows outweighs those.',
  'offer.refused.no-policy-blocks': 'No NetworkPolicy blocks {from} from {to} on port {port}.',
  'offer.refused.connection-works': 'A connection from {from} to {to} on port {port} works now.',
  'offer.refused.names-blocked':
    '{policy} keeps {from} from every name server as well, so the port alone would not help.',
  'offer.refused.still-blocked': 'One more rule would not let {from} reach {to} on port {port}.',
  'offer.refused.not-all-isolated':
    '{policy} isolates only some of these Pods ({direction}). A further rule would cut off the others.',
  'offer.refused.known-by-more-than-labels':
    '{workload} knows its Pods by more than labels, so a rule for its labels may reach further.',
  'offer.refused.no-pod': '{workload} has no Pod now.',
  'offer.refused.host-network': 'Pods of {workload} use the network of their node, where no policy holds.',
  'offer.refused.no-such-port': 'No Service of {to} leads to port {port}.',
  'offer.refused.restart-no-pod':
    'The cluster makes no Pod of {workload}, also after a restart. The events of its ReplicaSet say why: a quota, or an admission rule.',
  'offer.refused.restart-unscheduled':
    'Pod {pod} finds no node. The Pods that a restart makes would fail alike: {message}',
  'offer.refused.restart-no-image':
    'Container {container} of Pod {pod} has no image ({waits}), and a restart asks for the same one.',
  'offer.refused.restart-no-config':
    'Container {container} of Pod {pod} cannot be made as it is configured ({waits}), and a restart configures it alike.',
  'offer.refused.restart-init-waits':
    'Pod {pod} waits for its init container {container}, and so would the Pods that a restart makes. Look at what that one waits for.',
  'offer.refused.restart-probe-fails':
    'The program of Pod {pod} runs, and its probe asks for what it does not have. After a restart it asks for the same: {message}',
  'offer.refused.restart-check-fails':
    'The program in {container} runs, and its health check asks for what is not there. After a restart it asks for the same.',
  'offer.refused.pods-wait-in-order':
    '{workload} replaces a Pod only while the Pods before it are ready, and {pods|# is|# are} not. A restart would wait without end. Delete the Pod that is not ready: its controller makes a new one.',
  'offer.refused.on-delete-strategy':
    '{workload} replaces its Pods only when they are deleted, so a restart would do nothing.',
} as const;
