import type { Phrases } from './phrases.ts';

/** What somebody on call says before the cause is known, for the symptoms whose causes were found least by words. */
export const englishCalls: Phrases = {
  M1: {
    'on call': `
replicas of one deployment run different image tags
one pod has the new image and the other one the old
instances of the manager are not the same version
half of the pods run another build
the scrape target has no metrics endpoint
prometheus target is down because the port is wrong
a scrape job points to a port that is closed
the scrape job selects no pod
/metrics returns 404 for this job
the alert can never fire, its metric does not exist
an alerting rule refers to a metric that was renamed
the rule asks for a metric no exporter has
the probe calls a path that the service does not have
liveness probe asks for an endpoint that was removed
the health check can never pass
readiness path returns 404 since the release
service selector matches no pods
labels of the pods and selector of the service differ
the service sends traffic to a port on which nothing listens
target port of the service is wrong
service selects pods of another application
container port in the manifest is not the port of the process
declared port is not open in the container
the configured database is not there
the orchestrator wants a database that nobody created
connection string names a database that does not exist on the server
the nats nodes do not know each other
nats servers are not clustered
each nats server sees only its own clients
routes between the nats servers are missing
publishes without a connection
the program goes on publishing while disconnected from the bus
the same table exists in two databases with other columns
tables of the two databases have diverged
there are two copies of the schema
the environment variable for the database is not used
the service ignores the address in its settings and talks to another host
the program connects to another database than configured
the message has a field of the wrong type and cannot be decoded
cannot decode the payload of the message
unmarshal error for each message from the agents
the consumer rejects the format of the messages
invalid message format after the upgrade
heartbeats of an agent that is not registered
`,
  },
  T1: {
    'on call': `
the overview shows another status than the detail page
two pages show different states of the same agent
redis still has the value that was deleted in postgres
the count in the list and the count in the database differ
the ui shows a deleted agent
a row is there with a sequential scan and missing with an index scan
results change when the index is used
the index returns rows that are not there
the same query returns different rows each time
REINDEX makes the missing rows appear
`,
  },
  D2: {
    'on call': `
writers are queued behind one lock
an alter table waits and everything waits behind it
a transaction keeps a table locked
one session blocks all others
queries that used to be instant take seconds now
reports on the database became sluggish
sql got slower week by week
sequential scans on a large table
vacuum cannot keep up and the table is bloated
reading the history takes ages
`,
  },
  P1: {
    'on call': `
a service takes up two cores
one process keeps all cores busy
uses four cores although there is hardly any traffic
load average is far above the number of cores
cores are at the limit all the time
a busy loop in the manager
the container hits its cpu quota
`,
  },
  P2: {
    'on call': `
the process gets bigger and bigger until we restart it
the footprint of the service goes up day by day
memory is never given back
usage climbs a few megabytes each minute
after a week it holds ten gigabytes
resident memory doubled since yesterday
the heap of the manager doubles within a day
`,
  },
  C1: {
    'on call': `
secret was replaced but the container still has the old value
the new password is in the secret, the pod uses the previous one
env var shadows the config file
a command line flag beats the file
changed the value, the process still shows the former one
executor.workers was raised to 8 and the service still runs with 4
set event.batch_size to 500 but it still takes 100
the process still uses the number from before the change
`,
  },
  S3: {
    'on call': `
alarms show up in the interface long after they happened
events reach the screen with a delay of several minutes
the time between an event and its storage grows
events are written to the database minutes after they occur
the delay from event to row gets bigger
notifications about events come a long time afterwards
`,
  },
  S5: {
    'on call': `
a task is given up after its time limit
the step is abandoned after some minutes
one task of the flow is always aborted by the timer
the workflow gives up on a task that needs longer
the task does not finish within its allowed time
the command of a step never returns and the step is cancelled
`,
  },
  N1: {
    'on call': `
two services are up but one does not get through to the other
A calls B and gets no reply, both are healthy
service to service calls are lost
requests between our services never arrive
both processes run yet they do not hear each other
calls from one pod to another hang
`,
  },
  S2: {
    'on call': `
agents run but the manager does not see them
heartbeats of the agents are not heard
agents are alive and yet shown as offline
no agent has reported to the manager since the upgrade
`,
  },
  H2: {
    'on call': `
the process runs but its health endpoint is red
service is up and its health check does not pass
/healthz of the orchestrator returns 503
reasoning-service reports itself unhealthy
agent-manager fails its own health check
`,
  },
  S7: {
    'on call': `
the graph cannot be queried
graph login fails
bolt port refuses us
graph store does not take connections after its restart
`,
  },
  none: {
    'on call': `
prometheus is a monitoring system
the image of the team on the wall
we publish the newsletter on Monday
both versions of the document are fine
the list of attendees is online
the details page of the conference
who has the key of the rack
a quarter of an hour is enough for the talk
the flow of visitors at the fair
the core team meets tomorrow
the alert team has a new member
labels for the boxes in the store
the new selector switch of the machine
the column in the newspaper
two copies of the contract please
`,
  },
};

