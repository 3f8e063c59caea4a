import { diagnoses } from '../../../../../src/diagnoses/index.ts';
import { readRequest, takenFor } from './score.ts';

/**
 * Each cause of the catalogue as who is on call asks about it, before anybody knows that it is the cause: `ID | English
 * | Chinese`. Written from the causes' titles, before the
 * phrases of that day were read; none of these is a phrase.
 */
const questions = `
H2.a | is the orchestrator gone? port 8081 refuses connections | 编排是不是没了 8081 端口拒绝连接
H2.b | reasoning-service runs but its health check fails | 推理服务在跑但健康检查不过
H2.c | agent-manager runs, yet requests to it take ages to get through | agent-manager 在跑 但请求发过去很久才到
H2.d | the orchestrator answers every request with an error 500 | 编排服务每个请求都返回 500
S1.a | agent-manager exits at start because it cannot use its database | agent-manager 用不了数据库 一启动就退出
S1.b | agent-manager cannot connect to NATS when it starts and stops | agent-manager 启动时连不上 NATS 就停了
S1.c | agent-manager does not start, its port is in use | agent-manager 起不来 端口被占用
S1.d | agent-manager fails at start, Redis is not reached | agent-manager 启动失败 连不到 Redis
S1.e | agent-manager does not start since the password of Redis was changed | 改了 Redis 密码以后 agent-manager 起不来
S1.f | agent-manager crashes at start with OOM command not allowed | agent-manager 启动时报 OOM command not allowed 然后崩溃
S1.g | agent-manager does not accept its configuration file and exits | agent-manager 不认配置文件 直接退出
S1.h | agent-manager stops at start over a row that it cannot read | agent-manager 启动时读不了某行数据就停了
S1.i | agent-manager cannot start, its database does not exist | agent-manager 起不来 数据库不存在
S2.a | no new agent registers, I think they send on another subject | 新采集端都注册不了 怀疑主题不一致
S2.b | registration of agents is refused because of the token | 采集端注册被拒 令牌不对
S2.c | all agents are offline | 采集端全部离线
S2.d | agents are up but the manager does not hear their heartbeats | 采集端都在跑 管理端收不到心跳
S3.a | events wait for minutes, all event workers are busy | 事件要等好几分钟 处理线程都在忙
S3.b | event processing is behind since the traffic doubled | 流量翻倍以后事件处理跟不上
S3.c | events are saved very late, each batch waits for its commit | 事件落库很晚 每批都在等提交
S4.a | workflows stay in the queue, the executor is busy | 工作流一直排队 执行器满了
S4.b | the new workflow never starts, maybe its definition is broken | 新工作流一直不开始 可能定义写错了
S5.a | a step of the workflow is cut off before it is done | 工作流的步骤还没做完就超时了
S5.b | steps time out because their commands never come back | 步骤超时 命令一直没有返回
S6.a | root cause analysis is killed for memory | 根因分析因为内存被杀掉
S6.b | root cause analysis fails because the model file is missing | 根因分析失败 模型文件缺失
S7.a | Neo4j was restarted and still does not take connections | Neo4j 重启后还不接受连接
S7.b | Neo4j refuses our password | Neo4j 不认我们的密码
S7.c | Neo4j is down | Neo4j 挂了
P1.a | agent-manager burns CPU for no reason | agent-manager 莫名其妙占满 CPU
P1.b | the orchestrator is throttled all the time | 编排服务一直被限流 CPU 不够
P2.a | the memory of agent-manager goes up and never comes down | agent-manager 内存只涨不降
P2.b | reasoning-service takes all the memory of its node | 推理服务吃光了节点的内存
T1.a | Redis and PostgreSQL say different things about an agent | 同一个 agent 在 Redis 和 PostgreSQL 里状态不一样
T1.b | a query gives other rows with the index than without | 走索引和不走索引查出来的行不一样
C1.a | I changed the config map an hour ago and nothing happened | 一小时前改了 ConfigMap 没有任何变化
C1.b | the service does not take the value from its file, an environment variable wins | 服务不用文件里的值 被环境变量盖住了
C1.c | we rotated the secret and the pods still use the old one | 轮换了 Secret Pod 还在用旧的
D1.a | PostgreSQL refuses clients, max_connections is reached | PostgreSQL 拒绝客户端 max_connections 到了
D1.b | our pools take all connections of the database | 连接池把数据库的连接占光了
D1.c | too many sessions are idle in transaction in postgres | postgres 里太多会话 idle in transaction
D1.d | something foreign holds most connections of postgres | 有个外部程序占了 postgres 大部分连接
D2.a | queries of the database are slow, an index seems to be missing | 数据库查询慢 好像缺索引
D2.b | the events table is huge and every query on it crawls | 事件表太大 查询都很慢
D2.c | updates hang in postgres, some session holds a lock | postgres 更新卡住 有会话拿着锁
D3.a | Redis is full and evicts nothing | Redis 满了 也不淘汰
D3.b | Redis has no memory limit and grows | Redis 没设内存上限 一直涨
D3.c | Redis is full of keys that nobody needs | Redis 里全是没用的键
D3.d | Redis says READONLY, its master is gone | Redis 报 READONLY 主节点没了
D3.e | Redis refuses writes because it could not save to disk | Redis 存盘失败 拒绝写入
D3.f | Redis wants more replicas for a write | Redis 说副本不够 不让写
D4.a | a consumer of NATS is too slow, messages pile up | NATS 有个消费者太慢 消息堆积
D4.b | messages in NATS get lost, there is no stream | NATS 消息丢了 没有 stream
N1.a | the service has no endpoints | Service 后面一个 endpoint 都没有
N1.b | the name of the orchestrator cannot be resolved | 编排服务的名字解析不了
N1.c | a network policy blocks agent-manager from NATS | 网络策略挡住了 agent-manager 到 NATS
N1.d | two containers are not on the same docker network and do not see each other | 两个容器不在同一个 docker 网络 互相看不到
K1.a | the image of the pod cannot be pulled | Pod 的镜像拉不下来
K1.b | the container crashes over and over | 容器起来就崩 崩了又起
K1.c | the pod is OOMKilled | Pod 被 OOMKilled
K1.d | no node takes the pod, it is Pending | 没有节点能放这个 Pod 一直 Pending
K1.e | the pod wants a config map that is not there | Pod 要的 ConfigMap 不存在
K1.f | the readiness probe of the pod fails | Pod 的就绪探针失败
K1.g | the quota does not let the pod be made | 配额不让创建 Pod
K1.h | the init container of the pod does not end | Pod 的 init 容器一直不结束
K1.i | the container cannot run its command | 容器的启动命令不存在
K1.j | the pod was evicted by the kubelet | Pod 被 kubelet 驱逐
M1.a | the publisher and the listener use different subjects | 发布和订阅用的主题不一样
M1.b | messages go to a subject on which nobody listens | 消息发到没人监听的主题
M1.c | the manifest names a port on which nothing listens | 清单里写的端口没有进程监听
M1.d | the health check asks for a path that does not exist | 健康检查访问的路径不存在
M1.e | the selector of the service does not match the pods | Service 的选择器对不上 Pod
M1.f | a program wants a database that PostgreSQL does not have | 程序要的数据库 PostgreSQL 里没有
M1.g | the NATS servers do not form a cluster | 几个 NATS 没有组成集群
M1.h | Prometheus scrapes something that has no metrics | Prometheus 抓取的地址没有指标
M1.i | an alert rule uses a metric that nobody exports | 告警规则用了没人导出的指标
M1.j | a program publishes although it has no connection to NATS | 程序没连上 NATS 还在发布
M1.k | two databases have the same tables with different columns | 两个库表一样 列不一样
M1.l | the program does not use the database that its setting names | 程序用的数据库和设置里写的不是一个
M1.m | instances of one service run different versions | 同一个服务的实例版本不一致
M1.n | agent-manager cannot parse the messages that it gets | agent-manager 解析不了收到的消息
`;

