import type { Block } from './corpus.ts';

/** A second locked half, written after the phrases of the first round were there: the first one's misses had been looked at. */
export const second: readonly Block[] = [
  {
    source: 'second round: notes of a night shift, English',
    kind: 'paraphrase',
    texts: `
H2 | customers say the platform is not loading
H2 | our orchestrator does not pick up the phone
H2 | manager endpoint returns nothing but 502s
H2 | lost contact to reasoning-service since midnight
H2 | getting service unavailable for all calls to agent-manager
S1 | agent-manager aborts during its start sequence
S1 | the new agent-manager build exits as soon as I launch it
S1 | manager says its port is occupied
S2 | a freshly added cluster never registers its agent
S2 | collect agents went missing from inventory
S2 | agents get unauthorized when they register
S3 | events show a lag of about fifteen minutes
S3 | event workers are overwhelmed
S3 | there is a huge queue of unhandled events
S4 | twenty executions have been pending since noon
S4 | the executor seems to be asleep
S4 | no workflow has been executed for an hour
S5 | log collection step is always killed at 120 seconds
S5 | workflow failed, one of its steps timed out
S5 | commands to the agents run out of time
S6 | rca endpoint answers with internal server error
S6 | analysis keeps failing with an exception
S6 | reasoning can't find its model
S7 | reasoning has lost its graph database
S7 | neo4j complains about wrong credentials
S7 | knowledge graph offline
D1 | app reports that no more postgres connections are available
D1 | hundreds of idle in transaction sessions
D1 | max connections hit on the database
D2 | one query has been running for an hour and blocks everyone
D2 | the events query got really slow since yesterday
D2 | looks like an index is missing on workflow_executions
D3 | redis at 100% of maxmemory
D3 | cache writes are rejected
D3 | redis is evicting like mad
D4 | consumers in nats lag far behind
D4 | jetstream has two million unprocessed messages
D4 | nats kicks out our subscriber because it is slow
N1 | the manager pod has no route to the database pod
N1 | dns lookups time out in the cluster
N1 | since the network policy change the services cannot talk
P1 | cpu of reasoning-service at 390%
P1 | agent manager is cpu throttled all day
P1 | number of goroutines exploded
P2 | steady memory growth in orchestrator since the last release
P2 | heap of agent manager doubles every day
P2 | agent-manager RSS is at 6 GB and rising
T1 | agent list in the cache is not the one in the database
T1 | we see ghosts of removed agents
T1 | postgres reports a corrupted index
K1 | orchestrator pod in CrashLoop
K1 | three pods cannot be scheduled
K1 | deployment stuck because the image tag does not exist
K1 | reasoning pod was OOM killed twice
M1 | nobody is subscribed to the subject that the agents publish on
M1 | service versions are incompatible after last night's deploy
M1 | contract violation between manager and orchestrator
C1 | changed event.workers to 20 but the process still uses 10
C1 | configmap was updated yesterday, pods still run with old values
C1 | an environment variable wins over my setting
`,
  },
  {
    source: 'second round: notes of a night shift, Chinese',
    kind: 'paraphrase',
    texts: `
H2 | 客户反馈平台加载不了
H2 | 编排服务从半夜开始就没有回应
H2 | 调用 agent-manager 全是 502
H2 | 推理服务失联了
S1 | 新版 agent-manager 一拉起来就退出
S1 | 管理服务提示端口已被占用
S2 | 新加的集群 agent 一直没有注册上来
S2 | 采集代理注册时提示未授权
S3 | 事件延迟了十五分钟左右
S3 | 大量事件没处理排着队
S4 | 二十个执行从中午就一直 pending
S4 | 一个小时没有工作流被执行
S5 | 采集日志那一步总在 120 秒时被杀
S5 | 工作流失败 其中一步超时
S6 | 根因分析接口返回内部错误
S6 | 推理服务找不到模型
S7 | neo4j 提示密码不对
S7 | 知识图谱离线
D1 | 应用提示没有可用的数据库连接
D1 | 几百个 idle in transaction 会话
D2 | 有一条查询跑了一小时把别的都堵住了
D2 | workflow_executions 好像缺索引
D3 | redis 到了 maxmemory 上限
D3 | 缓存写入被拒绝
D4 | jetstream 有两百万条消息没消费
D4 | nats 把慢的订阅者踢掉了
N1 | 改了网络策略之后服务不能互通
N1 | 集群里 dns 查询超时
P1 | 推理服务 CPU 到了 390%
P1 | goroutine 数量爆炸
P2 | 上个版本以后编排服务内存持续增长
P2 | agent-manager 的堆每天翻倍
T1 | 缓存里的 agent 列表和数据库里的不一样
T1 | postgres 报索引损坏
K1 | 编排服务的 pod 在 CrashLoop
K1 | 三个 pod 调度不上去
K1 | 镜像标签不存在导致部署卡住
M1 | agent 发布的主题没有人订阅
M1 | 昨晚发布后服务版本不兼容
C1 | event.workers 改成 20 了 进程还是用 10
C1 | 昨天更新了 configmap pod 还在用旧值
`,
  },
  {
    source: 'second round: errors of other clients',
    kind: 'error',
    texts: `
D1 | asyncpg.exceptions.TooManyConnectionsError: sorry, too many clients already
D1 | ActiveRecord::ConnectionTimeoutError: could not obtain a connection from the pool within 5.000 seconds
S1,H2 | Jedis: NOAUTH Authentication required
D3 | redis.exceptions.OutOfMemoryError: command not allowed when used memory > 'maxmemory'.
D2 | asyncpg.exceptions.LockNotAvailableError: canceling statement due to lock timeout
H2 | psycopg2.OperationalError: server closed the connection unexpectedly
N1 | socket.gaierror: [Errno -2] Name or service not known
K1 | Warning  BackOff  3m  kubelet  Back-off pulling image "registry.local/agent-manager:9"
K1 | Error: failed to create containerd task: failed to create shim task
S7 | Neo4jError: The client is unauthorized due to authentication failure.
H2 | nginx: [error] no live upstreams while connecting to upstream
S1 | Error: listen EADDRINUSE: address already in use 0.0.0.0:8080
`,
  },
  {
    source: 'second round: alerts of other rule files',
    kind: 'alert',
    texts: `
K1 | [FIRING:4] KubePodCrashLoopBackOff
P1 | alertname="NodeCPUUsageHigh" node=worker-2
D1 | PgConnectionUsageCritical
D2 | PostgresLongRunningTransactions
D3 | RedisMemoryUsageCritical instance=redis-0
D4 | JetStreamConsumerLag
H2 | InstanceDown instance=orchestrator-service:8081
N1 | KubeDNSErrors
S3 | EventLatencyP99TooHigh
P2 | ContainerMemoryUsageHigh container=orchestrator-service
`,
  },
  {
    source: 'second round: typing on a phone',
    kind: 'typo',
    texts: `
S4 | workfolws are stuk
D1 | databse conections exhasted
K1 | imagepulback off on orchestrator pod
H2 | agent-manger is unreachble
D4 | mesage backlog in nats
P2 | memroy leak in orchestrator
S3 | evetn processing is slow
N1 | dns resoltion fails
D2 | slow quereis
C1 | configmap chnage not applied
`,
  },
  {
    source: 'second round: nothing to look at here',
    kind: 'none',
    texts: `
- | kafka brokers are rebalancing again
- | mysql replica is behind by an hour
- | our elasticsearch nodes ran out of heap
- | the mongo cluster lost its primary
- | airflow scheduler is stuck
- | jenkins agents are offline
- | redis is healthy again
- | postgres is not slow any more
- | the pods have recovered
- | no events are delayed now
- | the workflow problem of last week is solved
- | all agents registered fine
- | can you send me the slides from yesterday
- | please book a table for six
- | I will look at it tomorrow
- | D3 is my seat on the plane
- | thanks for fixing this so quickly
- | where do we keep the contracts with our suppliers
- | the memory of our last holiday
- | new colleagues start on Monday
- | the network of our alumni meets in May
- | kafka 重平衡了
- | mysql 从库延迟一小时
- | redis 恢复正常了
- | 数据库不慢了
- | 工作流的问题上周已经解决
- | 明天再看
- | 帮我订个会议室
- | 新同事周一入职
- | 合同放在哪里
`,
  },
];
