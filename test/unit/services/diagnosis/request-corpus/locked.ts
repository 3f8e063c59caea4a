import type { Block } from './corpus.ts';

/** The half that no rule, word or threshold was fitted on. A text that is moved from here is never used as a measure again. */
export const locked: readonly Block[] = [
  {
    source: 'PostgreSQL server log',
    kind: 'error',
    texts: `
D1 | FATAL:  sorry, too many clients already
D1 | FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute
D1 | FATAL:  terminating connection due to idle-in-transaction timeout
S1 | FATAL:  password authentication failed for user "aetherius"
S1 | FATAL:  no pg_hba.conf entry for host "10.42.0.17", user "agent_manager", database "agent_manager", no encryption
S1,M1 | FATAL:  database "agent_manager" does not exist
S1 | FATAL:  role "agent_manager" does not exist
D2 | ERROR:  deadlock detected
D2 | ERROR:  canceling statement due to statement timeout
D2 | ERROR:  canceling statement due to lock timeout
D2 | LOG:  process 4711 still waiting for ShareLock on transaction 812 after 1000.123 ms
D2 | LOG:  duration: 48211.004 ms  statement: SELECT * FROM events WHERE cluster_id = 'c-1'
T1 | ERROR:  invalid page in block 4127 of relation base/16384/24620
T1 | ERROR:  could not read block 12 in file "base/16384/2619": read only 0 of 8192 bytes
T1 | ERROR:  index "idx_events_timestamp" contains unexpected zero page at block 9
H2 | FATAL:  the database system is starting up
H2 | FATAL:  the database system is in recovery mode
H2 | FATAL:  terminating connection due to administrator command
H2 | PANIC:  could not write to file "pg_wal/xlogtemp.87": No space left on device
H2 | ERROR:  could not extend file "base/16384/16431": No space left on device
`,
  },
  {
    source: 'HikariCP and the JDBC driver',
    kind: 'error',
    texts: `
D1 | java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after 30000ms (total=50, active=50, idle=0, waiting=12)
D1 | org.postgresql.util.PSQLException: FATAL: sorry, too many clients already
S1 | org.postgresql.util.PSQLException: FATAL: password authentication failed for user "orchestrator"
D2 | org.postgresql.util.PSQLException: ERROR: deadlock detected
H2,N1 | org.postgresql.util.PSQLException: Connection to postgres:5432 refused. Check that the hostname and port are correct and that the postmaster is accepting TCP/IP connections.
`,
  },
  {
    source: 'SQLAlchemy and psycopg',
    kind: 'error',
    texts: `
D1 | sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00
D1 | psycopg2.OperationalError: FATAL:  remaining connection slots are reserved for non-replication superuser connections
H2,N1 | sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) could not connect to server: Connection refused Is the server running on host "postgres" and accepting TCP/IP connections on port 5432?
D2 | psycopg.errors.QueryCanceled: canceling statement due to statement timeout
D2 | psycopg2.errors.DeadlockDetected: deadlock detected
S1,M1 | psycopg2.errors.UndefinedTable: relation "clusters" does not exist
`,
  },
  {
    source: 'ioredis and redis-py',
    kind: 'error',
    texts: `
D3 | ReplyError: OOM command not allowed when used memory > 'maxmemory'.
S1,H2 | ReplyError: WRONGPASS invalid username-password pair or user is disabled.
S1,H2 | redis.exceptions.AuthenticationError: Authentication required.
H2 | MaxRetriesPerRequestError: Reached the max retries per request limit (which is 20). Refer to "maxRetriesPerRequest" option for details. [ioredis]
H2 | redis.exceptions.BusyLoadingError: Redis is loading the dataset in memory
D3,H2 | redis.exceptions.ResponseError: MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.
H2,N1 | redis.exceptions.ConnectionError: Error 111 connecting to redis:6379. Connection refused.
`,
  },
  {
    source: 'nats-server and nats-py',
    kind: 'error',
    texts: `
D4 | [WRN] 10.42.1.9:51922 - cid:33 - Slow Consumer Detected: WriteDeadline of 10s exceeded with 211 chunks of 3342112 total bytes.
H2,N1 | nats.errors.NoServersError: nats: no servers available for connection
D4 | nats.js.errors.NotFoundError: nats: NotFoundError: code=404 err_code=10059 description='stream not found'
S1,H2 | [ERR] 10.42.1.4:39814 - cid:12 - authentication error
D4 | nats.js.errors.ServiceUnavailableError: nats: maximum bytes exceeded for stream EVENTS err_code=10077
S1,H2 | nats: 'Authorization Violation'
`,
  },
  {
    source: 'Neo4j driver for Python',
    kind: 'error',
    texts: `
S7 | neo4j.exceptions.ServiceUnavailable: Couldn't connect to neo4j:7687 (resolved to ('10.43.7.2:7687',))
S7 | neo4j.exceptions.AuthError: {code: Neo.ClientError.Security.Unauthorized} {message: The client is unauthorized due to authentication failure.}
S7 | neo4j.exceptions.TransientError: {code: Neo.TransientError.Database.DatabaseUnavailable} {message: Database 'neo4j' is unavailable.}
S7 | neo4j.exceptions.ClientError: Neo.ClientError.Security.AuthenticationRateLimit
S7 | neo4j.exceptions.SessionExpired: Failed to read from defunct connection IPv4Address(('neo4j', 7687))
S7 | neo4j.exceptions.ConfigurationError: Unable to retrieve routing information
`,
  },
  {
    source: 'kubelet and scheduler events',
    kind: 'error',
    texts: `
K1 | Back-off restarting failed container agent-manager in pod agent-manager-7c9d8-x2x4l
K1 | Failed to pull image "registry.local/reasoning:1.9": rpc error: code = NotFound desc = failed to pull and unpack image: not found
K1 | ErrImagePull
K1 | 0/3 nodes are available: 3 Insufficient memory. preemption: 0/3 nodes are available
K1 | 0/2 nodes are available: 2 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }.
K1 | MountVolume.SetUp failed for volume "config" : configmap "orchestrator-service-config" not found
K1 | Error: secret "database-credentials" not found
K1 | Readiness probe failed: HTTP probe failed with statuscode: 503
K1 | Last State: Terminated Reason: OOMKilled Exit Code: 137
K1 | FailedScheduling: pod has unbound immediate PersistentVolumeClaims
K1 | InvalidImageName
K1 | failed to create containerd task: exec: "/app/server": permission denied
K1 | Liveness probe failed: Get "http://10.42.0.8:8081/health": context deadline exceeded
K1 | The node was low on resource: ephemeral-storage. Container reasoning-service was using 9Gi
`,
  },
  {
    source: 'Docker and Compose',
    kind: 'error',
    texts: `
S1 | Error response from daemon: driver failed programming external connectivity on endpoint aetherius-agent-manager: Bind for 0.0.0.0:8080 failed: port is already allocated
K1 | Error response from daemon: pull access denied for aetherius/agent-manager, repository does not exist or may require 'docker login'
K1 | container aetherius-reasoning-service exited (137)
K1,H2 | dependency failed to start: container aetherius-postgres is unhealthy
N1 | network aetherius declared as external, but could not be found
K1 | manifest for aetherius/orchestrator-service:2.9 not found: manifest unknown
K1 | Restarting (1) 12 seconds ago
`,
  },
  {
    source: 'resolvers and dialers',
    kind: 'error',
    texts: `
N1 | dial tcp: lookup orchestrator-service on 10.43.0.10:53: no such host
N1 | Error: getaddrinfo ENOTFOUND reasoning-service
N1 | socket.gaierror: [Errno -3] Temporary failure in name resolution
N1 | could not translate host name "agent-manager" to address: Name or service not known
N1 | curl: (6) Could not resolve host: orchestrator-service
N1 | Post "http://orchestrator-service:8081/api": dial tcp: lookup orchestrator-service: i/o timeout
N1,H2 | java.net.NoRouteToHostException: No route to host
N1 | ;; connection timed out; no servers could be reached
`,
  },
  {
    source: 'gateways',
    kind: 'error',
    texts: `
H2 | 502 Bad Gateway nginx/1.25.3
H2 | upstream connect error or disconnect/reset before headers. reset reason: connection failure
H2 | 503 Service Temporarily Unavailable
H2 | connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.4, upstream: "http://10.42.0.9:8081/"
H2 | no healthy upstream
H2 | 504 Gateway Time-out from agent-manager
`,
  },
  {
    source: 'Python and Go programs of the platform',
    kind: 'error',
    texts: `
S6 | POST /api/v1/analyze/root-cause HTTP/1.1 500 Internal Server Error
S6 | ModuleNotFoundError: No module named 'sklearn' (reasoning-service)
S6 | FileNotFoundError: [Errno 2] No such file or directory: '/app/models/root_cause.pkl'
S6 | analyzer failed: MemoryError
S5 | step "collect-logs" failed: timeout after 120s
S4 | executor queue is full, execution 81 rejected
S4 | workflow cannot be loaded: nightly.yaml: yaml: line 12: did not find expected key
S2 | registration of cluster c-9 failed: token mismatch
S2 | collect-agent: register failed: nats: no responders available for request
S3 | event queue is full, dropping event
P2 | fatal error: runtime: out of memory
S1 | listen tcp :8080: bind: address already in use
`,
  },
  {
    source: 'kube-prometheus',
    kind: 'alert',
    texts: `
K1 | [FIRING:1] KubePodCrashLooping (reasoning-service aetherius critical)
K1 | KubePodNotReady
K1 | [FIRING:2] KubeDeploymentReplicasMismatch agent-manager
K1 | alertname=KubeContainerWaiting namespace=aetherius pod=orchestrator-service-5f7 severity=warning
K1 | KubeStatefulSetReplicasMismatch statefulset=redis
K1 | KubeDaemonSetRolloutStuck daemonset=collect-agent
K1 | KubeDeploymentRolloutStuck
K1 | KubeDaemonSetMisScheduled
P1 | CPUThrottlingHigh container=agent-manager
H2 | TargetDown job=agent-manager
N1 | CoreDNSDown
N1 | CoreDNSErrorsHigh
H2 | KubePersistentVolumeFillingUp persistentvolumeclaim=data-postgres-0
K1 | KubePodNotScheduled
K1 | KubeJobFailed job_name=model-fetch
`,
  },
  {
    source: 'postgres_exporter, redis_exporter, nats exporter mixins',
    kind: 'alert',
    texts: `
D1 | PostgreSQLMaxConnectionsReached
D1 | [FIRING:1] PostgresConnectionsHigh instance=postgres-0
D2 | PostgreSQLDeadLocks
D2 | PostgreSQLSlowQueries datname=agent_manager
H2 | PostgreSQLDown
H2 | RedisDown instance=redis:6379
D3 | RedisMemoryHigh
D3 | RedisKeyEviction
D4 | NATSSlowConsumer server=nats-0
D4 | NatsJetStreamConsumerPendingHigh stream=EVENTS
H2 | NatsDown
S7 | Neo4jDown
S7 | Neo4jUnavailable
D3 | [FIRING:3] RedisOutOfMemory (redis-0 critical)
D1 | PostgresqlTooManyConnections
`,
  },
  {
    source: 'an Alertmanager of the platform',
    kind: 'alert',
    texts: `
S3 | [FIRING:1] EventProcessingLatencyHigh service=agent-manager
S3 | EventQueueBacklog
S4 | WorkflowExecutionsPending
S2 | AgentRegistrationFailing cluster=c-12
S5 | WorkflowStepTimeouts
P2 | ContainerMemoryGrowing container=agent-manager
P2 | [FIRING:1] MemoryLeakSuspected
P1 | ContainerCpuUsageHigh
P1 | GoroutinesTooMany
T1 | CacheDatabaseMismatch
H2 | ServiceDown orchestrator-service
H2 | HealthCheckFailed reasoning-service
S6 | RootCauseAnalysisErrors
C1 | ConfigNotReloaded
K1 | PodRestartingTooOften
K1 | ContainerOOMKilled
`,
  },
  {
    source: 'an operator on call, English',
    kind: 'paraphrase',
    texts: `
H2 | nobody can get to the orchestrator any more
H2 | agent manager is dead, curl just hangs
S1 | the manager quits seconds after it comes up
S1 | agent-manager won't come up since the release
S2 | the agents of cluster 7 never appear in the list
S2 | new cluster joined but its agent is nowhere
S3 | it takes minutes until an event is handled
S3 | events are lagging behind by ten minutes
S4 | my workflows are queued and none begins
S4 | executions sit in pending forever
S5 | one step runs into its time limit every night
S5 | diagnostic step never completes and gets aborted
S6 | root cause endpoint gives 500
S6 | the analysis of incidents blows up
S7 | graph database refuses our login
S7 | cannot query the knowledge graph
D1 | the database has no free connections
D1 | we ran out of postgres sessions
D2 | queries on the events table take ages
D2 | something is locking a table in postgres
D3 | redis refuses to store anything
D3 | cache hit ratio dropped to 20%
D4 | the message bus is falling behind
D4 | messages are piling up in jetstream
N1 | orchestrator cannot reach the reasoning service
N1 | pods cannot see each other
P1 | agent-manager eats a whole cpu
P1 | load is through the roof on the manager
P2 | memory of agent manager only ever goes up
P2 | RAM keeps climbing until the process is killed
T1 | the UI shows agents that were deleted
T1 | counts in redis and postgres differ
K1 | pods keep dying and coming back
K1 | the image can't be downloaded
M1 | producer and consumer use different subjects
M1 | the services no longer agree with each other
C1 | I edited the configmap but nothing changed
C1 | new log level is ignored
`,
  },
  {
    source: 'a user of the platform, English',
    kind: 'paraphrase',
    texts: `
H2 | the page will not open
H2 | I only get an error 503 in the browser
S4 | I pressed run and my job just sits there
S6 | the why-did-it-happen button shows an error
S3 | alerts show up in the console far too late
S2 | my server is connected but does not show up in the list of agents
T1 | the numbers on two pages contradict each other
D2 | every search in the event list takes half a minute
S5 | my job failed because a step took too long
`,
  },
  {
    source: 'an operator on call, Chinese',
    kind: 'paraphrase',
    texts: `
H2 | 编排服务完全连不上了
H2 | agent-manager 没反应，curl 卡住
S1 | agent-manager 起来几秒就退了
S1 | 发版之后管理服务一直起不来
S2 | 七号集群的代理一直不在列表里
S2 | 新接入的集群 agent 注册不成功
S3 | 事件要好几分钟才处理
S3 | 事件处理落后十分钟
S4 | 工作流都在排队，一个也没跑
S4 | 执行一直是 pending 状态
S5 | 有一个步骤每天晚上都超时
S5 | 诊断步骤跑不完被中断
S6 | 根因接口返回 500
S6 | 故障分析直接报错
S7 | 图数据库登录不了
S7 | 知识图谱查不了
D1 | 数据库没有空闲连接了
D1 | postgres 会话用完了
D2 | 查 events 表要很久
D2 | 数据库里有表被锁住了
D3 | redis 写不进去数据
D3 | 缓存命中率掉到两成
D4 | 消息总线处理不过来
D4 | jetstream 里消息越堆越多
N1 | 编排服务访问不到推理服务
N1 | pod 互相 ping 不通
P1 | agent-manager 占满一个核
P1 | 管理服务 CPU 飙到百分之百
P2 | agent-manager 的内存只涨不降
P2 | 内存一直往上爬直到进程被杀
T1 | 界面上还显示已经删除的 agent
T1 | redis 和数据库里的数量对不上
K1 | pod 不停地重启
K1 | 镜像下载不下来
M1 | 发布方和订阅方用的主题不一样
C1 | 改了 configmap 没有变化
C1 | 新的日志级别没生效
`,
  },
  {
    source: 'typing at three in the morning',
    kind: 'typo',
    texts: `
D3 | reids memory full
D1 | too many conections to postgres
D2 | postgers queries are slwo
S4 | worklfow stuck in pendnig
S3 | evnet latency is hihg
K1 | crashloopbakcoff
K1 | imagepulbackoff
S2 | agent registraton fails
S7 | noe4j is down
P2 | memmory leak in agent-manager
P1 | hihg cpu on agent manager
S5 | step tiemout
H2 | orchestartor is unreachable
N1 | dns lokup fails between services
C1 | config chagne has no effect
T1 | data inconsistant between redis and postgres
D4 | nats slow consmer
S6 | root cuase analysis fails
S1 | agent manger does not strat
D2 | 慢查寻
S4 | 工做流卡住了
S2 | agent 住册失败
`,
  },
  {
    source: 'other systems of the company',
    kind: 'none',
    texts: `
- | kafka consumer lag is growing on the billing topic
- | mysql: too many connections
- | grafana dashboard does not load
- | the printer on the second floor is offline
- | elasticsearch cluster is red
- | jenkins build failed on main
- | mongodb replica set has no primary
- | S3 access denied when uploading the backup
- | rabbitmq queue is full
- | the VPN is slow today
- | gitlab runner registration failed
- | Jira is down again
- | ClickHouse: Memory limit exceeded
- | nginx ingress for the shop returns 404
- | MySQL 数据库慢查询太多
- | kafka 消息积压
- | 打印机坏了
- | Jenkins 构建失败
- | Grafana 打不开
- | elasticsearch 磁盘满了
- | KafkaConsumerGroupLagHigh
- | MysqlTooManyConnections instance=shop-db
- | [FIRING:1] ElasticsearchDiskOutOfSpace
- | RabbitmqDown
`,
  },
  {
    source: 'nothing is wrong, or it is over',
    kind: 'none',
    texts: `
- | redis is not full
- | postgres was slow last week, fine now
- | the workflow is no longer stuck
- | no memory leak here, all good
- | neo4j is up and healthy
- | everything works again, thanks
- | cpu is back to normal
- | [RESOLVED] KubePodCrashLooping reasoning-service
- | the agents registered without problems
- | nats has no backlog
- | redis 没有满
- | 工作流已经恢复了
- | 数据库昨天很慢，现在正常了
- | 一切正常
- | CPU 已经降下来了
- | 事件延迟已恢复正常
`,
  },
  {
    source: 'talk in a channel',
    kind: 'none',
    texts: `
- | hello
- | thanks, good job everybody
- | who is on call tonight?
- | P1 incident call at nine, please join
- | can somebody review my pull request
- | lunch at noon?
- | I am on holiday until Monday
- | where is the runbook for releases
- | let us meet in room S4 after the stand-up
- | the release notes are in the wiki
- | how do I reset my own password
- | what does this bot do
- | please update the ticket
- | meeting moved to Thursday
- | 早上好
- | 今晚谁值班？
- | 中午吃什么
- | 谢谢大家
- | 会议改到周四
- | 请帮我审一下代码
- | 发布说明在哪里
- | 我明天请假
- | P1 故障会议九点开始
- | 这个机器人能做什么
`,
  },
  {
    source: 'descriptions of programs',
    kind: 'none',
    texts: `
- | a small text editor for the terminal
- | library for reading and writing images
- | GNU compiler for the C language, development files
- | tool to burn audio discs
- | spelling dictionary for Portuguese
- | fast JSON parser for Ruby
- | interactive fiction interpreter
- | utilities for network bridges
- | graph drawing tools
- | client for the Gopher protocol
- | fonts with a wide range of Latin characters
- | memory testing tool for personal computers
`,
  },
  {
    source: 'somebody who wants another command, locked',
    kind: 'command',
    texts: `
L1 | grab all logs
L1 | collect everything for the vendor
L1 | 把所有日志打包
L2 | what is in these logs
L2 | analyse the errors in the log of agent-manager
L2 | 分析一下这些日志
X1 | write an issue report for the maintainers
X1 | 生成问题报告
H1 | is everything ok?
H1 | everything is broken
H1 | how is the platform doing
H1 | 全都坏了
H1 | 系统现在健康吗
`,
  },
  {
    source: 'part and complaint, locked',
    kind: 'paraphrase',
    texts: `
D2 | PostgreSQL is slow
D2 | 数据库慢
K1,H2 | reasoning-service is not ready
K1,H2 | orchestrator does not start
K1,H2 | 推理服务没有就绪
H2 | redis is down
H2 | nats is broken
H2 | disk full
K1,H2,P2 | redis was killed last night, why?
N1 | collect-agent cannot reach nats
D3 | redis runs out of memory, postgres is fine
D3 | Redis 内存快满了
S4 | why are tasks stuck
N1,H2 | certificate expired
H2 | the api is very slow to answer
`,
  },
];