export interface CauseQuestion {
  readonly cause: string;
  readonly language: 'en' | 'zh';
  readonly text: string;
}

export const causeQuestions: readonly CauseQuestion[] = questions
  .split('\n')
  .filter((line) => line !== '')
  .flatMap((line): readonly CauseQuestion[] => {
    const [cause = '', english = '', chinese = ''] = line.split(' | ');
    return [
      { cause, language: 'en', text: english },
      { cause, language: 'zh', text: chinese },
    ];
  });

/** Whether the run that the question starts, or is offered first, looks at the cause. */
export function isLookedAt({ cause, text }: CauseQuestion): boolean {
  const read = readRequest(text);
  const ids = read.kind === 'known' ? read.ids : takenFor(read).slice(0, 1);
  return diagnoses.some(({ id, causes }) => ids.includes(id) && causes.some((one) => one.id === cause));
}

export interface CauseShare {
  readonly language: 'en' | 'zh';
  readonly causes: number;
  readonly found: number;
  readonly sure: number;
}

/** By language, of all causes of the catalogue. */
export function causeShares(): readonly CauseShare[] {
  return (['en', 'zh'] as const).map((language) => {
    const own = causeQuestions.filter((one) => one.language === language);
    return {
      language,
      causes: own.length,
      found: own.filter(isLookedAt).length,
      sure: own.filter(({ text }) => readRequest(text).kind === 'known').length,
    };
  });
}
