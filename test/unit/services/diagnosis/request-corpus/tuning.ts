import type { Block } from './corpus.ts';

/** The half that thresholds, words and the choice of the method are fitted on. */
export const tuning: readonly Block[] = [
  {
    source: 'pgx, lib/pq and node-postgres',
    kind: 'error',
    texts: `
D1 | failed to connect to \`host=postgres user=agent_manager database=agent_manager\`: server error (FATAL: sorry, too many clients already (SQLSTATE 53300))
D1 | pq: remaining connection slots are reserved for non-replication superuser connections
D1 | error: sorry, too many clients already at Parser.parseErrorMessage (node_modules/pg-protocol/src/parser.ts:369:69)
S1 | pq: password authentication failed for user "agent_manager"
S1 | failed to connect to \`host=postgres\`: failed SASL auth (FATAL: password authentication failed for user "app" (SQLSTATE 28P01))
S1,M1 | ERROR: relation "workflow_executions" does not exist (SQLSTATE 42P01)
S1,M1 | pq: column "severity" does not exist
D2 | ERROR: deadlock detected (SQLSTATE 40P01)
D2 | pq: canceling statement due to user request
D2 | ERROR: canceling statement due to statement timeout (SQLSTATE 57014)
H2,N1 | dial tcp 10.43.0.5:5432: connect: connection refused
H2 | FATAL: the database system is shutting down (SQLSTATE 57P03)
H2 | FATAL: terminating connection due to administrator command (SQLSTATE 57P01)
T1 | ERROR: invalid page in block 2 of relation base/1/2 (SQLSTATE XX001)
H2 | ERROR: could not extend file "base/1/3": No space left on device (SQLSTATE 53100)
D1 | timeout exceeded when trying to connect (pg-pool)
`,
  },
  {
    source: 'go-redis and redis-server',
    kind: 'error',
    texts: `
D3 | OOM command not allowed when used memory > 'maxmemory'
S1,H2 | NOAUTH Authentication required.
S1,H2 | WRONGPASS invalid username-password pair or user is disabled.
H2 | redis: connection pool timeout
H2 | LOADING Redis is loading the dataset in memory
D3,H2 | # Can't save in background: fork: Cannot allocate memory
D3,H2 | MISCONF Redis is configured to save RDB snapshots, but it is currently not able to persist on disk
H2,N1 | dial tcp: 10.43.9.1:6379: connect: connection refused
H2,D3 | READONLY You can't write against a read only replica.
H2 | ERR max number of clients reached
`,
  },
  {
    source: 'nats.go',
    kind: 'error',
    texts: `
H2,N1 | nats: no servers available for connection
D4 | nats: slow consumer, messages dropped
S1,H2 | nats: authorization violation
D4 | nats: stream not found
D4 | nats: no response from stream
S2,M1 | nats: no responders available for request
H2,D4 | nats: timeout
H2,N1 | dial tcp 10.43.0.8:4222: i/o timeout
`,
  },
  {
    source: 'Neo4j server and driver for Java',
    kind: 'error',
    texts: `
S7 | org.neo4j.driver.exceptions.ServiceUnavailableException: Unable to connect to neo4j:7687, ensure the database is running and that there is a working network connection to it.
S7 | Neo.ClientError.Security.Unauthorized: The client is unauthorized due to authentication failure.
S7 | Neo.TransientError.General.DatabaseUnavailable
S7 | Neo.ClientError.Security.CredentialsExpired
S7 | org.neo4j.driver.exceptions.ClientException: Unable to acquire connection from the pool within configured maximum time of 60000ms
S7 | Neo.TransientError.General.MemoryPoolOutOfMemoryError
`,
  },
  {
    source: 'kubectl describe',
    kind: 'error',
    texts: `
K1 | Warning  Failed  2m  kubelet  Error: ImagePullBackOff
K1 | CreateContainerConfigError
K1 | CrashLoopBackOff
K1 | Warning FailedScheduling 0/1 nodes are available: 1 Insufficient cpu.
K1 | OOMKilled
K1 | Startup probe failed: dial tcp 10.42.0.7:8080: connect: connection refused
K1 | Warning Unhealthy Readiness probe failed: Get "http://10.42.0.31:8080/health": dial tcp: connection refused
K1 | FailedMount Unable to attach or mount volumes: unmounted volumes=[data]
K1 | RunContainerError
K1 | Init:CrashLoopBackOff
K1 | ContainerCreating for ten minutes
K1 | pod has been Evicted: The node had condition: [DiskPressure]
K1 | 1 node(s) didn't match Pod's node affinity/selector
K1 | exceeded quota: compute, requested: memory=2Gi
`,
  },
  {
    source: 'docker events',
    kind: 'error',
    texts: `
K1 | aetherius-orchestrator-service exited with code 137
K1 | Error response from daemon: manifest for aetherius/reasoning:latest not found
K1 | container is restarting, wait until the container is running
S1 | Ports are not available: exposing port TCP 0.0.0.0:8080: listen tcp 0.0.0.0:8080: bind: address already in use
K1 | OCI runtime create failed: container_linux.go: starting container process caused: exec: "server": executable file not found in $PATH
`,
  },
  {
    source: 'Node and curl',
    kind: 'error',
    texts: `
N1 | Error: getaddrinfo EAI_AGAIN orchestrator-service
N1 | curl: (6) Could not resolve host: agent-manager
N1,H2 | Error: connect ETIMEDOUT 10.43.0.14:8082
H2,N1 | curl: (7) Failed to connect to agent-manager port 8080: Connection refused
N1,H2 | x509: certificate has expired or is not yet valid
N1,H2 | x509: certificate signed by unknown authority
N1 | ** server can't find reasoning-service: NXDOMAIN
`,
  },
  {
    source: 'Envoy and HAProxy',
    kind: 'error',
    texts: `
H2 | upstream request timeout
H2 | 503 no server is available to handle this request
H2 | HTTP/1.1 502 Bad Gateway server: envoy
H2 | orchestrator answers 504
`,
  },
  {
    source: 'log of the services',
    kind: 'error',
    texts: `
S6 | analyzer error: model file missing
S6 | cannot load the model /app/models/rca.joblib: UnpicklingError
S5 | step execution timed out after 120 seconds
S5 | command timeout: no result within 300s
S4 | executor: queue full, rejecting workflow execution
S2 | agent registration failed: unauthorized
S2 | agents without heartbeat: 4
S3 | event processing is late: 84s
P2 | runtime: out of memory: cannot allocate 8192-byte block
S1 | failed to read config file /etc/aetherius/config.yaml: permission denied
`,
  },
  {
    source: 'awesome-prometheus-alerts',
    kind: 'alert',
    texts: `
K1 | KubernetesPodCrashLooping
K1 | KubernetesPodNotHealthy pod=agent-manager-0
K1 | KubernetesContainerOomKiller
K1 | [FIRING:1] KubernetesDeploymentReplicasMismatch
K1 | KubernetesStatefulsetDown statefulset=postgres
K1 | KubernetesDaemonsetRolloutStuck
P1 | ContainerHighCpuUtilization
P1 | ContainerHighThrottleRate
P1 | HostHighCpuLoad
P2 | ContainerHighMemoryUsage container=agent-manager
K1 | HostOomKillDetected
D1 | PostgresqlTooManyConnections
D2 | PostgresqlDeadLocks
D2 | PostgresqlSlowQueries
H2 | PostgresqlDown
D2 | PostgresqlTooManyLocksAcquired
D2 | PostgresqlTableNotAutoVacuumed
T1 | PostgresqlInvalidIndex
H2 | RedisDown
D3 | RedisOutOfConfiguredMaxmemory
D3 | RedisOutOfSystemMemory
H2 | RedisMissingMaster
H2 | RedisTooManyConnections
D4 | NatsSlowConsumers
D4 | NatsHighPendingBytes
H2 | NatsServerDown
H2 | BlackboxProbeFailed instance=http://agent-manager:8080/health
H2 | BlackboxProbeHttpFailure
K1 | ContainerKilled name=aetherius-redis
H2 | PrometheusTargetMissing job=orchestrator-service
K1 | ALERT: pod reasoning-service-0 is CrashLoopBackOff (critical)
D1 | Alert: pg_stat_activity connections above 90% of max_connections
P1 | process_cpu_seconds_total above threshold on agent-manager
`,
  },
  {
    source: 'a developer, English',
    kind: 'paraphrase',
    texts: `
H2 | requests to reasoning-service get no reply
H2 | orchestrator API is offline
S1 | manager process terminates during boot
S2 | agent handshake with manager is rejected
S3 | event pipeline is behind
S4 | executor does not pick up new executions
S5 | collect_logs step hits its deadline
S6 | model inference throws on analyze
S7 | bolt driver cannot authenticate
D1 | connection pool is drained
D2 | sequential scan on events is killing us
D3 | evictions in redis are too high
D4 | consumer lag in NATS
N1 | service discovery does not resolve the host
P1 | goroutine count explodes
P2 | heap grows without bound
T1 | cached rows are outdated compared to the database
K1 | container gets OOM killed all the time
M1 | versions of publisher and subscriber do not fit
C1 | env variable overrides my config file
`,
  },
  {
    source: 'a developer, Chinese',
    kind: 'paraphrase',
    texts: `
H2 | 推理服务请求没有回应
S1 | 管理服务启动阶段就崩了
S2 | agent 握手被拒，进不了列表
S3 | 事件链路处理太慢
S4 | 执行器不领新任务
S5 | collect_logs 步骤到时间就失败
S6 | 模型推理报异常
S7 | neo4j 认证不过
D1 | 连接池被占满
D2 | 全表扫描把库拖慢了
D3 | redis 淘汰的键太多
D4 | nats 消费者跟不上
N1 | 服务名解析不出来
P1 | 协程数量暴涨
P2 | 堆内存一直变大
T1 | 缓存里的数据是老的
K1 | 容器总是被 OOM 杀掉
M1 | 两边的契约对不上
C1 | 环境变量把配置覆盖了
`,
  },
  {
    source: 'a thumb on a phone',
    kind: 'typo',
    texts: `
D3 | rediss memroy full
D1 | to many connectons
D2 | slow qurey in postgres
S4 | workflows stcuk
S3 | evnts arrive late
K1 | pod crashlooping agian
S2 | agetns do not regsiter
S7 | neo4j conection refused
P2 | memory lekas
P1 | cpu usgae too hgih
N1 | cannot reslove host
C1 | confg not aplied
D4 | mesages pile up
S6 | root casue analyss broken
`,
  },
  {
    source: 'tools of the office',
    kind: 'none',
    texts: `
- | outlook does not sync my mail
- | confluence is slow
- | MariaDB replication is broken
- | oracle listener refuses connections
- | cassandra node is down
- | memcached is full
- | consul agent cannot join
- | the wifi is down
- | zoom crashes all the time
- | terraform plan fails
- | SQL Server deadlock
- | prometheus itself is out of disk
- | airflow dag stuck
- | Kafka 消费者延迟很高
- | MySQL 挂了
- | 邮箱登录不了
- | 网盘满了
- | 电脑很慢
- | ZookeeperDown
- | CassandraNodeIsUnavailable
- | CertManagerCertExpirySoon
- | Watchdog
`,
  },
  {
    source: 'the past and the good',
    kind: 'none',
    texts: `
- | redis is fine
- | no slow queries today
- | pods are not restarting any more
- | the outage is over
- | we fixed the dns yesterday
- | agent-manager started without errors
- | there is no latency
- | postgres has enough connections
- | not a memory leak
- | [RESOLVED] RedisDown
- | redis 很正常
- | 没有慢查询
- | pod 不再重启了
- | 故障已经解决
- | 昨天 dns 坏了，已经修好
`,
  },
  {
    source: 'small talk of a team',
    kind: 'none',
    texts: `
- | good morning
- | ok
- | see you later
- | what is for lunch tomorrow
- | can you share the slides
- | happy birthday!
- | I will be five minutes late
- | does anybody have a charger
- | the S1 form is due on Friday
- | D2 is the parking deck
- | interview at 3 pm
- | we need more coffee
- | 大家好
- | 收到
- | 周末愉快
- | 文档写好了
- | 请假一天
- | 你是谁
`,
  },
  {
    source: 'short descriptions of packages',
    kind: 'none',
    texts: `
- | console based mail client
- | header files for the X library
- | Perl module to parse dates
- | command line calculator
- | password manager for GNOME
- | network monitoring daemon
- | PHP module for sessions
- | simulator for electronic circuits
- | backup program with deduplication
- | log file analyzer for web servers
`,
  },
  {
    source: 'somebody who wants another command',
    kind: 'command',
    texts: `
L1 | send me everything
L1 | gather logs for support
L1 | 收集日志
L2 | what do the logs say
L2 | 看看日志里有什么
X1 | hand over to the maintainers
X1 | 提交问题给维护者
H1 | status of all parts
H1 | are all services healthy
H1 | 做个健康检查
H1 | nothing works
`,
  },
  {
    source: 'part and complaint',
    kind: 'paraphrase',
    texts: `
K1,H2 | agent-manager is not ready
K1,H2 | neo4j pod does not start
D2 | database is slow
H2 | postgres is down
H2 | the message bus is down
N1 | agent-manager cannot reach redis
N1 | 采集代理连不上消息总线
K1,H2 | 推理服务起不来
D2 | postgres slow, redis is fine
D3 | redis is full
H2 | 数据库挂了
S1,K1,H2 | agent manager won't start
H2 | nats is not responding
`,
  },
];