export const chineseCalls: Phrases = {
  M1: {
    'on call': `
同一个 deployment 的副本跑着不同的镜像
一个 pod 是新镜像 另一个是旧镜像
副本之间镜像 tag 不同
管理服务的几个实例版本不统一
抓取目标没有 metrics 接口
Prometheus 抓取端口写错了
抓取任务指向的端口没开
抓取任务选不到任何 pod
告警永远不会触发 因为指标不存在
告警规则引用的指标改名了
规则里的指标没有程序暴露
探针访问的路径服务里没有
存活探针请求的接口被删了
健康检查永远过不了
就绪检查路径返回 404
Service 的 selector 选不中 pod
pod 的标签和 Service 选择器对不上
Service 转发的端口没有进程在听
Service 的 targetPort 写错了
清单声明的端口容器里没开
声明的端口和进程监听的端口不同
配置的数据库在服务器上不存在
编排要用的库没人建
连接串里的库名不存在
nats 节点互相不认识
nats 没组成集群 各管各的
每个 nats 只看得到自己的客户端
没连上总线还在发消息
程序断开了消息总线还继续发布
两个数据库里有同样的表 但列不同
两套表结构不一样
环境变量里的库没有被程序使用
程序连的不是配置里写的库
服务没用设置里的地址 连到别的主机
消息字段类型不对 解码失败
消息内容解析不了
agent 发来的消息反序列化报错
消费者不认这种消息格式
升级后消息格式不对
收到没注册的 agent 的心跳
`,
  },
  T1: {
    'on call': `
总览和详情页状态不一致
两个页面显示同一个 agent 的不同状态
库里删了 redis 里还有
列表的数量和数据库里的数量对不上
界面上还显示已删除的 agent
全表扫描有这行 走索引就没有
用了索引结果就变了
同一条查询每次返回的行不一样
重建索引以后丢的行又出来了
`,
  },
  D2: {
    'on call': `
写操作都排在一个锁后面
改表结构在等锁 后面全堵住
有个事务一直锁着表
一个会话挡住了其他所有会话
以前秒回的查询现在要好几秒
sql 一周比一周慢
大表在做全表扫描
表膨胀了 vacuum 跟不上
查历史记录要等很久
更新语句都在等别人放锁
`,
  },
  P1: {
    'on call': `
有个进程占满好几个核
某个服务吃掉四个核
没什么流量也占两个核
负载远高于核数
管理服务死循环
容器 cpu 到配额了
`,
  },
  P2: {
    'on call': `
进程越来越大 直到重启
服务占用一天比一天多
内存从来不还
每分钟涨几兆
跑一周就占十个 G
常驻内存比昨天翻倍
管理服务的堆越来越大
编排服务的堆一天翻一倍
越跑越占地方 只好定期重启
`,
  },
  C1: {
    'on call': `
密钥换过了 容器还用旧值
secret 里是新密码 pod 用的还是之前的
环境变量盖过了配置文件
启动参数优先于文件
值改过了 进程里还是原来的
executor.workers 改成 8 了 服务还是 4
event.batch_size 调到 500 还是按 100 跑
`,
  },
  S3: {
    'on call': `
告警发生很久以后才显示在页面上
事件要过几分钟才出现在屏幕
从事件发生到入库的时间越来越长
事件发生几分钟后才写进数据库
事件通知来得特别晚
`,
  },
  S5: {
    'on call': `
任务超过时限就被放弃
步骤过几分钟就被中止
流程里有个任务总被定时器打断
任务在规定时间内做不完
步骤的命令一直不返回 然后被取消
`,
  },
  N1: {
    'on call': `
两个服务都正常 就是一个调不到另一个
服务之间的调用丢了
服务间请求到不了对方
两边进程都在 互相听不到
一个 pod 调另一个 pod 一直挂着
`,
  },
  S2: {
    'on call': `
采集端在运行 管理端看不到
收不到 agent 的心跳
采集端活着却显示离线
升级以后没有一个采集端上报
`,
  },
  H2: {
    'on call': `
进程在 健康接口是红的
服务起来了 健康检查没过
编排的 /healthz 返回 503
推理服务自报不健康
管理服务自检失败
`,
  },
  S7: {
    'on call': `
图查不了
图谱登录失败
bolt 端口拒绝我们
图库重启之后不接连接
`,
  },
  none: {
    'on call': `
普罗米修斯是希腊神话人物
墙上的团队照片
周一发布公司简报
文件两个版本都可以
参会名单在线查看
机柜钥匙在谁那里
核心团队明天开会
箱子的标签贴好了
报纸专栏写完了
合同打印两份
锁门的人是谁
`,
  },
};
