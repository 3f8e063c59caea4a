import type { Phrases } from './phrases.ts';

/** More sentences and fragments in English: polite and curt, with and without the name of the part. A line is a phrase. */
export const englishMore: Phrases = {
  H2: {
    operator: `
synthetic check on the orchestrator red since 04:10
agent-manager drops off the load balancer every hour
no pong from redis
psql to the server just hangs, not even a prompt
nats does not let any client in
redis says max number of clients reached
redis has reached its maxclients
redis client limit is exhausted
too many clients are connected to redis
the reasoning endpoint is a black hole
gateway error on each call to the manager
tcp connect to the orchestrator times out
health page of reasoning-service not served
all three replicas of the manager fail the http probe
postgres shut down by itself
the database server went away in the night
message broker nats is gone
redis is loading its dataset and answers nobody
data disk of postgres is full, nothing can be written
no space left on the volume of postgres
service is up according to docker but answers nothing
`,
    developer: `
axios: socket hang up on every call to the manager
fetch to the orchestrator api never resolves
my client gets ECONNRESET from agent-manager
the backend closes my connection without an answer
the api returns an empty reply
grpc call to the reasoner unavailable
I only get gateway errors from the backend
all my requests against the service end in 5xx
is the api of the manager dead or is it me
no response body, no status, only a timeout from the orchestrator
`,
    user: `
hello, I can't open the platform this morning, could you have a look
the login page does not appear
we are locked out, the site does not respond
your platform is not available
nothing but an error page since lunch
could somebody check why the console is not reachable
the application is unreachable for all my colleagues
page cannot be displayed
the site is dead
is there an outage, I cannot get to the console
the start page hangs
the tool does not open for me or anybody else
it worked an hour ago and now the site is gone
`,
  },
  S1: {
    operator: `
agent-manager quits before it is ready to serve
every attempt to start agent-manager ends after a second
boot of agent-manager is aborted with a fatal error
the manager unit enters the failed state on start
manager cannot get its port, something sits on it
port 8080 is occupied so the manager cannot listen
agent-manager exit code 1 during launch
cold start of agent-manager does not succeed
the manager fails to initialise after the password change
agent-manager refuses to boot with the new configuration
config of the manager is invalid, it stops at once
could not get the manager running again after maintenance
agent-manager bails out at startup
agent-manager gives up connecting to postgres at boot and ends
the manager process ends in its first second
manager start aborted, redis login refused
start sequence of agent-manager is interrupted
agent-manager restarted and has not come back since
`,
    developer: `
fatal: cannot load configuration, agent-manager exits
log.Fatal in the main of agent-manager
agent-manager panics before it listens
the manager fails in its migration step when it boots
agent-manager: yaml unmarshal error at startup
startup hook of the manager returns an error
agent-manager does not get through its init
the manager stops with a missing environment variable at launch
agent-manager exits, credentials for the database are wrong
bind error when agent-manager starts
`,
    user: `
I cannot get agent manager up
agent manager does not want to start today
please help, the manager stops as soon as I start it
agent manager window closes immediately
the manager will not launch after I installed the update
I try to start the manager but it ends with an error
start of the manager is impossible, port in use
agent manager starts and then right away stops
`,
  },
  S2: {
    operator: `
none of the collectors made it into the inventory
collector of the new site is not accepted by the manager
the manager lists fewer agents than we have clusters
agents fell off the list after the certificate change
cluster joined yesterday is still without a registered agent
enrolment of collect-agent is refused
agent in staging keeps asking to register
two agents are marked lost
last heartbeat of the agent is an hour old
agents stopped reporting in
collect-agent is running and yet unknown to the manager
wrong registration token on the new cluster
agent count dropped from five to two
registered agents: 0
the agent does not sign on
onboarding of a cluster is stuck at registering
agent presence lost in the eu cluster
the manager never confirms the registration
no agent checks in
`,
    developer: `
the register request is published but nothing comes back
agents endpoint gives an empty array
the agent's token is refused with 401
nobody answers on the registration subject
collect-agent loops in register, wait, retry
our agent gets unauthorized from the manager when it registers
the manager does not store the new agent
heartbeat handler gets nothing
lease of the agent expired, it is not renewed
`,
    user: `
I added a cluster and it does not turn up
could you check why my agent is not in the overview
the agent page shows nothing
my server is missing in the console
agent shows as not connected
I do not find the cluster that I connected
the console does not know my agent
our collector is not displayed
the agents I had yesterday are no longer shown
it still says no agent connected
`,
  },
  S3: {
    operator: `
lag of events is growing by the minute
event pipeline of agent-manager is congested
events from ten o'clock are only handled now
the manager's event queue never gets empty
slow handling of events since the traffic doubled
event workers cannot cope
alarm: event processing delay
time to process an event went from 20 ms to 9 s
unhandled events are piling up
queue for incoming events reaches its capacity
the manager discards events, its queue is full
events are behind real time
processing delay of events is unacceptable
event intake is slower than event production
huge delay between an event and its alert
event handling is sluggish
events per second dropped, the queue got longer
`,
    developer: `
the event channel blocks because the workers are too few
event batches take too long to be written
average event latency went up
events spend minutes in the buffer
consumer loop for events is the slow part
event.batch_size does not match the load
we add events faster than the manager takes them
p95 of event latency is awful
the pipeline needs 40 seconds for one event
backpressure from the event store
`,
    user: `
I hear of an event when everything is over
the event view is always out of date by minutes
could you check why events come in so slowly
I get the alert long after it happened
what I see in the event list is half an hour old
it lasts very long until a new event is shown
events arrive with delay
events take too long
the newest event in the list is from an hour ago
notifications lag behind
`,
  },
  S4: {
    operator: `
the orchestrator accepts workflows but does not run any
pending executions: 340, running: 0
nothing leaves the workflow queue
the executor sits idle while executions wait
no free executor worker
workflow engine stopped dispatching
executions are not getting started
number of waiting workflows climbs
runs are stuck in the waiting state
orchestrator ignores new executions
a broken workflow file stops the loader
executor queue at capacity
workflows triggered by alerts are not carried out
remediation flow is not kicked off
queued runs are not picked up since the upgrade
the playbook is accepted and then nothing
all executor slots are taken
the backlog of workflows does not shrink
`,
    developer: `
my execution never leaves the state pending
the scheduler of the orchestrator does not hand out work
execution created, never started
workflow yaml rejected, mapping values are not allowed
the orchestrator fails to parse our workflow
the worker pool of the orchestrator is too small for the queue
the workflow has an unknown step type and is not loaded
trigger fires but no execution runs
executor does not consume its queue
enqueue works, dequeue does not
`,
    user: `
the job I submitted does not get going
my automation has been waiting since the morning
I press run and the status stays waiting
could you look why my workflow is not executed
the flow is not moving
nothing gets processed, everything is waiting in the queue
my request is accepted but nobody works on it
the task is still queued
all my jobs are in the state waiting
the process I started never began
the planned task was not started
`,
  },
  S5: {
    operator: `
executions end as timed out
the third step of the runbook exceeds its limit
step limit of five minutes is hit each time
commands for the agents expire before they are done
the gather step never completes in its allotted time
timeouts in workflow steps since we added nodes
a run was cancelled after the step exceeded its deadline
step duration is longer than the timeout
agent did not return the result of the command in time
steps get killed for taking too long
step aborted, time is up
one slow step fails all our workflows
the execution is marked failed with reason timeout
diagnostic commands run out of time
`,
    developer: `
the timeout of the step fires before the command is done
step context cancelled, deadline reached
our step needs four minutes and gets two
command sent, no result until the limit
the result of the command is late and the step is already failed
how can a step get more time, it always expires
max_concurrent commands is reached and the rest times out
status timed_out on the collect step
execution stops, reason: step timeout
`,
    user: `
my run was stopped because a part of it took too long
the workflow begins fine and later ends with a timeout
one of the steps never gets finished
it always breaks off at the same step, time exceeded
could you check why my workflow times out
a step is running since an hour
the job was aborted, it says the time limit was exceeded
step four does not come to an end
the workflow is terminated before it is finished, timeout
it hangs in one step until it fails
`,
  },
  S6: {
    operator: `
the reasoner cannot produce a root cause
every rca request fails
root cause service throws internal errors
analysis of incidents is out of order
the analyzer stopped working after the model was replaced
analysis requests answered with status 500
the model of the reasoning service is corrupt
reasoning service started without its model
failure rate of analyses is 100 %
root cause calculation aborts
rca output is empty and the log has a traceback
the reasoner is killed for memory when it analyses an incident
model artefact is not found by the reasoner
`,
    developer: `
analyzer raises KeyError on each incident
model.predict throws
unpickling the model fails
the analyzer cannot import its machine learning library
feature count does not match the model
the classifier was trained with another version of scikit-learn
analyze endpoint: unhandled exception
python traceback when root cause is computed
model path is wrong in the reasoner
torch is not installed in the image of the reasoner and analysis fails
the analysis worker dies with a MemoryError
`,
    user: `
I ask for the cause and get an error
the system does not explain my incident any more
the analysis is not available, it says internal error
could you check the root cause function, it fails for me
no cause is found, only an error message
the automatic diagnosis of incidents is broken
clicking on analyse shows something went wrong
the root cause box stays empty with an error
incident cannot be analysed
the analysis does not finish, it fails
the explanation function fails each time
`,
  },
  S7: {
    operator: `
no bolt connection to neo4j
neo4j does not accept our credentials
the graph database is not up
neo4j keeps refusing the login
graph backend unavailable
neo4j has been unavailable since the failover
neo4j does not finish its start
the reasoner lost its connection to the graph
neo4j server not reachable on 7687
neo4j credentials expired
knowledge graph store is dead
neo4j locked us out after failed logins
database neo4j is offline in the graph server
neo4j is short of heap and refuses transactions
`,
    developer: `
driver.verify_connectivity raises for neo4j
session.run fails, graph database not available
bolt connection reset by the graph server
neo4j.exceptions.AuthError in the reasoner
cannot create a neo4j session
the cypher query gets no connection
neo4j says the database is not there
graph repository throws ServiceUnavailable
wrong neo4j uri, no connection to the graph
neo4j transaction fails, out of memory
`,
    user: `
I cannot see how the services depend on each other, the graph fails
dependency graph is not shown
the graph in the console is down
could you check the knowledge graph, it does not open
the knowledge graph cannot be reached
the graph says connection lost
no graph, only an error
relations are gone, the graph database seems broken
the graph database does not work
`,
  },
  D1: {
    operator: `
postgres has no connection left for us
connection limit of postgres exhausted
connection limit of the database is reached
we are at max_connections again
the limit of database connections is hit
role has reached its connection limit
too many connections for role agent_manager
too many connections for the database
all backends of postgres are in use
client connections to postgres exceed the limit
hundreds of sessions sit idle in the database
open transactions keep the connections busy
the pool of the orchestrator has no free connection
database pool is at 100 percent
postgres is swamped with connections
the number of sessions in postgres explodes
a service hoards database connections
superuser slots are all that is left in postgres
pgbouncer has no server connection left
`,
    developer: `
FATAL: too many connections
getConnection waits until it times out, pool empty
we forget to close the connection after the query
the pool never gets its connections back
pool exhausted: 20 of 20 in use
connections to the database leak in our repository code
a transaction is never committed and keeps its session
session count goes up with each request
max pool size reached, database connection not obtained
could not obtain a connection from the pool within 30 s
`,
    user: `
the program says the database allows no more connections
I cannot save, too many connections to the database
message: connection limit exceeded
error text: too many clients
the database says it has too many users at once
could you check the database, it reports too many connections
database full, no more connections possible
it tells me that all database connections are in use
no connection to the database is free
we get the error that connections are used up
too many open database connections
`,
  },
  D2: {
    operator: `
postgres takes ages for simple selects
query time in postgres rises
the database is waiting on locks
a vacuum is overdue and the tables are bloated
one query runs for two hours and blocks the rest
database response is sluggish
the sql load on postgres is awful
postgres performance has degraded since the import
some table is locked in postgres
the slow query log of postgres is full of selects on events
sessions wait for each other in postgres
postgres does full scans all the time
database slowdown
poor performance of the database
reads from postgres are slow
writes to postgres are slow
statistics of postgres are stale and plans are bad
`,
    developer: `
my query is stuck behind a lock
the update hangs, another transaction has the row
the planner does not use the index
an index on events would help, queries crawl
explain analyze shows 12 seconds for one select
count(*) takes a minute
join over two tables is terribly slow
transaction deadlock, postgres aborts one
statement was cancelled by statement_timeout
n plus one queries make the page slow in the database
the migration holds a lock and everybody waits
`,
    user: `
the list needs half a minute until it is there
could you check the database, everything takes so long
search results take forever
loading data is slow
it takes very long to load the history
opening a list takes ages
the data loads slowly
database is sluggish today
queries take much longer than last week
the report needs ten minutes instead of one
filtering the table is unbearably slow
`,
  },
  D3: {
    operator: `
redis has memory left and yet takes no writes
redis has room but rejects all writes
redis refuses writes because the last save failed
redis bgsave failed and writes are stopped
redis cannot write its rdb snapshot and blocks writes
redis stopped taking writes after a failed snapshot
the background save of redis fails
rdb save error in redis, writes are refused
redis is a read only replica and we write to it
redis became a replica and refuses writes
redis lost its master and is read only
redis is read-only all of a sudden
the redis replica does not accept writes
after the failover redis is read only
redis has too few replicas and refuses writes
redis says not enough good replicas to write
min-replicas-to-write is not met in redis
redis replicas are missing so writes fail
keys vanish from redis before their time
redis reached its memory ceiling
redis is at its memory cap
redis rss close to the limit of the container
the cache evicts what we need
redis keeps growing without a limit
redis is filled with keys nobody needs
writes to redis are rejected although memory is free
redis aof cannot be written
redis persistence error
`,
    developer: `
MISCONF redis cannot persist, set fails
READONLY error on each set in redis
NOREPLICAS error from redis
stop-writes-on-bgsave-error kicks in
our SETEX calls fail in redis
redis throws an error on every write, reads work
get works and set fails in redis
session keys have no expiry and fill redis
redis returns an error for hset since the node was replaced
redis maxmemory is tiny
cache writes are refused
we write to the replica of redis by mistake
no ttl on our cache entries, redis swells
eviction kicks out our keys
`,
    user: `
the cache does not accept anything
the cache cannot be written
redis does not save anything
could you check redis, it does not store my session
reading from the cache works, writing does not
it says the cache is read only
redis says it is read only
cache is out of space
I am logged out all the time, the cache loses my session
redis is too small
`,
  },
  D4: {
    operator: `
subscribers on nats fall behind
the EVENTS stream has a million unread messages
jetstream consumer does not keep up
nats cuts off a client for being slow
undelivered messages on the bus
nats throughput is bad, messages wait
stream limit reached, old messages are dropped
the stream on jetstream is full
messages on nats are discarded
stream EVENTS was deleted
the durable consumer is gone
jetstream consumer is missing
message queue overflow
unacknowledged messages grow
the bus is congested
nats queue keeps getting longer
delivery of messages is delayed on nats
consumers of the stream are lagging
jetstream store is out of space
message backlog on the bus is not going down
`,
    developer: `
js.publish returns no stream matches
ack floor does not move
our handler is slower than the publisher, nats drops us
redelivered messages again and again
pull subscription never catches up
nats: maximum messages exceeded
nats max_payload or pending limit cuts our subscription
the stream has no matching subject
we publish into a stream that does not exist
consumer info shows num_pending at 80000
`,
    user: `
messages do not get through the queue
messages reach me much too late
messages vanish
could you look at the message queue, it is clogged
the queue is not emptied
messages hang
messages are not delivered
the message system is overloaded
a message takes minutes from one service to the other
the inbox of messages only grows
`,
  },
  N1: {
    operator: `
orchestrator gets no connection to the manager
service to service traffic times out
agent-manager has no route to postgres
pods on node two do not reach pods on node one
cluster dns is out of order
dns lookups time out in the pods
the network policy cuts off the reasoner
packets between namespaces are dropped
the kubernetes service has no backends
the service points at the wrong pods
collect-agent finds no way to nats
compose containers do not share a network
container was detached from its network
kube-proxy rules are stale, services not reachable
overlay network broken between the nodes
the firewall drops traffic between our services
the cni plugin fails and pods have no network
internal names no longer resolve
mutual tls between services fails
certificate of the internal connection expired
the services are isolated from each other
`,
    developer: `
ENOTFOUND for the hostname of the manager
EHOSTUNREACH between the services
no route to host from the orchestrator
name or service not known
UnknownHostException for the database host
lookup nats on 10.43.0.10:53: server misbehaving
getaddrinfo ENOTFOUND orchestrator-service
i/o timeout when one service dials the other
tls handshake between the services fails
x509 error between two services
egress rule is missing for the reasoner
`,
    user: `
the components cannot communicate
the parts have lost each other
one part does not reach the other
the connection between two parts is cut
communication inside the platform is broken
could you check the network between the services
the services are not connected to each other any more
no connection from one server to the other
hostname is not found
internal network disturbed
`,
  },
  P1: {
    operator: `
agent-manager takes all cores
cpu usage of the reasoner through the roof
processor time of the orchestrator doubled
cpu of the container pegged at its limit
cfs quota is used up, container throttled
cpu saturation on the node of the manager
manager runs hot
load went from 2 to 30
compute is exhausted by agent-manager
steal and user time are high on the node
agent-manager causes heavy cpu load
cpu consumption of the orchestrator is too high
vCPU of the service is maxed out
the cpu graph of the manager stays at the top
excessive cpu use by the reasoning service
`,
    developer: `
a goroutine loops without pause
the flame graph shows one function only
thousands of goroutines are runnable
cpu profile is dominated by json parsing
the service polls in a tight loop
spin lock burns cycles
top lists the manager with 380 % cpu
our handler is cpu bound and saturates the core
goroutine count doubles each hour
the process never sleeps and uses one full core
gc runs all the time and takes the cpu
`,
    user: `
the machine is extremely busy
the server computes all the time, cpu at full load
could you check why the processor is at the limit
the service makes the server hot
cpu is on fire
the server has no computing power left
high processor use
the task manager shows 100 % cpu for the manager
everything on the machine is slow because one service takes the cpu
too much cpu is used
`,
  },
  P2: {
    operator: `
memory of the reasoner only grows
agent-manager needs a restart every night, its memory fills up
steady increase of memory in the orchestrator
rss of agent-manager doubled since Monday
memory trend of the manager points up
the container creeps towards its memory limit
memory is never given back
slow leak in the reasoning service
process size of the manager grows day by day
working set climbs without traffic
memory of the service rises until the oom killer comes
memory footprint gets larger and larger
unbounded memory growth
ram consumption of the orchestrator goes up linearly
`,
    developer: `
heap dump shows a list that only grows
pprof heap: one cache holds everything
tracemalloc shows growth after each call
we keep references and nothing is collected
goroutines are never ended and keep their memory
live objects go up with every request
memory is retained by a global map
alloc_space and inuse_space both rise
rss goes up, heap too, never down
the service leaks a buffer per connection
memory leak after the last release
`,
    user: `
the service needs more and more memory
memory gets less every hour
the program grows until it is closed
could you check the memory of the service, it keeps rising
after some days the memory is used up
it swallows memory
the memory consumption does not stop growing
ram gets eaten up slowly
the longer it runs the more memory it takes
memory use gets worse each day
`,
  },
  T1: {
    operator: `
contents of redis and postgres have diverged
the cache serves outdated rows
postgres index is damaged
the graph and the table hold different clusters
orphaned entries in redis
agents in redis that the database no longer has
row counts of two stores differ
cache not invalidated after an update
events that were never marked as processed remain in the table
checksum error in a table of postgres
b-tree of an index is broken
the stores are no longer consistent
database and knowledge graph are out of sync
the integrity check of the index fails
`,
    developer: `
select through the index misses rows
the cached copy differs from the row
unique index and still two equal rows
cache key holds the previous version of the agent
the sync to the graph skipped entities
write to postgres went through, cache kept the old one
amcheck finds an inconsistency
could not read block in a table of postgres
stale reads after an update
data in neo4j is behind postgres
`,
    user: `
the console shows something else than what is true
I deleted it and it is still there
the value jumps back to the old one
numbers differ from page to page
could you check the data, it contradicts itself
the overview is not right, it lists agents that are gone
what I see is not up to date
my change was saved and the old value still appears
two views show different data
data appears twice
the displayed data is outdated
`,
  },
  K1: {
    operator: `
the pod never gets past creating
pods do not come up after the node drain
the new replica set has no ready pod
pod restarts every few minutes
kubelet kills the container again and again
the image tag is wrong and the pod does not run
image pull from the registry unauthorized
no node fits the pod
pod waits for a volume that is not bound
oom kill in the container, it restarts
container terminates with exit code 2 over and over
deployment never becomes available
a mandatory secret is not there and the pod cannot start
replicas 1/3 available
rollout hangs at one of three
pod has status Error
pod has status Unknown
the job's pod is in BackOff
pods are evicted for disk pressure
pods of the daemonset are missing on two nodes
`,
    developer: `
CreateContainerConfigError after my change
my image cannot be pulled
the container of my branch exits at once
readiness never turns green for my pod
wrong entrypoint, container does not run
liveness probe kills my pod too early
kubectl rollout status never returns
describe pod shows FailedScheduling
the pod asks for more memory than any node has
docker ps shows restarting for the container
exec format error in the container
permission denied when the container starts its binary
`,
    user: `
the container is not running
the new version does not start in the cluster
could you look at the pod, it is restarting all the time
my deployment is stuck
my release is not rolled out
the pod is crashing
container stopped by itself
the pods are not healthy
the container goes up and down
`,
  },
  M1: {
    operator: `
after the partial upgrade the services no longer match
manager and orchestrator run different releases
the subject names in both configs are different
the schema is older than the release
one service still speaks the old api
migration was skipped and a column is absent
a subscriber listens on a subject nobody publishes to
messages are published where nobody subscribes
ports in the two configs contradict each other
the rollback left the services at different versions
the agents are two versions behind the manager
the release mix does not fit together
service versions are not aligned
the two ends expect different message formats
`,
    developer: `
the orchestrator calls an endpoint that was removed
404 on an api path after the upgrade of the manager
undefined table after the deploy
payload has a field the receiver does not know
publisher and consumer disagree about the subject
missing migration, the code expects another schema
client is built against an older api
the message schema of sender and receiver differ
json field was renamed on one side only
the service reads a config key under its old name
breaking change in the api between two services
`,
    user: `
the new version does not go together with the old one
the components are not on the same version
after the upgrade some parts do not understand the others
the pieces of the platform contradict each other
could you check whether the versions fit
one component was updated and the others not
the parts no longer match
the interface between two components has changed
wrong version of one service
they do not speak the same language since the update
`,
  },
  C1: {
    operator: `
the configmap has the new value and the service works with the old one
config rollout without any effect
the setting was raised and the service does not care
env in the deployment wins over the config file
the pods still run with last week's configuration
the new limit is not respected
parameters from the configmap do not reach the process
config was edited but never reloaded
secret was replaced and the old one is still in use
the process ignores its config file
the override in the deployment hides our setting
running configuration is not what is in git
the change is in the configmap and not in the pod
compose file was changed, the container has the old environment
`,
    developer: `
my flag is ignored
the env variable does not override anything
the service prints the default and not the value I set
config key is not read
log.level: debug has no effect
I changed the yaml and the service behaves the same
SIGHUP does not reload the config
the value in the file and the value in use are different
the setting is shadowed by a variable
my new timeout is not taken
subPath keeps the old file in the pod
`,
    user: `
the setting I made is not applied
what I configured is not used
I switched it off and it is still on
my changes to the settings are lost
could you check why my setting is ignored
I changed the value but it works as before
the new configuration does not arrive
saved the settings, no effect
the parameter I changed does nothing
settings jump back
it keeps using the old configuration
`,
  },
  H1: {
    operator: `
how does everything look
state of all parts please
full check of the environment
are all components fine
run through all services and tell me what is wrong
is something down
give me the health of the environment
what is not working right now
show me the status
quick health overview
check the whole system
`,
    user: `
nothing at all works
is the whole platform ok
everything stopped working
could you check everything
`,
  },
  L1: {
    operator: `
please pack all logs into an archive
collect a support bundle for me
gather logs and events of all parts
I need everything for a support case
download the logs of the whole environment
put together all logs for the vendor
`,
  },
  L2: {
    operator: `
which errors do the logs show
read the log and tell me what is wrong
show the errors of the last hour in the logs
summarise the log of the orchestrator
what does the log of redis say
look through the logs for warnings
`,
  },
  X1: {
    operator: `
please write up this incident for the maintainers
make a bug report of this
open an issue with the developers
create a report for upstream
write the issue text for me
`,
  },
};
