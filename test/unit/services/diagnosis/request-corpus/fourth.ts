import type { Block } from './corpus.ts';

/**
 * The fourth set, locked. It was written from the titles of the catalogue and its causes, before the phrases and rules of
 * that day were read. Its misses were looked at once, for the rules of that day; since then it is counted only.
 */
export const fourth: readonly Block[] = [
  {
    source: 'errors of the fourth set, as drivers, servers and runtimes print them',
    kind: 'error',
    texts: `
D1 | org.postgresql.util.PSQLException: FATAL: too many connections for role "orchestrator"
D1 | psycopg2.OperationalError: connection to server at "postgres" (10.43.0.17), port 5432 failed: FATAL:  sorry, too many clients already
D1 | HikariPool-1 - Connection is not available, request timed out after 30001ms (total=10, active=10, idle=0, waiting=27)
D1 | sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00
D2,D1 | ERROR: canceling statement due to lock timeout (SQLSTATE 55P03)
D2 | ERROR:  deadlock detected DETAIL:  Process 18031 waits for ShareLock on transaction 991827; blocked by process 18112.
D2 | pq: canceling statement due to statement timeout
D2 | LOG:  duration: 18234.551 ms  execute <unnamed>: SELECT * FROM executions WHERE status = $1
S1 | FATAL:  password authentication failed for user "agent_manager"
S1,M1 | FATAL:  database "agent_manager" does not exist
S1 | FATAL:  no pg_hba.conf entry for host "10.42.1.9", user "agent_manager", database "agent_manager", SSL off
S1 | agent-manager: listen tcp :8080: bind: address already in use
S1 | level=fatal msg="failed to load configuration" service=agent-manager error="yaml: line 14: mapping values are not allowed in this context"
S1 | agent-manager: failed to unmarshal config: unknown field "databse"
D3 | redis.exceptions.OutOfMemoryError: command not allowed when used memory > 'maxmemory'.
D3 | ReplyError: OOM command not allowed when used memory > 'maxmemory'.
D3 | MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.
D3 | READONLY You can't write against a read only replica.
D3 | NOREPLICAS Not enough good replicas to write.
D3 | (error) MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.
S1 | agent-manager: WRONGPASS invalid username-password pair or user is disabled.
D4 | nats: slow consumer, messages dropped
D4 | nats: no stream matches subject
D4 | nats: JetStream not enabled
D4 | [WRN] 10.42.0.8:51422 - cid:17 - Slow Consumer Detected: WriteDeadline of 10s exceeded with 3 chunks of 1048576 total bytes.
D4 | nats.js.errors.NotFoundError: nats: NotFoundError: code=404 err_code=10059 description='stream not found'
S7 | neo4j.exceptions.ServiceUnavailable: Couldn't connect to neo4j:7687 (resolved to ('10.43.8.4:7687',))
S7 | Neo.ClientError.Security.Unauthorized: The client is unauthorized due to authentication failure.
S7 | neo4j.exceptions.AuthError: {code: Neo.ClientError.Security.AuthenticationRateLimit}
S6 | FileNotFoundError: [Errno 2] No such file or directory: '/models/rca/model.pkl'
S6 | reasoning-service | ModuleNotFoundError: No module named 'sklearn.ensemble'
S6,P2,K1 | reasoning-service: torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB
K1 | Failed to pull image "registry.local/agent-manager:v2.4": rpc error: code = NotFound desc = failed to resolve reference
K1 | Back-off restarting failed container agent-manager in pod agent-manager-6c9d7f8b5-xk2lp
K1 | 0/3 nodes are available: 1 node(s) had untolerated taint, 2 Insufficient memory.
K1 | MountVolume.SetUp failed for volume "config" : configmap "orchestrator-service-config" not found
K1 | Error: secret "database-credentials" not found
K1 | Liveness probe failed: HTTP probe failed with statuscode: 503
K1 | OCI runtime create failed: exec: "/app/server": stat /app/server: no such file or directory: unknown
K1 | The node was low on resource: ephemeral-storage. Container orchestrator was using 3Gi, request is 0.
K1 | Error creating: pods "orchestrator-service-7f" is forbidden: exceeded quota: compute, requested: memory=1Gi
K1 | Last State: Terminated Reason: OOMKilled Exit Code: 137
N1 | dial tcp: lookup orchestrator-service on 10.96.0.10:53: no such host
N1 | getaddrinfo EAI_AGAIN reasoning-service
N1 | socket.gaierror: [Errno -3] Temporary failure in name resolution
H2,N1 | upstream connect error or disconnect/reset before headers. reset reason: connection failure orchestrator-service
S2 | collect-agent: registration rejected: invalid token
S5 | step "collect-logs" failed: context deadline exceeded
T1 | ERROR:  could not read block 12 in file "base/16384/16402": index "events_pkey" contains unexpected zero page
T1 | WARNING: index "idx_agents_status" is not valid
`,
  },
  {
    source: 'end users, developers and operators of the fourth set, in English',
    kind: 'paraphrase',
    texts: `
S4 | I started my automation this morning and it has not moved since
S4 | the job I launched is still waiting in line, nobody picks it up
S4 | executions are queued but no worker takes any of them
S5 | the third step of our playbook always runs into its deadline
S5 | one task of the workflow is given up after five minutes every time
S3 | my dashboard shows things that happened twenty minutes ago
S3 | alerts arrive in the UI a quarter of an hour after the fact
S3,D4 | the lag between an event and its row in the database keeps increasing
S6 | I click on analyze and get no root cause, just an error
S6 | the RCA button gives an internal error for each incident
S6 | the analyzer cannot load its trained model any more
S2 | I installed the collector on a new host and it does not show up in the list
S2 | none of the new nodes appears among the agents
S2 | agents send their hello but the manager never acknowledges it
S1 | the manager gives up right after launch and exits with code 1
S1 | after the upgrade agent-manager refuses to come up
H2 | the orchestrator's API does not answer at all
H2 | curl to port 8082 hangs forever
H2 | I get a 502 whenever I open the manager's page
S7 | our bolt connection is rejected
S7,H2 | graph queries fail because the graph database is not there
P1 | one of the services eats two full cores
P1 | the fans are spinning, top shows agent-manager at 190%
P1 | the orchestrator is throttled the whole day
P2 | RSS of the reasoning service climbs by 50 MB an hour
P2 | heap never goes back after a garbage collection
P2 | the process gets fatter every day until we restart it
C1 | I edited the yaml but the service keeps on using the old numbers
C1 | rotated the secret, pods still use the former password
C1 | the new log level is ignored
D1 | pg says there is no free slot for another client
D1 | the connection pool is exhausted all the time
D1 | lots of idle in transaction sessions on the primary
D2 | a simple select on the events table takes half a minute
D2 | someone holds a lock and all updates wait behind it
D2 | queries that were instantaneous last month are dragging now
D3 | our cache throws away keys within seconds
D3 | the cache refuses to store anything
D3 | there is no room left in redis
D4 | subscribers cannot keep up with what the bus delivers
D4 | pending messages of the consumer go up and up
N1 | service A gets no answer from service B although both run
N1 | the manager cannot find the orchestrator by its name
N1 | since the new network policy nothing gets through between our pods
K1 | a replica hangs in ContainerCreating
K1 | the pod restarts every two minutes
K1 | the rollout does not finish, the new pod is never ready
T1 | the list says the agent is offline but its page says online
T1 | what is cached differs from what is stored
M1 | one program publishes to a topic nobody subscribes to
M1 | two replicas run different versions of the image
M1 | prometheus scrapes a port where there are no metrics
`,
  },
  {
    source: 'end users, developers and operators of the fourth set, in Chinese',
    kind: 'paraphrase',
    texts: `
S4 | 早上提交的流程到现在都没动
S4 | 任务排着队没人执行
S4 | 编排的执行单都卡在等待中
S5 | 流程跑到第二步总是超时
S5 | 某个步骤执行五分钟后就被放弃
S3 | 页面上看到的都是二十分钟前的事件
S3 | 事件入库越来越慢
S6 | 点了分析没有结果只报错
S6 | 根因模型加载不了
S2 | 新机器装了采集端 列表里看不到
S2 | 采集器一直注册不成功
S1 | 管理端一启动就退出
S1 | 升级以后 agent-manager 拉不起来
H2 | 编排的接口完全没响应
H2 | 访问 8082 一直转圈
S7 | 图谱库连不上
S7 | 图数据库密码不对
P1 | 有个服务吃满两个核
P1 | agent-manager 占用处理器 190%
P2 | 推理服务内存每小时涨 50 兆
P2 | 进程越跑越胖 只能重启
C1 | 改了 yaml 还是老参数
C1 | 换了密钥 容器里还是旧的
D1 | 数据库说没有空闲连接了
D1 | 连接池总是耗尽
D2 | 查个事件表要半分钟
D2 | 有人锁表 其他更新全在等
D3 | 缓存写不进去了
D3 | redis 没空间了
D4 | 消费者跟不上 消息越积越多
D4 | 总线上待处理消息一直涨
N1 | 两个服务都在跑 互相就是不通
N1 | 加了网络策略以后 pod 之间不通
K1 | 副本一直 ContainerCreating
K1 | pod 两分钟重启一次
T1 | 列表显示离线 详情显示在线
T1 | 缓存里的和库里的不一样
M1 | 一边发的主题另一边没人订阅
M1 | 两个副本镜像版本不一样
`,
  },
  {
    source: 'what fits nothing, of the fourth set',
    kind: 'none',
    texts: `
- | our Kafka brokers lose partitions
- | the MySQL replica is behind by an hour
- | Elasticsearch shards are unassigned
- | Jira is down again
- | the coffee machine on floor 3 leaks
- | can somebody reset my VPN password
- | the laptop of a colleague is slow
- | RabbitMQ queue is growing
- | GitLab runners are stuck
- | mongodb replica set has no primary
- | redis is not full, I checked
- | postgres is fine by the way
- | nothing is slow today
- | the pods do not crash any more
- | nats was slow on Monday but it is okay since then
- | neo4j was down last night, it came back, all good
- | we had a memory leak in spring and fixed it
- | the workflow was stuck earlier, it has finished now
- | good morning everyone
- | thanks, that helped a lot
- | lunch at noon?
- | who is on call this weekend
- | please review my pull request
- | see ticket D2-481 for the travel costs
- | the S1 train is late
- | meeting room K1 is booked until four
- | a P1 for the sales team came in
- | N1 visa appointment on Tuesday
- | the C1 level of the English test
- | how many agents do we have
- | write a poem about databases
- | what is the weather like in Shanghai
- | happy birthday!
- | I will be away from Monday to Wednesday
- | the release notes are ready
- | 卡夫卡集群丢分区了
- | MySQL 从库延迟一小时
- | 打印机又卡纸了
- | 公司 VPN 登不上
- | redis 没有满 我看过了
- | postgres 没问题
- | 周一 nats 慢过 后来好了
- | 昨晚 neo4j 挂了 已经恢复
- | 流程之前卡住 现在跑完了
- | 大家早上好
- | 谢谢 已经解决
- | 中午吃什么
- | 这周谁值班
- | 帮我看下合并请求
- | 坐 D3 次动车去上海
- | K1 会议室订到四点
- | S1 线地铁停运
- | 今天天气怎么样
`,
  },
];
