import type { Block } from './corpus.ts';

/** A third locked half, written from the titles of the catalogue alone, before any phrase or rule was looked at. */
export const third: readonly Block[] = [
  {
    source: 'third round: an on-call person, English',
    kind: 'paraphrase',
    texts: `
H2 | I get connection refused on agent-manager:8080
H2 | health check of the orchestrator has been red for ten minutes
H2 | nobody can open the manager api any more
H2 | reasoning-service is gone from the load balancer
H2,K1 | orchestrator-service went away and did not come back
S1 | after the rollout agent-manager quits within a second
S1 | manager keeps dying at boot, something about its database password
S1 | agent-manager can't bind its port, someone else has it
S2 | two clusters never show up in the list of agents
S2 | the new collector says register failed over and over
S3 | our events arrive a quarter of an hour late
S3 | the event queue is growing faster than it is worked off
S4 | I have forty executions waiting and none begins
S4 | nothing gets picked up by the executor any more
S5 | the workflow was killed in its third step because it took too long
S5 | commands to the clusters take forever and then the step gives up
S6 | root cause endpoint throws 500 for every incident
S6 | the analysis blows up as soon as the model is loaded
S7 | graph database refuses our login
S7 | bolt on 7687 is dead
D1 | lots of sessions idle in transaction, nobody else gets in
D2 | a query that took ten milliseconds now takes four seconds
D2 | someone is holding a lock in the database and everybody waits behind it
D3 | cache hits went from 95 to 40 percent
D3 | redis refuses SETs since it is full
D4 | the bus has a consumer that can't keep up
D4 | pending bytes on our nats subscriptions climb and climb
N1 | the orchestrator cannot talk to the bus
N1 | name resolution inside the aetherius namespace is broken
N1 | since the new network policy the reasoner does not see neo4j
P1 | one of the services is burning both cores
P1 | load on the manager is through the roof
P2 | rss of reasoning-service doubles each day
P2 | we have to restart the orchestrator every night or it eats all the ram
T1 | the ui shows an agent that no longer exists in postgres
T1 | graph and relational store have different node counts
K1 | pod hangs in ContainerCreating
K1 | new replica never gets scheduled
K1 | it cannot pull the image from our registry
C1 | I edited the config map an hour ago and the service still uses the old value
C1 | the new worker count is simply ignored
M1 | after the upgrade the manager and the agents speak different versions
M1 | database schema is older than the service expects
`,
  },
  {
    source: 'third round: end users, English',
    kind: 'paraphrase',
    texts: `
H2 | I can't get to the service, the page says 503
H2 | website of the manager does not answer
H2 | the api is down again
H2,N1 | I only see bad gateway when I click on clusters
S2 | my cluster isn't listed although I installed the agent yesterday
S2 | agent installed but it stays unregistered
S3 | the things I see in the event list are from half an hour ago
S3 | notifications about my cluster come much too late
S4 | my workflow just sits there and says pending
S4 | I pressed run and nothing happens to the workflow
S5 | my job always breaks off after two minutes
S5 | step three of my workflow never finishes
S6 | I ask for a root cause and get an internal server error
S6 | analysis of my incident fails each time
D2,P1,H2 | searching for events is painfully slow
D2,S3 | the list of executions takes a minute to open
T1 | I deleted a cluster but it is still displayed
T1 | the number of agents on the dashboard is not the number in the list
C1 | I changed a setting but it behaves as before
C1 | why does my new timeout have no effect
P2 | the service gets slower until it is restarted, memory keeps going up
D4,S3 | messages seem to queue up somewhere
`,
  },
  {
    source: 'third round: developers, English',
    kind: 'paraphrase',
    texts: `
S1 | agent-manager panics in main before it listens
S1 | manager exits with code 1 right after reading its config
S2 | register message is published but the manager never receives it
S2 | token of the collect-agent and of the manager don't match
S3 | p99 of event processing went from 200ms to 9s
S3 | too few workers for the event buffer?
S4 | yaml of the workflow does not parse and it never runs
S4 | executor queue is full, executions don't move
S5 | context deadline exceeded in step collect
S5 | default command timeout of 60 is too short for us
S6 | analyzer cannot import sklearn
S6 | /app/models is empty and the analyze call fails
S6 | POST /api/v1/analyze/root-cause returns 500
S7 | neo4j driver throws on verifyConnectivity
S7 | our cypher queries can't get a session
D1 | pool is exhausted, waiting for a free connection
D1 | do we leak db connections?
D1 | max_connections reached on the agent_manager database
D2 | seq scan on events, I think we miss an index
D2 | dead tuples everywhere, autovacuum can't follow
D2 | deadlocks between our transactions
D3 | redis evicts our keys too early
D3 | maxmemory reached with noeviction
D3 | the cache is full of stale agent keys and has no room
D4 | jetstream stream EVENTS does not exist
D4 | our subscriber falls behind and nats drops it
N1 | dial to postgres times out from inside the manager's pod
N1 | containers are on different docker networks
P1 | a goroutine spins, cpu at 200 %
P1 | pprof says most of the time is spent in json, cpu pegged
P2 | heap grows and never shrinks, probably a leak
P2 | goroutine leak, memory climbs linearly
T1 | redis has agents that are not in the agents table
T1 | cache and database are out of sync
T1 | amcheck reports a corrupt index
K1 | container in crash loop since the last deploy
K1 | readiness probe never turns green
K1 | deployment refers to a secret that isn't there
K1 | exit code 137 on every start of the pod
C1 | env var wins over the configmap, doesn't it?
C1 | pod was not restarted after the configmap changed
M1 | agent protocol version mismatch
M1 | migration 12 is missing in this environment
`,
  },
  {
    source: 'third round: operators, Chinese',
    kind: 'paraphrase',
    texts: `
H2 | agent-manager 打不开了
H2 | 编排服务健康检查一直不过
H2 | 推理服务连不上，端口没反应
H2 | 8080 端口访问被拒绝
S1 | agent-manager 一启动就退出
S1 | 管理服务起来几秒就挂，日志说数据库密码不对
S1 | 端口被占用，agent-manager 起不来
S2 | 新集群的采集器注册不上
S2 | 采集 agent 一直报注册失败
S2 | 集群列表里看不到我的 agent
S3 | 事件要过十几分钟才处理
S3 | 事件队列越积越长
S3 | 告警延迟特别大
S4 | 工作流卡在 pending 不动
S4 | 任务提交后一直没有被执行
S4 | 执行器队列满了
S5 | 工作流某一步老是超时
S5 | 采集步骤跑到一半就被超时中断
S6 | 根因分析接口返回 500
S6 | 分析模型加载失败
S6 | 推理服务做分析时内存爆了
S7 | neo4j 密码错误，登录不了
D1 | 数据库连接数满了
D1 | 连接池耗尽，拿不到连接
D1 | postgres 报连接太多
D2 | 数据库查询特别慢
D2 | 有慢 SQL，疑似缺索引
D2 | 表被锁住了，后面的语句都在等
D3 | redis 内存满了，写不进去
D3 | 缓存命中率掉得厉害
D3 | redis 频繁淘汰 key
D4 | 消费者太慢，消息越堆越多
D4 | 消息总线报慢消费者
N1 | 服务之间互相访问不通
N1 | 容器里解析不了域名
N1 | 编排服务访问不到数据库
N1 | 网络策略把流量拦了
P1 | CPU 打满了
P1 | 推理服务 CPU 占用一直很高
P2 | 内存一直涨不降
P2 | 怀疑有内存泄漏
T1 | 缓存和数据库里的数据对不上
T1 | 页面上的 agent 数量和数据库里不一样
K1 | pod 一直是 Pending，调度不了
K1 | 容器被 OOM 杀掉起不来
C1 | 改了配置不起作用
C1 | configmap 更新了但服务还是旧配置
M1 | 各组件版本不匹配
M1 | 升级以后数据库表结构和服务版本对不上
`,
  },
  {
    source: 'third round: errors as they are printed',
    kind: 'error',
    texts: `
D1 | FATAL: too many connections for role "orchestrator"
D1 | ERROR: remaining connection slots are reserved for roles with privileges of the "pg_use_reserved_connections" role
D1 | psycopg2.OperationalError: connection to server at "postgres" (10.0.3.4), port 5432 failed: FATAL:  sorry, too many clients already
D1 | asyncpg.exceptions.TooManyConnectionsError: sorry, too many clients already
D1 | sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00
D2 | ERROR: canceling statement due to statement timeout
D2 | ERROR: deadlock detected DETAIL: Process 2341 waits for ShareLock on transaction 88123
D2 | LOG:  process 991 still waiting for AccessExclusiveLock on relation 16411 of database 16384 after 1000.123 ms
D2 | LOG:  duration: 8123.552 ms  statement: SELECT * FROM events WHERE cluster_id = 'c1'
D2 | ERROR: canceling statement due to lock timeout
D3 | OOM command not allowed when used memory > 'maxmemory'.
D3 | redis.exceptions.OutOfMemoryError: command not allowed when used memory > 'maxmemory'
D3 | MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.
D4 | nats: slow consumer, messages dropped
D4 | [WRN] 10.1.2.3:51234 - cid:87 - Slow Consumer Detected: WriteDeadline of 10s exceeded with 23 chunks of 1048576 total bytes.
D4 | nats: no response from stream
D4 | nats: stream not found
S7 | Neo.ClientError.Security.Unauthorized: The client is unauthorized due to authentication failure.
S7 | neo4j.exceptions.ServiceUnavailable: Couldn't connect to neo4j:7687 (resolved to ('10.96.0.9:7687',))
S7 | Neo4jError: Neo.TransientError.General.DatabaseUnavailable
K1 | Failed to pull image "registry.local/agent-manager:2.1": rpc error: code = NotFound desc = failed to pull and unpack image
K1 | Back-off restarting failed container manager in pod agent-manager-6d9f7c
K1 | 0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available
K1 | Error: secret "agent-auth-token" not found
K1 | MountVolume.SetUp failed for volume "config" : configmap "orchestrator-config" not found
K1 | Liveness probe failed: HTTP probe failed with statuscode: 500
K1 | Readiness probe failed: Get "http://10.244.1.7:8081/health": context deadline exceeded
K1 | Last State: Terminated Reason: OOMKilled Exit Code: 137
K1 | CreateContainerConfigError
K1 | 0/5 nodes are available: 2 node(s) had untolerated taint {dedicated: gpu}, 3 node(s) didn't match Pod's node affinity/selector.
N1 | dial tcp: lookup nats on 10.96.0.10:53: no such host
N1,H2 | dial tcp 10.96.14.2:5432: i/o timeout
N1 | getaddrinfo ENOTFOUND neo4j
N1 | socket.gaierror: [Errno -2] Name or service not known
N1 | getaddrinfo EAI_AGAIN reasoning-service
N1,H2 | dial tcp 10.96.14.8:8082: connect: no route to host
H2,N1 | curl: (7) Failed to connect to orchestrator-service port 8081: Connection refused
H2 | upstream connect error or disconnect/reset before headers. reset reason: connection failure
H2 | 502 Bad Gateway nginx/1.25.3
S1 | listen tcp :8080: bind: address already in use
S1 | agent-manager: failed to initialize database: pq: password authentication failed for user "agent_manager"
S1 | agent-manager: nats: no servers available for connection
S2 | collect-agent: registration failed: invalid token
S2 | collect-agent: failed to register agent: timeout waiting for reply on aetherius.agent.c1.register
S4 | orchestrator: failed to parse workflow diag.yaml: yaml: line 14: did not find expected key
S4 | executor queue full, rejecting execution 5d1c
S5 | step "collect-logs" timed out after 120s
S5 | workflow execution failed: step timeout exceeded
S6 | ModuleNotFoundError: No module named 'sklearn'
S6 | FileNotFoundError: [Errno 2] No such file or directory: '/app/models/root_cause.pkl'
S6 | POST /api/v1/analyze/root-cause HTTP/1.1" 500 Internal Server Error
P2,S6,K1 | fatal error: runtime: out of memory
T1 | ERROR: index "idx_events_cluster" contains unexpected zero page at block 12
T1 | could not read block 17 in file "base/16384/24576": read only 0 of 8192 bytes
M1 | ERROR: column "labels" of relation "clusters" does not exist
M1 | relation "workflow_executions" does not exist
`,
  },
  {
    source: 'third round: names of alerts',
    kind: 'alert',
    texts: `
K1 | KubePodCrashLooping
K1 | [FIRING:1] KubePodNotReady (aetherius agent-manager-0 warning)
K1 | KubeContainerWaiting
K1 | KubeDeploymentReplicasMismatch
K1 | KubeStatefulSetReplicasMismatch
K1 | KubernetesPodImagePullBackOff
K1 | ContainerOomKilled
P1 | HighCpuUsage agent-manager
P1 | CPUThrottlingHigh
P2 | ContainerHighMemoryUsage
P2 | MemoryLeakSuspected reasoning-service
D1 | PostgresqlTooManyConnections
D1 | PostgreSQLMaxConnectionsReached
D2 | PostgresqlSlowQueries
D2 | PostgresqlDeadLocks
D2 | PgLongRunningTransaction
D3 | RedisOutOfMemory
D3 | RedisMemoryHigh
D3 | RedisKeyEviction
D4 | NatsSlowConsumers
D4 | NatsPendingMessagesHigh
D4 | JetStreamConsumerLagging
S3 | EventProcessingLatencyHigh
S3 | EventQueueSizeGrowing
S4 | WorkflowExecutionsPending
S5 | WorkflowStepTimeout
S6 | RootCauseAnalysisErrorRate
S2 | CollectAgentNotRegistered
S7 | Neo4jDown
H2 | BlackboxProbeFailed agent-manager
H2 | ServiceDown orchestrator-service
H2 | TargetDown job=reasoning-service
N1 | CoreDNSErrorsHigh
`,
  },
  {
    source: 'third round: vague complaints',
    kind: 'paraphrase',
    texts: `
D2 | the database is crawling since the deploy
D3 | redis acts up, it says memory
S7 | neo4j doesn't work
D4,H2,N1 | nats is acting strange
H2,S3,P1 | the manager is slow
H2,K1,S1 | agent-manager is broken
H2,K1 | orchestrator does not come up
H2,S6 | something is wrong with the reasoning service
K1 | pods are not coming up
H2,S2 | the collect-agent is dead
S4 | workflows don't work
S5,S4 | workflows hang
D2,H2,D1 | problem with the db
D3,H2 | 缓存有问题
D2,H2,D1 | 数据库有点卡
S4,H2 | 工作流跑不了
S7 | 图库不可用
`,
  },
  {
    source: 'third round: hasty fingers',
    kind: 'typo',
    texts: `
S1 | agent-manger doesnt strat
D1 | to many conections in postgers
D2 | postgress is realy slow
D3 | reddis out of memroy
D4 | nats slow consumr
S7 | noe4j conection failed
K1 | pod in crashlopbackoff
K1 | imagepulbackoff
N1 | servces cant reach eachother
P1 | hgih cpu usage
P2 | memmory leak
S4 | worklfow stuck in pendng
S5 | wrokflow step timout
S6 | rootcause anaylsis fials
S2 | agnet registraton failed
S3 | evnts are procesed late
C1 | confg change not aplied
T1 | data inconsistant betwen redis and postgres
H2 | orchestrator unreachabel
D2 | 数据库查寻很慢
S4 | 工做流一直pending
`,
  },
  {
    source: 'third round: other commands',
    kind: 'command',
    texts: `
H1 | is everything ok?
H1 | show me the health of all parts
H1 | 看下整体健康状况
L1 | collect all logs of the environment
L1 | 把所有日志打包给我
L2 | analyse these logs please
L2 | 帮我分析日志
X1 | write a report for the maintainers
`,
  },
  {
    source: 'third round: other products and fields',
    kind: 'none',
    texts: `
- | the printer on floor two is out of toner
- | kafka consumer lag is growing on topic orders
- | mysql replication is behind
- | our jenkins pipeline is stuck
- | grafana dashboard does not load
- | elasticsearch cluster is yellow
- | my laptop has a full disk
- | vpn drops every ten minutes
- | rabbitmq queue is filling up
- | the iphone app crashes on start
- | outlook does not sync my mailbox
- | mongodb primary stepped down
- | jira is slow today
- | github actions cannot check out the repository
- | S3 bucket access denied
- | our salesforce integration times out
- | excel cannot open the file
- | the coffee machine is broken
- | oracle ORA-12541: TNS:no listener
- | wordpress shows a white page
- | vs code uses too much memory
- | chrome eats all my ram
- | 打印机连不上
- | 公司邮箱登录不了
- | kafka 消息积压
- | mysql 主从延迟很大
- | 会议室投影仪坏了
- | 微信打不开
- | 电脑太慢了想换一台
`,
  },
  {
    source: 'third round: fine, over, or only talk',
    kind: 'none',
    texts: `
- | postgres is healthy again
- | redis is not full
- | no pod is crashing
- | yesterday's outage is resolved, thanks all
- | cpu was high last week, it is fine now
- | who is on call tonight?
- | lunch at twelve?
- | please review my pull request
- | good morning everyone
- | the release goes out on thursday
- | great work on the postmortem
- | can someone add me to the channel
- | where do I find the runbook
- | P1 incident call starts at 10
- | meeting moved to room K1
- | how many agents do we pay for
- | do we want to use kubernetes in the next project?
- | a good book about databases
- | 数据库已经恢复了
- | 今天谁值班
- | 周会改到下午三点
- | 谢谢大家
- | 有人一起吃饭吗
- | 文档写好了，请看一下
`,
  },
];
