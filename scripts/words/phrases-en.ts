import type { Phrases } from './phrases.ts';

/** How people ask in English, by class and by the role of who would write it so. A line is a phrase. */
export const english: Phrases = {
  H2: {
    operator: `
agent-manager is unreachable
orchestrator-service is unreachable
reasoning-service is unreachable
cannot reach agent-manager
cannot open the orchestrator
cannot open agent-manager
cannot open the reasoning service at all
unable to open the service
cannot open orchestrator-service at all
cannot open the service at all
cannot open the api at all
I cannot open the orchestrator service
cannot open the orchestrator service
cannot open orchestrator at all
the orchestrator service does not open
the service is down
service outage
orchestrator is down
reasoning service went down
agent manager is offline
postgres is down
nats is down
the database is down
the message bus is offline
redis does not answer
postgres is not responding
nats is not reachable
health endpoint of agent-manager fails
health check of orchestrator fails
agent-manager gives no answer
port 8080 is not answering
port 8081 does not accept connections
endpoint is dead
service unavailable
everything behind the gateway returns 502
everything answers 503
all requests return 503
we get 503 from the manager
gateway reports 504 for the orchestrator
agent manager hangs and never replies
requests to the manager time out
the manager is gone
`,
    developer: `
api calls to orchestrator get no response
GET /health returns 503
HTTP 502 from agent-manager
HTTP 503 from reasoning-service
no healthy upstream for the service
upstream is unavailable
curl agent-manager hangs
the orchestrator api is unresponsive
backend does not respond
the endpoint gives connection refused
redis server went away
lost connection to the database server
postgres server closed the connection
nats server disconnected everybody
the server is not listening
agent-manager stopped answering
service became unreachable after the deploy
the api is dead
api is not available
calls to the reasoning api all fail with 503
`,
    user: `
the website is down
I cannot open the site
the page does not load
nothing loads in the console
the console is not available
I get bad gateway
the app shows service unavailable
the site gives me an error 502
the platform cannot be reached
the ui does not answer
the web page spins forever
I can't get in
the console is offline
redis server is down
cannot open the dashboard of the platform
page not responding
`,
  },
  S1: {
    operator: `
agent-manager does not start
agent-manager won't start
agent manager fails to start
agent manager stops right after start
agent-manager exits at startup
agent-manager exits with an error after start
agent manager dies on boot
agent-manager cannot boot
manager does not come up
agent-manager did not come up after the deploy
agent manager start fails
startup of agent-manager fails
startup failure of the manager
port 8080 already in use
the port of agent-manager is taken
another process holds port 8080
address in use on start
agent-manager crashes during startup
agent manager aborts at launch
agent-manager restart fails, it exits at once
after the upgrade the manager does not start any more
agent manager terminates immediately
manager refuses to start
agent-manager cannot be started
`,
    developer: `
agent-manager exits because the database password is wrong
agent manager cannot connect to its database on startup
agent-manager cannot connect to nats on startup and exits
config of agent-manager is rejected at startup
agent-manager panics on start
agent manager startup error in log
bind fails, address in use
listen tcp 8080 address already in use
main exits with code 1 during init of agent-manager
agent manager initialisation fails
bootstrap of the manager fails
migration fails when agent-manager starts
agent-manager reads a broken config and stops
agent manager exits with fatal at launch
wrong database credentials at startup
agent-manager startup aborted by redis password
port is already allocated
failed to start server: port in use
agent manager quits while starting
agent manager process ends right away
unable to start the agent manager
agent-manager stops with an invalid configuration
manager start-up crash
start of agent manager breaks on the schema
`,
    user: `
the manager does not run any more since the update
agent manager never gets going
the manager program closes itself at once
starting the agent manager gives an error
I started agent-manager and it went away
the manager is not starting
agent manager launch problem
cannot launch agent-manager
agent-manager start problem
it says port in use when I start the manager
agent manager shuts down by itself right after launch
the agent manager does not boot
`,
  },
  S2: {
    operator: `
agent cannot register
agents do not register
agent registration fails
collect-agent registration failed
collect agent is not registered
no agents registered
agents are missing from the list
agents missing
the agent list is empty
agent does not appear
new cluster does not appear
the new cluster has no agent
cluster is not listed
the collect agents are gone
no heartbeat from the agents
agents without heartbeat
agents went silent
agent token is wrong
token mismatch between agent and manager
agent auth token differs
registration refused
registration is rejected
registration request does not arrive
the manager does not see the agents
collect-agent is not known to the manager
some agents do not show up
agent of the new cluster never registers
registration of the cluster fails
zero agents
`,
    developer: `
register message has no subscriber
register subject differs
collect-agent publishes register and gets no reply
aetherius.agent.register is not heard
agent-manager does not receive register requests
registration times out
registration unauthorized
agent-auth-token secret mismatch
agent-auth-token is missing in kube-system
the agents table stays empty
agent api returns an empty list
GET /api/v1/agents returns nothing
collect-agent log says registration failed
no responders for register
agent enrolment does not work
agent joins are refused
agent onboarding fails
agent cannot sign up with the manager
collect-agent daemonset is up but not registered
heartbeat of agents is missing
agent heartbeat lost
`,
    user: `
my cluster is not in the list
I do not see my agent
my machine does not appear in the console
the agent I installed does not show up
agents disappeared from the console
the list of agents is blank
my new cluster is missing
where are my agents
installed the agent but it is not there
connected cluster does not show
why is my agent not listed
no agents in the overview
`,
  },
  S3: {
    operator: `
event latency is high
events are late
events are slow
event processing is slow
event processing lags
event queue grows
event queue is full
event queue is long
event backlog grows
events pile up in agent-manager
event delay
delay in event processing
event throughput is low
events arrive minutes later
event handling falls behind
too few event workers
event workers are saturated
the event buffer is full
event_queue_size is high
events are dropped because the queue is full
latency alert for events
high event latency
event latency above threshold
events wait in the queue
events come with a big delay
event processing time goes up
processing of events takes too long
events are not processed in time
`,
    developer: `
event_processing_duration_seconds is high
event pipeline is slow
event batches are too small
event.workers is too low
event ingestion lags
event consumer in agent-manager is too slow
event handler takes seconds
p99 of event processing is bad
event queue depth keeps rising
event buffer overflows
backpressure in the event pipeline
events stuck in the buffer
event ingest delay
event lag
time from event to storage is long
events written to the database slowly
agent-manager cannot keep up with events
event loop of the manager is behind
queue of events does not drain
event worker pool exhausted
slow events
late events
`,
    user: `
alerts come too late
events show up minutes later
the event list is behind
new events do not show for a long time
notifications about events are delayed
I see events from half an hour ago only
events appear late in the console
the timeline of events is lagging
event feed is slow
why are events delayed
it takes forever until an event appears
events are not up to date
`,
  },
  S4: {
    operator: `
workflow stuck
workflows are stuck
workflows stay pending
workflow does not run
workflow never starts
workflow hangs
workflows hang in pending
executions are pending
executions stuck in pending
executor queue is full
executor is overloaded
executor does not execute
executor starved
too few executor workers
pending executions grow
workflow queue grows
workflow executions pile up
no workflow is executed
workflows do not execute
workflow definition is broken
workflow file is invalid
workflow yaml has an error
orchestrator runs no workflows
orchestrator does not start workflows
tasks are stuck
tasks do not run
jobs stay pending
playbook does not run
`,
    developer: `
workflow yaml cannot be parsed
workflow fails to load
invalid workflow definition
executor_queue is at its limit
executor.workers is too low
executor rejects executions
execution status remains pending
workflow engine is stuck
workflow scheduler does nothing
submit workflow returns ok but nothing runs
POST executions stays pending
executor pool exhausted
executor errors
executor error in the log
workflow parse error
execution is never picked up
workflow run does not progress
orchestrator queue is full
orchestrator queue backlog of executions
executions wait for a worker
workflow blocked
workflow not triggered
`,
    user: `
my workflow does not start
my workflow is waiting forever
I started a workflow and nothing happens
my task does not start
my task is stuck
tasks hang
my job is still pending
why does my workflow not run
the workflow shows pending
the automation does not run
nothing happens after I press start on a workflow
my run is queued for hours
workflow is not moving
why are workflows stuck
`,
  },
  S5: {
    operator: `
step times out
workflow step times out
steps time out
step timed out
step execution timeout
a step never finishes
a step does not end
a step takes too long
step hangs until the timeout
workflow failed because of a timeout
execution failed with timeout
executions fail by timeout
command timeout
commands time out
commands take too long
agent command times out
collect_logs step times out
diagnostic step times out
step timeout too short
step deadline exceeded
workflow aborts at the step timeout
command execution is too slow
commands on the agents are slow
remote command does not return
a step is too slow
the step runs forever
`,
    developer: `
step failed: timeout after 120s
step exceeded its deadline
context deadline exceeded in workflow step
command result not received in time
agent.command.default_timeout is too low
max_concurrent of commands reached
commands are queued too long and time out
step status timeout
step is aborted by a timeout
step waits until its limit
timeout in step collect
step hits the time limit
execution history shows a timeout
step execution deadline
command dispatch is saturated
command times out waiting for the agent
step does not complete in time
a step is killed by its timeout
workflow times out
execution timeout
timeouts in executions
step fails after 300 seconds
command result arrives too late
long running step is cancelled
`,
    user: `
my workflow failed with a timeout
my job ran into a timeout
a step of my job took too long
one step of my workflow never ends
my workflow was cancelled because it took too long
workflow step is endless
step keeps running and then fails
why does my step time out
the run failed, timeout
timed out at step two
a step in my run hangs
`,
  },
  S6: {
    operator: `
root cause analysis fails
root-cause analysis is broken
rca fails
rca returns 500
rca is broken
rca not working
root cause analysis returns an error
analysis fails
analysis is broken
analysis returns 500
reasoning fails
the analyzer fails
analyzer errors
analyzer crashes
the model does not load
model is missing
model file missing
model cannot be loaded
model files are gone
models are not downloaded
reasoning service runs out of memory during analysis
reasoning-service returns 500
reasoning-service errors
reasoning service gives internal server error
root cause api is failing
analyze endpoint fails
no root cause analysis any more
incident analysis is failing
automatic analysis does not work
`,
    developer: `
POST /api/v1/analyze/root-cause gives 500
analyze/root-cause responds 500
internal server error on analyze
scikit-learn is missing
sklearn import error
joblib cannot load the model
pickle error when the model is loaded
/app/models is empty
inference fails
model inference error
prediction fails
exception in analyzer
traceback in the analyzer
MemoryError in analyze
root_cause endpoint throws
reasoning raises an exception
model version is incompatible
model checksum is wrong
analysis request fails
the analysis of an incident throws an exception
model loading failed
machine learning model broken
`,
    user: `
I get no root cause
root cause is not shown
the root cause page shows an error
the analysis button gives an error
analysis of my incident failed
the explanation of the incident is missing
root cause analysis does not work
why does the analysis fail
the ai analysis is broken
the assistant cannot find a cause any more and shows an error
analyze gives an error
incident analysis error
`,
  },
  S7: {
    operator: `
neo4j is down
neo4j is unreachable
neo4j is not ready
neo4j does not answer
neo4j connection fails
neo4j connection refused
neo4j connection problem
neo4j refuses the password
neo4j password is wrong
neo4j authentication fails
cannot connect to neo4j
cannot log in to neo4j
graph database is down
graph database is unavailable
graph database connection fails
knowledge graph is down
knowledge graph is unavailable
knowledge graph is not reachable
knowledge graph queries fail
neo4j unavailable
neo4j broken
neo4j is starting for an hour
neo4j not started
bolt connection fails
port 7687 does not answer
neo4j login fails
neo4j rejects connections
`,
    developer: `
bolt handshake fails
ServiceUnavailable from the neo4j driver
neo4j driver cannot connect
neo4j unauthorized
neo4j credentials do not match
neo4j secret is outdated
reasoning-service cannot connect to neo4j
reasoning service has no graph connection
cypher queries fail
cypher query error
graph queries time out
neo4j session expired
neo4j routing failed
neo4j database unavailable
neo4j-0 has a problem
graph store is gone
bolt://neo4j:7687 fails
neo4j health check fails
knowledge graph connection refused
graph db auth failure
neo4j pool is exhausted
neo4j out of memory
`,
    user: `
the knowledge graph does not load
the graph view is empty
the graph page shows an error
knowledge graph error
I cannot see the graph
the graph is not available
graph view is broken
knowledge graph does not work
relations between things are not shown, graph error
the topology graph fails
why is the knowledge graph gone
`,
  },
  D1: {
    operator: `
too many connections
too many database connections
too many postgres connections
too many clients
postgres has too many connections
database connections exhausted
connections are exhausted
connection limit reached
max_connections reached
max_connections is too low
postgres connection limit
no more database connections
no connection slots left
connection slots are used up
database refuses new connections
connection pool exhausted
connection pool is full
pool is exhausted
idle in transaction sessions
idle sessions pile up in postgres
many idle connections
connection leak
connections leak
sessions are leaked
postgres sessions used up
pg connections full
database connection count is high
connections to postgres at the limit
number of connections too high
`,
    developer: `
sorry, too many clients already
remaining connection slots are reserved
pool timeout waiting for a connection
waiting for a free connection from the pool
cannot get a database connection
cannot acquire a connection from the pool
QueuePool limit reached
hikari pool exhausted
max_open_conns is too large
idle in transaction blocks connections
pg_stat_activity is full of idle sessions
pg_stat_activity shows hundreds of sessions
transactions are left open
sessions hang idle in transaction
SQLSTATE 53300
pgbouncer pool is full
db pool starvation
connections are not returned to the pool
connection pool saturation
too many open sessions
connection usage at 100 percent
postgres rejects connections, too many
`,
    user: `
the app says too many connections
database has too many users connected
it says too many clients
error about connection slots
connections are full
no database connection available
the database cannot take more connections
database is full of connections
login fails with too many connections
why are there so many connections
`,
  },
  D2: {
    operator: `
postgres is slow
postgresql is slow
database is slow
db is slow
pg is slow
slow queries
slow query
slow sql
slow statements
queries are slow
queries take long
queries take forever
query latency is high
long running queries
long running query blocks others
queries are blocked
locks in postgres
lock contention
lock wait
table is locked
deadlocks in the database
deadlock in postgres
missing index
index is missing
database performance is bad
postgres performance
events table is too big
tables are huge
dead rows pile up
autovacuum does not keep up
database queries hang
`,
    developer: `
sequential scan on a big table
full table scan
seq scan on events
pg_stat_statements shows slow statements
pg_locks shows waiting locks
transaction waits for a lock
a query is blocked by another session
blocked queries in postgres
statement timeout
canceling statement due to statement timeout
lock timeout
deadlock detected
mean execution time is high
explain shows no index
SELECT takes ten seconds
insert into events is slow
postgres statements are waiting
table bloat slows queries
queries need an index
query plan is bad
database response time is high
db latency
`,
    user: `
search is slow
the list takes ages to load from the database
the database takes too long
lists load very slowly
searching events takes a minute
reports are slow because of the database
database answers slowly
database is very slow today
why is the database so slow
everything that reads data is slow
the database is hanging
`,
  },
  D3: {
    operator: `
redis memory full
redis is full
redis is out of memory
redis runs out of memory
redis memory is high
redis uses too much memory
redis memory usage
redis memory at the limit
redis hit the memory limit
redis maxmemory reached
redis has no maxmemory
redis oom error
redis rejects writes
redis refuses writes
writes to redis fail
redis write errors
redis evicts keys
evictions in redis
redis eviction policy is wrong
noeviction in redis
cache is full
cache is out of memory
cache hit rate drops
cache hit rate is low
cache misses rise
too many keys in redis
big keys in redis
redis fragmentation
cache writes fail
`,
    developer: `
OOM command not allowed when used memory
used_memory exceeds maxmemory
SET fails in redis
maxmemory-policy is noeviction
redis cannot store more keys
redis returns OOM
redis memory fragmentation is high
keyspace grows in redis
evicted_keys is rising
redis cache grows without expiry
cache keys have no ttl
redis memory limit too low
redis container hits the memory limit
cache set fails with oom
cache entries are evicted too early
hit ratio of the cache goes down
redis is short of memory
redis is low on memory
redis storage is full
redis cannot allocate
cache keys fill redis
redis ram is used up
`,
    user: `
the cache is full
cache does not keep anything
redis complains about memory
cache not working, memory
nothing is cached any more
redis says out of memory
cannot save to the cache
cache memory is exhausted
why is redis full
redis has no space
`,
  },
  D4: {
    operator: `
nats slow consumer
slow consumer
slow consumers
messages pile up
messages pile up in nats
message backlog
nats backlog
nats backlog grows
nats is slow
consumer lag
consumer lag in nats
jetstream lag
jetstream backlog
jetstream stream missing
stream does not exist
no stream for events
nats drops messages
messages are dropped
messages are lost
messages are delayed
message delay
message bus is slow
message bus is backed up
message queue is growing
pending messages grow
pending bytes are high in nats
nats pending is high
message bus lags
nats consumers are slow
`,
    developer: `
slow consumer detected
stream not found
stream EVENTS not found
jetstream stream EVENTS is missing
consumer has many pending messages
num_pending of the consumer grows
max ack pending reached
subscriber cannot keep up with messages
subscriber is too slow
nats disconnects a slow client
nats connection closed because of slow consumer
connz shows pending bytes
jsz shows consumer lag
unprocessed messages in the stream
jetstream storage is full
stream reached its maximum bytes
publish to jetstream fails, no response from stream
messages are not acknowledged
redelivery of messages
jetstream not enabled
message throughput drops
`,
    user: `
messages arrive late
messages get lost
messages do not arrive in time
the message queue is full
message delivery is slow
the bus is full of messages
the queue of messages grows and grows
why are messages delayed
messages are stuck
messages wait too long
`,
  },
  N1: {
    operator: `
services cannot reach each other
services cannot talk to each other
no connection between services
no connection between pods
pods cannot reach each other
pods cannot talk to each other
agent-manager cannot reach postgres
agent-manager cannot reach the orchestrator
orchestrator cannot reach agent-manager
reasoning cannot reach neo4j network
collect-agent cannot reach agent-manager
dns fails
dns does not work
dns resolution fails
dns is broken
name resolution fails
host name cannot be resolved
network policy blocks traffic
networkpolicy blocks the connection
traffic is blocked
network problem between services
network is broken
network is down between pods
no endpoints for the service
service has no endpoints
containers are on different networks
container is not on the same network
packets do not arrive
connection between the services is broken
`,
    developer: `
no such host
lookup fails
nslookup fails
could not resolve host
getaddrinfo fails
coredns returns SERVFAIL
NXDOMAIN for the service
dial tcp lookup no such host
temporary failure in name resolution
kubectl exec curl to the service fails
endpoint slice is empty
selector matches no pods so the service has no endpoints
egress is denied
ingress policy denies the request
a calico policy drops packets
network unreachable from the pod
requests from the orchestrator do not arrive at the manager
service to service calls fail
service discovery is broken
docker network disconnect
wrong docker network
dns lookup timeout
`,
    user: `
the parts do not find each other
the services do not see each other
the network between the machines is broken
host not found
name not found
server name cannot be found
one service does not find the other
no network
connection blocked by a firewall rule
why can the services not talk
`,
  },
  P1: {
    operator: `
cpu high
high cpu
cpu is high
cpu usage is high
cpu usage too high
cpu at 100 percent
cpu at 100%
cpu is at its limit
cpu spike
cpu load is high
cpu throttling
cpu is throttled
cpu throttled container
cpu alert
load is high
load average is high
high load on agent-manager
agent-manager uses too much cpu
agent-manager burns cpu
orchestrator uses all cpu
reasoning-service cpu is high
processor usage is high
processor is at 100
agent manager takes a whole core
all cores are busy
too many goroutines
goroutine leak
goroutines grow
hot loop
`,
    developer: `
go_goroutines is rising
goroutine number is high
busy loop in agent-manager
cpu profile needed
pprof shows a hot function
hot function burns cpu
process spins at full cpu
cpu limit is too low
cfs throttling
container_cpu_usage_seconds is high
garbage collector eats cpu
gc uses too much cpu
infinite loop burns a core
top shows agent-manager at 400%
cpu saturation
cpu starvation
agent-manager pegs the cpu
cpu bound
compute usage explodes
cpu consumption of the service
process_cpu_seconds_total is above its threshold
cpu seconds total too high
usage of cpu climbs
`,
    user: `
the server is at full load
the machine is very hot and busy
cpu goes crazy
fans are loud, cpu is busy
cpu is maxed out
the processor is busy all the time
the server works at its limit, cpu
computing power is used up
why is the cpu so high
cpu overload
`,
  },
  P2: {
    operator: `
memory leak
memory leaks
memory grows
memory keeps growing
memory keeps rising
memory is leaking
memory usage grows
memory usage is high
memory usage climbs
memory goes up all the time
memory never goes down
memory is not released
memory increases steadily
memory consumption rises
agent-manager leaks memory
agent-manager memory grows
agent manager uses more and more memory
orchestrator memory leak
reasoning-service memory grows
process memory grows
high memory usage of agent-manager
memory alert agent-manager
ram usage grows
ram is filling up
rss grows
heap grows
out of memory after some days
memory creeps up
container memory grows until oom
`,
    developer: `
heap keeps growing
heap profile shows growth
inuse_space grows
rss rises over time
leak in agent-manager
leaking goroutines hold memory
memory is never freed
allocation grows without bound
gc does not free memory
python process memory grows
process_resident_memory_bytes is rising
container_memory_working_set_bytes keeps growing
possible memory leak
suspected leak
resident set grows linearly
memory grows after each request
no memory limit is set and it grows
runtime out of memory in go
objects are not collected
native memory leak
a map grows forever
buffers are never released
`,
    user: `
the program needs more memory every day
it eats more and more ram
it gets bigger and bigger
memory fills up slowly
memory is used up after a while
the app consumes all ram over time
memory is creeping up until it must be restarted
ram goes up and up
why does memory keep growing
memory hog
`,
  },
  T1: {
    operator: `
data inconsistent
data is inconsistent
inconsistent data
data does not match
data mismatch
databases disagree
redis and postgres disagree
redis does not match postgres
cache and database differ
cache is stale
stale cache
cache shows old data
stale data
outdated data in the cache
wrong data is shown
deleted agents are still shown
old agents in the cache
unprocessed events in the table
events remain unprocessed in the database
index corruption
corrupted index
index is corrupt
index bloat
reindex needed
postgres corruption
data corruption
rows are missing in one database
neo4j and postgres have different numbers
counts do not match
`,
    developer: `
cache invalidation does not happen
cached agent rows are old
agent keys do not match the agents table
amcheck reports an error
index contains wrong entries
invalid page in block
btree index is broken
duplicate rows although the index is unique
cache out of sync with the database
data out of sync
replicated data differs
graph has fewer nodes than the table
stale agent keys in redis
wrong rows returned by index scan
checksum failure in a page
data drifted between stores
inconsistent state between stores
cache contains deleted rows
old values come back from the cache
dirty data
database contents differ
`,
    user: `
I see old data
the page shows old values
the data is wrong
numbers do not add up
two pages show different numbers
deleted things come back
the list shows things that no longer exist
my changes are not shown, old data
the data is outdated
why is the data wrong
`,
  },
  K1: {
    operator: `
pod does not start
pods do not start
pod is not ready
pod never becomes ready
pod pending
pod is pending
pod stuck in pending
pod stuck in ContainerCreating
pod stuck in init
init container fails
pod crash looping
pod keeps restarting
pods restart all the time
container restarts
container keeps restarting
container does not start
container is not ready
crash loop
crashloopbackoff
imagepullbackoff
image cannot be pulled
image pull fails
wrong image tag
image not found
oomkilled
container was oom killed
pod was killed
pod evicted
pod cannot be scheduled
no node has enough memory for the pod
insufficient cpu for the pod
secret missing for the pod
configmap missing for the pod
readiness probe fails
liveness probe fails
probe failing
volume cannot be mounted
deployment has no ready replicas
rollout is stuck
replicas are missing
statefulset is not ready
daemonset pods are not scheduled
redis pod does not start
postgres-0 is not ready
nats-0 is crash looping
reasoning-service pod is not ready
orchestrator pod is restarting
no pod is created
no pods are made for the deployment
the replicaset makes no pods
zero pods and no events on them
pods are forbidden by the quota
the namespace quota is full
quota wants limits on every container
pod security refuses the pods
pod violates the security policy of the namespace
admission webhook denies the pod
admission webhook is down and nothing starts
service account of the pod is missing
init container waits for ever
init container never ends
init container hangs
pod sits in Init:0/1
the command of the container does not exist
wrong command in the deployment
entrypoint of the image is not there
readiness command fails
exec probe fails
grpc probe fails
`,
    developer: `
CreateContainerError
container config error
ErrImageNeverPull
exit code 137
exit code 1 again and again
exited with code 139
back-off restarting failed container
FailedScheduling
FailedMount
persistent volume claim is pending
pvc unbound
registry denies the pull
imagePullSecrets are wrong
unschedulable
node selector does not match
taint not tolerated
quota exceeded
container exits immediately
startup probe fails
pod has been evicted
container cannot be created
deployment rollout does not progress
FailedCreate
ReplicaFailure
error creating pods is forbidden
violates PodSecurity restricted
failed calling webhook
must specify limits.cpu
error looking up service account
stat no such file or directory when the container starts
StartError
RunContainerError
Init:0/2
`,
    user: `
kubernetes does not start my program
the container dies all the time
the container is restarting again and again
the pods are red
deployment failed, pods not ready
new version does not come up in kubernetes
pod broken
why does the pod restart
the container will not run
`,
  },
  M1: {
    operator: `
contract drift
drift between services
drift
services drifted apart
services do not fit together
parts do not fit together
versions do not fit together
version mismatch between services
contract mismatch
mismatch between publisher and subscriber
nobody listens on the subject
nobody reads the messages
nobody subscribes
nobody publishes
subjects do not match
subject mismatch
configs of the services contradict each other
settings of the parts do not match
orchestrator and manager disagree
parts disagree
services are out of step
ports do not match between services
service calls a path that does not exist
one side changed and the other did not
the two sides do not match
table that a service needs does not exist
database of the config does not exist
wrong database name in config
`,
    developer: `
publisher uses another subject than the subscriber
published subject has no subscriber
no listener for a subject
schema does not match the code
schema drift
relation does not exist after the upgrade
column does not exist
api contract broken
contract between the services is broken
endpoint was renamed and the caller still uses the old one
metrics that nobody exports
a rule asks for a metric that nobody exports
configmap key that nobody reads
interface changed between versions
incompatible versions
protocol mismatch between parts
config of both sides differs
the caller expects another port
parts out of sync after the upgrade
undocumented drift in the deployment
check the contract between parts
contract check
`,
    user: `
the parts no longer work together
services do not understand each other
the versions are mixed up
the pieces do not match
after the upgrade the parts do not fit
half upgraded platform
something between the services is mismatched
one part is newer than the other
parts speak different versions
why do the services not fit
`,
  },
  C1: {
    operator: `
config not applied
configuration is not applied
config change has no effect
configuration change has no effect
setting has no effect
settings are ignored
change is not picked up
config is not reloaded
configmap change is not applied
configmap changed but pod still has the old value
new config is ignored
old config is still used
old configuration still active
changed the config and nothing happened
changed a setting without effect
my change does not take effect
value in configmap is not used
environment variable overrides the config
config is overridden
flag overrides the configmap
pod is older than the configmap
pod needs a restart for the new config
config did not arrive
parameters not applied
parameter change is ignored
the new value is not active
wrong value is active
secret was changed and the service still uses the old one
the new secret is not used
rotated the key but the pod keeps the old value
pod is older than its secret
`,
    developer: `
env overrides config.yaml
AETHERIUS_ variable wins over the file
config.yaml in the pod is old
mounted file is not updated
viper does not reload
hot reload of config does not work
config precedence problem
default value is used instead of mine
service still runs with the old setting
effective config differs from the configmap
config value is wrong in the process
subPath mount does not update
rollout was not restarted after the config change
log level change ignored
event.workers was raised without effect
timeout setting is not used
config drift in one pod
the process does not read the new file
reload of settings fails
configuration stays at the previous value
settings do not stick
`,
    user: `
I changed a setting and nothing changed
my settings are not saved
my new settings do nothing
the option I set is ignored
the change I made has no effect
the old setting is still there
settings do not work
I updated the configuration but it is the same
why is my change ignored
the switch does nothing
the change of the configuration was not applied
my edit of the config file is not used
`,
  },
  H1: {
    operator: `
health
health check
check everything
check all parts
status of the platform
overall status
is everything up
is everything running
are all parts healthy
are the services healthy
are all services up
is every service healthy
how is the system
how are we doing
is anything broken
what is broken
everything is down
all is down
nothing works at all
total outage
whole platform is down
the system is down
all services are down
is the platform healthy
overview of the platform
platform state
`,
    user: `
is it just me or is everything broken
does it work
is the system ok
what is wrong
something is wrong
help, nothing works
`,
  },
  L1: {
    operator: `
collect logs
collect all logs
gather the logs
send me all logs
get everything
collect everything
make a bundle
support bundle
give me a bundle
download all logs
pack the logs
archive of logs and events
I need all logs for support
diagnostic bundle
must-gather
dump everything into a file
grab the logs of all pods
collect logs and configs
send the vendor everything
`,
  },
  L2: {
    operator: `
analyse logs
analyze the log
what do the logs say
what is in the log
what is in this log
show errors in the log
errors in the logs
log analysis
look into the logs
look at the logs of agent-manager
read the logs of the orchestrator
show me the log of reasoning-service
which errors are in the log
count errors in logs
show the last log lines
search the logs
logs of redis
`,
  },
  X1: {
    operator: `
write a report
issue report
create an issue
file a bug
bug report
report to the maintainers
hand over to the developers
open a ticket with the maintainers
prepare an issue text
write an incident report
report this problem upstream
generate a report
escalate to the maintainers
`,
  },
  none: {
    'half a request': `
agent-manager:
error in agent-manager
to agent-manager
agent-manager by
agent-manager port
orchestrator-service:
error in orchestrator-service
to orchestrator-service
orchestrator-service by
orchestrator-service port
reasoning-service:
error in reasoning-service
to reasoning-service
reasoning-service by
reasoning-service port
collect-agent:
error in collect-agent
to collect-agent
collect-agent by
collect-agent port
postgres:
error in postgres
to postgres
postgres by
postgres port
redis:
error in redis
to redis
redis by
redis port
nats:
error in nats
to nats
nats by
nats port
neo4j:
error in neo4j
to neo4j
neo4j by
neo4j port
orchestrator:
error in orchestrator
to orchestrator
orchestrator by
orchestrator port
agent manager:
error in agent manager
to agent manager
agent manager by
agent manager port
agent-manager to redis
agent-manager to postgres
orchestrator to nats
reasoning-service to neo4j
collect-agent by agent-manager
agent-manager: dial tcp
dial tcp
by the server
postgres password wrong
redis password
error
errors
an error
error message
failed
failure
fatal
warning
exception
problem
issue
urgent
slow
it is slow
very slow
high
full
broken thing
not working
does not work
connect
connection
password
password wrong
token
timeout error
server
service
cluster
node
config file
curl
port
open
close
start
stop
restart
deploy
check
run
`,
    office: `
hi there
hey
thanks
thank you
good night
good work
well done
ok thanks
yes
no
maybe later
sure
cool
lol
how are you
who are you
what can you do
what time is it
where is everybody
who has the pager
who is on duty
can somebody cover my shift
please review my merge request
I pushed the change
the release is on Tuesday
the demo is tomorrow
stand-up in five minutes
let us talk after lunch
coffee anyone
is there cake
pizza at noon
have a nice weekend
see you on Monday
I am sick today
on vacation next week
happy new year
welcome to the team
please update the wiki
the document is in the drive
read the manual
where do I find the form
how do I change my profile picture
how do I book a room
room is taken
parking is full
the lift is out of order
the heating does not work
my laptop is slow
my keyboard is broken
my mouse does not work
the phone rings all day
the projector does not start
the coffee machine is down
the printer does not print
the door does not open
wifi is slow
internet is down at home
vpn does not connect
my mail is not delivered
outlook crashes
excel crashes
teams is down
zoom has no sound
slack is slow
browser crashes
windows update fails
my password expired
I forgot my password
reset my password
add me to the group
give me access to the repository
the invoice is wrong
salary is late
the train is late
the weather is bad
write a poem
tell me a joke
translate this to German
`,
    'other systems': `
kafka is slow
kafka lag
kafka broker is down
kafka consumer group lags
mysql is down
mysql is slow
mysql too many connections
mysql replication lag
mariadb crashed
mongodb is down
mongo is slow
oracle is slow
sql server deadlock
cassandra is full
elasticsearch is red
elasticsearch is slow
kibana does not load
grafana is down
grafana shows no data
prometheus is out of memory
prometheus does not scrape
jenkins is down
jenkins job stuck
gitlab is slow
gitlab pipeline fails
github actions fail
argo cd out of sync
harbor is full
nexus is slow
sonarqube fails
rabbitmq is full
rabbitmq queue grows
activemq is down
zookeeper lost quorum
etcd is slow
consul is down
vault is sealed
keycloak login fails
ldap is down
s3 upload fails
minio is full
memcached evicts keys
clickhouse out of memory
influxdb is full
spark job fails
airflow dag fails
hadoop namenode is down
tomcat does not start
apache returns 403
wordpress is slow
iis app pool stopped
salesforce is down
sap is slow
jira is slow
confluence does not load
okta login fails
cloudflare outage
certbot renewal failed
backup to tape failed
`,
    'things that are well': `
all good
everything is fine
everything is healthy
no problem
no problems
no errors
it works now
works again
fixed
it is fixed
solved
back to normal
recovered
no longer slow
not slow any more
never mind
false alarm
we restarted it and it is fine
redis is ok
postgres is ok
nats is healthy
the pods are running
all agents are registered
`,
    'texts about programs': `
library for parsing text
a tool for photographers
development files for a library
documentation of the package
bindings for Python
module to access web pages
simple game for children
editor for music scores
desktop environment theme
fonts for the screen
compiler for a small language
utilities to convert images
calendar program
mail reader with many features
spelling dictionary
plugin for the media player
command line tool for files
daemon that watches the battery
interface to a scanner
viewer for documents
emulator of an old computer
framework for tests
scientific plotting
statistics package
chess engine
astronomy program
template engine
client for chat
server for games
transitional package
debugging symbols
kernel headers
shared library
common files
data files for maps
`,
  },
};
