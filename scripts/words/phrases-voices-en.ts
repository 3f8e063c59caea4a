import type { Phrases } from './phrases.ts';

/** Whole sentences in English, as each role tells what it sees: with numbers, guesses, times and consequences. A line is a phrase. */
export const englishVoices: Phrases = {
  H2: {
    'on call': `
probe against agent-manager has failed for five minutes straight
uptime check says the orchestrator is not answering
load balancer marks all backends of the manager unhealthy
the reasoning service has not responded to a single request since 02:00
orchestrator stopped serving traffic right after the node reboot
telnet to port 8082 gives nothing
customers report timeouts on the api of the manager
paged because agent-manager is not reachable from outside
http checks of the platform are all failing
the endpoint times out from my laptop and from the bastion
service flaps between up and down
redis does not accept connections at all
cannot get a connection to postgres, it is just gone
nats server does not accept clients
we see only 5xx from orchestrator-service
target is down in the monitoring
health endpoint hangs until the client gives up
the collector host cannot be contacted
server is not reachable since the maintenance window
`,
    developer: `
GET /health/ready of agent-manager never returns
the rest api of the reasoner returns 503 for each request
integration tests fail since the orchestrator host does not answer
requests to :8081 hang and then time out
swagger page of the manager does not open
the process runs but does not answer http
liveness url gives 500 for the manager
socket closes right away when I connect to the service
`,
    user: `
I cannot log in, the page never opens
the screen stays white when I open the platform
it says the server cannot be found
the web interface is not available for our whole team
I only get an error page
cannot connect to your service from our office
your api does not answer my calls
the platform has been offline all morning
nothing opens any more when I click
server error when I open the start page
the app keeps loading and loading
is the service offline?
the whole site times out
`,
  },
  S1: {
    'on call': `
agent-manager comes up, logs one fatal line and ends
the manager container never stays up for longer than three seconds
agent-manager aborts because it cannot reach postgres at boot
manager quits with pq: password authentication failed
agent-manager start fails, nats is not reachable
the port of the manager is in use by another process
I restarted agent-manager and it will not come back
after rotating the database password the manager does not boot
agent-manager fails its init phase
the manager dies before the http server is up
since the config change agent-manager exits at launch
agent manager shows fatal in the first line of its log and stops
manager terminates with code 1 shortly after launch
startup of the agent manager is stuck at connecting to the database
systemd reports the manager as failed right after start
`,
    developer: `
agent-manager binary exits, log: failed to connect to database
agent-manager: bind: address already in use
two processes want port 8080 and the manager loses
the manager cannot parse its config file and leaves
agent-manager cannot open its listener
initialising the store fails so the manager stops
agent-manager does not get past loading its configuration
the manager's start routine returns an error
wrong dsn in the config, agent-manager dies at once
missing nats url makes the manager exit on boot
os.Exit during startup of agent-manager
`,
    user: `
we tried to start the manager three times, it always goes off again
agent manager will not run on my machine
manager closes immediately with an error about the database
I can't get the agent manager to start
the manager says the port is already taken
after installing, the agent manager does not come alive
starting agent manager ends with an error message
`,
  },
  S2: {
    'on call': `
collect-agent in the new cluster cannot register with the manager
registration of agents stopped working after the token was rotated
only three of five clusters have a registered agent
the agent in cluster prod-2 tries to register every ten seconds
agents were lost from the inventory overnight
the manager gets no register messages
daemonset of the collector is fine, yet no agent is registered
heartbeats from one cluster stopped
agent registration loop, never accepted
manager says unknown agent and refuses it
newly added cluster stays without an agent
the collectors vanished from the manager's list
registration attempts get no answer
auth token of the agent is not accepted
agent says registered false
cluster shows as disconnected although its collector runs
`,
    developer: `
agent publishes on register subject, nobody replies
collect-agent: no reply to register request, retrying
nats.subjects.registration differs between agent and manager
the secret agent-auth-token differs between namespaces
GET /api/v1/clusters does not contain the new cluster
agent gets rejected: invalid token
register handler of the manager is never called
agent id is unknown to agent-manager
row for the agent is never written to the agents table
collector logs register timeout
`,
    user: `
I installed the collector but the console says no agents
my agent is offline in the console
where is my cluster, I connected it this morning
the agent on my cluster is not recognised
I followed the guide, the agent still isn't there
console says waiting for agent
adding a cluster does not work, no agent turns up
the connected clusters page is empty
`,
  },
  S3: {
    'on call': `
event latency crossed sixty seconds
lag between event time and processing time is twenty minutes
the event buffer of agent-manager is at its limit
event throughput dropped by half and the queue rises
events are processed but with a big delay
processing of incoming events can't keep pace
event workers are all busy
SLO for event handling is burning
it takes ten minutes for an event to be handled
backlog of unhandled events in the manager
event_queue_size is at 1000 and stays there
events queue up faster than we can process
agent-manager falls behind on events during peaks
latency of events climbs every morning
`,
    developer: `
histogram of event_processing shows seconds instead of milliseconds
the event channel is full, producers block
batch_size for events is too low
event.workers=10 is not enough for this load
batch inserts of events are slow
event consumer cannot drain its queue
goroutines pile up in the event handler
end to end delay of events is bad
the buffer for events overflows and drops
time in queue for events is too long
`,
    user: `
I get told about problems long after they are over
the events page is far behind
new events take ages to appear
alarms reach me with half an hour of delay
what happened at nine shows up at ten
events are not live any more
the feed of events is delayed
why do I see events so late
event notifications arrive way too late
`,
  },
  S4: {
    'on call': `
workflow executions are accepted and then remain pending
200 executions pending and the number grows
the executor does not pick up work
no workflow has started since the deploy
executor workers are all occupied, queue is long
orchestrator has a queue of runs that does not move
executions are not dispatched
workflow queue has been full for an hour
executor logs errors, nothing is executed
remediation workflows do not begin
the pending count of workflows never goes down
scheduled workflows were not run last night
orchestrator does not process its queue
`,
    developer: `
status of my execution is pending forever
the workflow file has a syntax error and is skipped
workflow definition invalid, unknown field
orchestrator cannot load the workflow yaml
executor.queue_size reached
execution gets an id but is never run
workflow loader rejects our definition
the worker pool of the executor is too small
bad indentation in a workflow file
posting an execution returns 202 and then silence
`,
    user: `
I started the playbook an hour ago and it is still waiting
my run does not begin
the workflow I launched never moves from pending
nothing runs when I trigger it
the automation I scheduled did not run
my request is in the queue since this morning
workflows do not go through any more
the run button has no effect, always waiting
tasks stay waiting
the task I created is not being executed
why is my execution still in the queue
`,
  },
  S5: {
    'on call': `
executions fail in the collect step with a timeout
step ends with deadline exceeded
the diagnostics step reaches its limit of 120 seconds each time
workflow run aborted, one step exceeded its timeout
commands sent to agents are not finished in time
half of our executions end as timed out
the command queue to the agents is saturated and steps expire
long steps get cut off
a step in the runbook has been running for an hour
step did not complete within its time limit
execution history is full of timeouts
`,
    developer: `
step status is timeout although the command works by hand
timeout of the step is lower than what the command needs
command result comes after the step was given up
agent.command.max_concurrent is too small, steps expire
how do I raise the timeout of a step
the collect_logs step needs more than two minutes
executor cancels the step by its context deadline
the step waits for a command result that never comes
error: step deadline of 2m0s reached
`,
    user: `
the run stops in the middle and says timed out
my workflow gets halfway and then fails for time
one step takes forever and then everything is cancelled
the second step always runs out of time
it says step timed out
my workflow is aborted after some minutes
my diagnosis run never gets past collecting logs
run failed because it took longer than allowed
the last step goes on and on
`,
  },
  S6: {
    'on call': `
root cause requests end with http 500
analysis error rate is at 100 percent
the analyzer throws for each incident since the model update
reasoning-service fails every analysis
model could not be loaded, analysis is unavailable
rca api has been returning errors since noon
reasoning-service gets oom killed when it analyses
the root-cause endpoint is failing
no incident gets a root cause, analyzer errors in the log
reasoning pod lacks its model files
analysis jobs crash with out of memory
`,
    developer: `
analyze call raises an exception in scikit-learn
joblib.load fails for the root cause model
model pickle was made with another sklearn version
import sklearn fails in the reasoning container
the models directory is empty after the deploy
stack trace from analyzer.py on every request
analyze/root-cause answers with internal error
numpy version conflict breaks the analyzer
the predictor returns NaN and the api 500
root cause inference raises ValueError
`,
    user: `
find the cause ends with an error
it can't tell me the cause any more, only error 500
the analysis of my alert never succeeds
the root cause tab is broken
I asked for the reason of an incident and got an error message
analysis failed, please try again
the analysis page says internal error
root cause analysis gives no result
explain incident does not work
why does root cause analysis not work any longer
`,
  },
  S7: {
    'on call': `
neo4j refuses connections since the restart
the neo4j database refuses every connection
connection to the neo4j database is refused
neo4j pod is up but bolt does not answer
reasoning-service cannot authenticate to neo4j
the knowledge graph is offline
neo4j needs ages to become available
graph database does not come back after the upgrade
neo4j password was changed and the service still has the old one
bolt port times out
graph queries fail with service unavailable
login to neo4j fails with unauthorized
neo4j is in recovery and not available
`,
    developer: `
verify connectivity to bolt://neo4j fails
neo4j driver: the client is unauthorized
cannot open a session to the graph database
cypher statements throw connection errors
NEO4J_PASSWORD does not match
driver says defunct connection
the graph client cannot connect
AuthenticationRateLimit from neo4j
the graph database has too many failed logins
neo4j driver raises SessionExpired
`,
    user: `
the relations view stays empty, graph not available
the topology graph cannot be shown
graph page gives an error
the graph does not open
I can't see the knowledge graph
knowledge graph error
the map of dependencies does not load, graph is down
neo4j has problems
something with neo4j is off
`,
  },
  D1: {
    'on call': `
postgres hit its connection limit
number of connections to postgres is at the maximum
new sessions are refused by the database
connection slots of postgres are used up
200 of 200 database connections in use
there are hundreds of idle in transaction sessions
the manager's connection pool is exhausted
services cannot get a database connection, all are taken
connection usage of postgres above 90 percent
pg_stat_activity is full of idle sessions
sessions leak in the database
postgres rejects clients: too many clients
`,
    developer: `
we open connections and never give them back
acquiring a connection from the pool times out
max_open_conns is larger than what the server allows
transactions stay open and hold their connection
every request opens its own connection to the database
connection leak in the orchestrator
pool wait count keeps rising
should we raise max_connections
idle transactions hog the connections
pool size times replicas exceeds the limit of the server
cannot acquire connection
`,
    user: `
it says too many connections
database connection limit reached message when I save
error: no more connections to the database
saving fails because the database has too many clients
the page says there are no free connections
`,
  },
  D2: {
    'on call': `
postgres queries take seconds
average query time went up ten times
statement timeouts in the database
a long running transaction blocks the table
lock waits pile up in postgres
the database is the bottleneck, queries are slow
postgres is under pressure, statements are slow
autovacuum has not run on events for days
dead rows in events, table is bloated
database latency is high
disk io of postgres is high because of full scans
postgres answers very slowly since yesterday
there are blocked queries in postgres
`,
    developer: `
explain shows a sequential scan
query plan went bad after the migration
select on workflow_executions takes forty seconds
missing index on cluster_id
update waits for a lock
alter table blocks everything
the events table has fifty million rows and reads are slow
slow sql in agent-manager
pg_stat_statements shows one query with 3s mean
our orm produces slow queries
transactions wait on each other
deadlock between two updates
`,
    user: `
the lists load very slowly
filtering by date takes forever
opening the history takes half a minute
database is super slow today
the search is slow
every page with data is slow
reports take much longer than before
loading the executions list is slow
the db is lagging
db performance is bad
`,
  },
  D3: {
    'on call': `
redis memory usage at 100 percent
redis reached maxmemory
redis rejects writes with OOM
evicted keys in redis are going up
redis hit ratio is going down
the cache is nearly full
redis container is close to its memory limit
redis eats all memory of the node
fragmentation ratio of redis is high
redis can't write any more
redis memory alert
no eviction policy in redis and it is full
`,
    developer: `
SET fails with OOM command not allowed
cache misses have doubled
redis noeviction, writes are denied
keys without ttl fill redis
big keys in redis
our cached values disappear before they expire
redis used_memory is above maxmemory
too many keys under cache:
redis key space keeps growing
we should set allkeys-lru
`,
    user: `
it says redis is full
saving to the cache fails
the cache is full
the cache forgets everything
cache cannot store anything
redis memory problem
the cache server has no memory left
caching does not work, out of memory
`,
  },
  D4: {
    'on call': `
nats reports slow consumers
jetstream lag is growing
messages in the EVENTS stream are not consumed
pending messages in nats rise
the message bus is backed up
consumer of the event stream is behind by 50000 messages
nats disconnects our subscriber because it is too slow
backlog on the bus
nats queue grows
outgoing buffer of a nats client is full
stream has no consumer and fills
messages are delayed on the bus
num_pending of the consumer climbs
`,
    developer: `
slow consumer, messages dropped in our subscription
the EVENTS stream was never created
publish fails, no stream matches subject
ack pending limit hit
consumer does not ack in time and messages are redelivered
jetstream is not enabled so messages get lost
subscription pending limits exceeded
nats client drops messages
the durable consumer lags
pull consumer cannot keep pace
`,
    user: `
messages come with a long delay
messages get lost on the way
messages are stuck in the queue
the message queue is overflowing
the queue is clogged
message delivery is slow
nats is slow
messages are waiting to be delivered
`,
  },
  N1: {
    'on call': `
agent-manager cannot reach postgres over the network
traffic from orchestrator to nats is blocked
the services cannot connect to each other since the firewall change
a network policy blocks the manager
dns does not work inside the pods
service name is not resolved
connections between namespaces time out
the service selects no pods
endpoints are empty
coredns errors
packets get lost between two nodes
the containers are not in the same network
calls from the orchestrator to the manager time out
inter-service communication is broken
`,
    developer: `
lookup fails in the container
compose services cannot find each other
networkpolicy denies egress
the service's label selector matches nothing
kube-dns does not answer
one service cannot call the other
the container cannot reach the database host
`,
    user: `
the services lost contact with each other
the parts cannot find each other
there is a network problem between the services
connection between manager and database is broken
the network in the cluster is broken
something blocks the connection between the services
network trouble inside the platform
`,
  },
  P1: {
    'on call': `
cpu of agent-manager at 100 percent
orchestrator uses four cores
container is throttled
node cpu is saturated by the reasoning service
cpu usage has been above 90 percent for an hour
load average is very high
manager consumes all cpu
high processor load
cpu spikes every few minutes
cpu limit reached and requests are slow
cpu alert for the orchestrator
`,
    developer: `
busy loop in the manager
one thread runs at full speed all the time
the profile shows a hot function
cpu profile needed for agent-manager
too much time in garbage collection
goroutines spin
regex burns the cpu
process hogs the cpu
python worker sits at 100 % cpu
which function uses so much cpu
`,
    user: `
the fans are at full speed, the service uses the whole processor
the service uses too much cpu
the machine is overloaded because of the manager
the server is very busy, cpu is maxed
why is the cpu so high
the processor is at its limit
computation load is too high
`,
  },
  P2: {
    'on call': `
memory of agent-manager climbs steadily
the container's memory grows until it hits the limit
orchestrator uses 200 MB more every hour
memory usage never drops after load
working set of the reasoning service rises all week
memory alert, usage trend is upwards
service needs a restart every day because of memory
memory consumption of the manager is too high
memory leak suspected in the orchestrator
ram usage is at 95 percent and rising
`,
    developer: `
heap profile shows growth in one function
objects are never freed
number of goroutines rises with the memory
leaking buffers in the manager
python process grows with each request
garbage collector does not free anything
resident memory keeps increasing
inuse_space goes up all the time
we leak memory
the map in the handler grows without bound
no memory limit is set and it grows
`,
    user: `
the service takes more and more memory
it gets slower each day, memory fills up
the program eats memory
ram is filling up
memory use goes up and up
the memory usage is strange, it only increases
too much memory is used
`,
  },
  T1: {
    'on call': `
redis and postgres do not hold the same agents
stale entries in the cache
the cache was not refreshed after the change
deleted rows still show up from the cache
postgres index seems corrupted
graph has nodes for clusters that were deleted
unprocessed events stay in the table though they were handled
data differs between the databases
count in the database and count in redis differ
index returns wrong rows
inconsistency between the stores
`,
    developer: `
agent:* keys do not match the rows
cache entry is not invalidated on update
bt_index_check fails
REINDEX needed after the crash
graph sync is missing nodes
the cached object is older than the row
duplicates in a unique column
ghost agents in redis
select by index finds nothing, seq scan finds the row
neo4j misses entities that postgres has
`,
    user: `
the overview shows other numbers than the details
I still see things that I removed
the data on the page is old
different pages say different things
a removed agent keeps coming back
the list is not up to date although I saved
two reports do not match
I updated it, but the old name is still displayed
the console shows wrong data
`,
  },
  K1: {
    'on call': `
pods of the orchestrator keep crashing
agent-manager pod restarts every two minutes
deployment is stuck at 0 of 2 ready
image pull error on the new release
the pod was oom killed three times
no node has room for the new pod
pod stays in pending since the scale up
pod cannot mount its volume
readiness check fails so the pod gets no traffic
container exits with 137
a secret is missing so the container is not created
rollout does not finish
replicas unavailable
statefulset redis has no ready pod
restart count is at 40
the container crashes on boot over and over
daemonset has unavailable pods
the new version crash loops
`,
    developer: `
kubectl get pods shows Error
kubectl shows 0/1 Running
pod is stuck at terminating and creating
tag does not exist in the registry
unauthorized when pulling the image
init container does not complete
probe path is wrong and kubelet kills the container
resource requests are too large to schedule
pvc is not bound
configmap referenced by the pod does not exist
entrypoint not found in the image
our container is killed because of its memory limit
`,
    user: `
the new release does not come up
my deployment is not getting healthy
the container stops again and again
it restarts all the time
the deployment hangs
a pod is red
one pod is not running
the pods die
the containers do not start
pod won't start
`,
  },
  M1: {
    'on call': `
the manager was upgraded but the agents were not
versions of the services are incompatible
orchestrator calls an api the manager no longer has
the schema was not migrated
publisher and subscriber use different subjects
the services run mixed releases
a table is missing after the release
config of one service names another port than the other service uses
migrations were not applied
different versions after a half finished rollout
database schema and code do not match
`,
    developer: `
api version mismatch between orchestrator and manager
column is missing in the agents table
404 from the manager on a path the orchestrator calls
proto of both sides differs
service expects a newer schema
subject names drifted apart
undefined column after the deploy
contract test between services is red
client and server are not compatible
the config keys no longer match the code
`,
    user: `
since the update the components do not work together
the update was only half done
the parts have different versions
components are not compatible with each other
after updating only one part nothing fits
the versions of the agent and the manager differ
`,
  },
  C1: {
    'on call': `
changed the configmap but the pod runs with the old values
config change was rolled out without effect
the service ignores the new setting
environment variable shadows the config file
we raised the limit but the process still uses the old one
pods were not restarted after the config update
setting in config.yaml is not respected
the new timeout is not in force
the updated secret is not read
helm values changed, running config did not
`,
    developer: `
which layer wins, flag or configmap
viper takes the env over the file
config reload has no effect
effective value differs from what I set
the mounted config is stale
command line flag beats my config value
log level stays at info although I set debug
default is used in place of my value
the config file in the pod is not the one I applied
service does not pick up the new configmap
`,
    user: `
I saved new settings but nothing is different
my change isn't active
the option I switched on does nothing
changing the setting does not help, it stays the same
I set a new value and the old one is still used
the configuration I changed is not used
setting change does not work
my adjustment was not applied
`,
  },
  H1: {
    'on call': `
is the platform up
show the state of everything
quick overall check please
are there any problems with the platform right now
give me the status of all services
what's down right now
how healthy is the environment
full health report
everything seems dead
can you check whether all is well
run a health check
everything hangs
everything is slow
the whole system is slow
everything hangs since the update
nothing works since the deploy
all of it is broken since this morning
`,
  },
  L1: {
    'on call': `
please gather logs from every pod
I need a log archive
export all logs as a tarball
send me logs and events of the whole environment
collect diagnostics for support
zip up the logs
fetch every log for the vendor
`,
  },
  L2: {
    'on call': `
have a look at these logs
summarise the errors in the log
which error is most frequent in the logs
tell me what is in these logs
check the logs for errors
group the errors in the log
interpret the log
go through the logs for me
`,
  },
  X1: {
    'on call': `
draft a bug report for the developers
make an issue for upstream
prepare a hand-over for the maintainers
fill in the issue template
summarise this for the maintainers
I want to report this to the vendor
`,
  },
  none: {
    'other fields': `
the elevator is stuck on the third floor
the fridge does not cool
my phone battery drains fast
the scanner does not scan
headset has no microphone
monitor flickers
the door badge is not accepted
my calendar is not in sync
the hotel wifi is down
bluetooth mouse does not connect
my car does not start
the washing machine leaks
the tv has no signal
the game crashes on launch
photoshop is slow
word crashes when I save
powerpoint hangs
netflix does not load
spotify stops playing
the airport is closed
customer complains about the price
the package was delivered late
the bank transfer is pending
my visa application is pending
payroll is delayed
the contract with the vendor expires
the budget is exhausted
hiring is slow
the queue at the canteen is long
traffic is heavy
memory foam mattress
the agent of the insurance did not call
the travel agent lost my booking
real estate agent
the estate agent does not answer
the bus is late
the event starts at eight
events of the city this weekend
the workshop is full
the pool is closed
the connection train was missed
index of the book is missing
the graph in the slides is wrong
the paint does not dry
our cleaning service came late
the delivery service lost the parcel
room service is slow
the service at the restaurant was bad
customer service does not answer the phone
the bike has a flat tyre
the lamp in the hall is broken
the water pressure is high
my blood pressure is high
rents are growing
prices keep rising
the plants need water
the stream behind the house is dry
a stream of visitors
the message from my mother
message in a bottle
the pool needs cleaning
swimming pool limit of persons
the stage play starts late
workflow of our law office
the steps of the dance
the cook left out a step
a timeout in the basketball game
the referee gave a timeout
the cause of the fire is not known
the model wore a red dress
a model railway
the token for the car wash
bus token
the password of the safe was changed
cluster of stars
the node on my neck hurts
the container ship is late
shipping container blocked the road
a pod of whales
coffee pods are empty
the image on the poster is blurred
pull the door, do not push
the registry office is closed
the index finger hurts
the library catalogue is slow
the museum is full
the lock of the door is stuck
the key to the cabinet is lost
the queue at the ticket office does not move
the config of my bicycle
the setting of the novel
the table is reserved
dinner table for ten
the schedule of the ferry changed
the pipeline carries gas
the bank refuses the card
the connection flight is delayed
my train connection was cancelled
the processor of the food company
the heap of sand in the yard
the leak in the roof
the tap leaks
a gas leak in the street
the memory card of the camera is full
learn words by memory
the table in the kitchen is broken
the cluster of grapes
the port of Hamburg is busy
registration for the conference is closed
register for the marathon
my registration at the gym expired
the model of the car is old
analysis of the market
the root of the tree
steps to the roof are closed
`,
    'other systems': `
cassandra node is down
kafka topic has no leader
flink job keeps restarting
mysql deadlock found
sql server login failed
elasticsearch heap is full
redshift query is slow
bigquery quota exceeded
snowflake warehouse suspended
dynamodb throttles us
rabbitmq memory alarm
celery worker is stuck
sidekiq queue grows
nginx of another team returns 404
docker hub rate limit for our ci runner
jenkins agent is offline
gitlab runner is stuck
terraform plan fails
ansible playbook fails on ubuntu
splunk license exceeded
datadog agent does not report
zabbix agent is unreachable
newrelic shows no data
the linux kernel panics on my desktop
android build fails
xcode does not compile
npm install fails
pip cannot find the package
maven build is broken
unit tests of the web shop fail
the mobile app shows an old version
active directory replication fails
exchange server queue is stuck
citrix session hangs
vmware host is disconnected
netapp volume is full
backup job failed on tape
cisco switch is down
firewall of the office blocks skype
`,
    talk: `
let's discuss the roadmap
the war room is booked
severity review on friday
the event was fun
slow food festival
the cluster headache is gone
deadline for the tax form
my registration number
sync my calendar
training for the new tool
can you share the slides
who owns this service
what does agent-manager do
how does the orchestrator work
where is the documentation of the api
what is a workflow
explain jetstream to me
what is the difference between redis and memcached
which version do we run in production
please approve my request
when is the next release
when is the maintenance window
thanks for fixing the database
nice dashboard
I wrote a blog post about postgres
we plan to move to kubernetes next year
training about neo4j on wednesday
the team of the database has a new lead
welcome our new on-call engineer
who wrote this query
how many clusters do we have
do we have a licence for neo4j
the incident is closed
all alerts are resolved
no incidents this night
handover: quiet night
deploy went well
rollout finished without problems
latency is good
memory looks normal
cpu is low
everything looks good after the deploy
postgres upgrade is done
the pods came back by themselves, all green
redis is up again
`,
  },
};
