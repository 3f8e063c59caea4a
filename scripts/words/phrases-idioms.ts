import type { Phrases } from './phrases.ts';

/** Idioms by class, as people say them who do not know the name of what fails; a line is a phrase. */
export const englishIdioms: Phrases = {
  H2: {
    idiom: `
nobody gets through to agent-manager
nobody can reach the manager any more
nobody can use the reasoning service
no one can connect to the orchestrator
the orchestrator plays dead
agent-manager gives no sign of life
I get a 502 in the browser
I see error 502 when I open the page
I get error 504
the browser shows a 503
service temporarily unavailable in the browser
we lost the orchestrator
the api went dark
agent manager is not there any more
requests run into nothing
the manager api returns bad gateway
reasoning-service vanished
`,
  },
  S1: {
    idiom: `
agent-manager gives up a moment after it was started
the manager comes up and goes down again
manager will not come up again after the restart
agent manager dies before it listens
the start of the manager is aborted
agent-manager boots and quits
since the new release agent-manager does not come up
manager falls over while starting
the manager cannot bind its port
agent-manager leaves right after launch
`,
  },
  S2: {
    idiom: `
the agent cannot make itself known
agents cannot join
an agent is refused by the manager
the manager turns agents away
the manager rejects the agent handshake
handshake of the agent with the manager is refused
agents of a cluster are nowhere to be seen
a cluster joined but has no agent in the list
the manager knows no agents
agents lost contact with the manager
agents of the cluster do not report
the agent cannot enrol
`,
  },
  S3: {
    idiom: `
events trickle in late
we learn of events long after they happened
the event stream is minutes behind
the manager chews on events for minutes
it takes ages until events are handled
events need minutes to get through
handling an event takes minutes
the manager is behind with its events
event intake is congested
the backlog of events is not worked off
`,
  },
  S4: {
    idiom: `
nothing I submit is ever run
runs are queued and none of them begins
the queue of workflows does not move
I clicked run and it just sits there
I pressed start and the job just waits
my job sits in the queue
executions do not get beyond pending
the orchestrator takes work but does none
automation is frozen
jobs are accepted and never executed
workflows wait forever
tasks wait in the queue and nothing happens
why do tasks hang
`,
  },
  S5: {
    idiom: `
a step runs into its time limit
one step always exceeds its time
the step is cut off by its time limit
the step gets aborted after two minutes
the run breaks off because a step took too long
a command on the agent takes longer than allowed
a step is given too little time
the job is cancelled halfway because of the time limit
a diagnostic command never comes back
`,
  },
  S6: {
    idiom: `
the button for the cause of an incident shows an error
the why button gives an error
the explain button fails
nobody tells me the cause, the analysis gives an error
analysis of incidents blows up
the reasoning endpoint throws errors
the analysis crashes every time
finding the cause of an incident ends in an error
the cause of incidents is no longer found, error 500
the model refuses to load
`,
  },
  S7: {
    idiom: `
the graph database turns us away
the graph database rejects the login
we cannot log in to the graph database
no access to the knowledge graph
we cannot query the graph
the graph store does not let us in
the graph is out of reach
queries to the knowledge graph do not work
neo4j gives no sign of life
`,
  },
  D1: {
    idiom: `
the database has no free slot for us
the database lets nobody in any more, too many sessions
there is no free database connection
we ran out of database connections
every connection to postgres is taken
all connections of the pool are in use
sessions are left open and never closed
the pool has run dry
postgres turns new sessions away
someone keeps database sessions open
`,
  },
  D2: {
    idiom: `
a select on events takes ages
reading the events table takes ages
looking something up takes half a minute
searching the list takes a minute
somebody holds a lock on a table
one session blocks the others in the database
something locks the tables in postgres
the database crawls
statements crawl
a report runs for an hour in the database
every search takes half a minute
sql takes forever
`,
  },
  D3: {
    idiom: `
redis does not take any more data
redis refuses to store more
redis has run out of room
the cache has run out of memory
nothing more fits into redis
the cache throws entries out all the time
hit ratio of the cache fell
hit rate fell to twenty percent
redis is bursting
`,
  },
  D4: {
    idiom: `
the bus cannot keep up
consumers of messages cannot keep up
messages wait in the stream for minutes
a subscriber is too slow and is cut off by nats
messages heap up
the stream fills up with unread messages
messages queue up in jetstream
messages take minutes to arrive
`,
  },
  N1: {
    idiom: `
pods cannot ping each other
pods do not see each other
one service cannot see another
traffic between pods is dropped
requests between services get lost
the reasoning service cannot be reached from the orchestrator
names do not resolve inside the cluster
the host name is not known in the pod
a rule blocks the traffic between two services
the service has no pods behind it
services are cut off from each other
`,
  },
  P1: {
    idiom: `
the load is through the roof
agent-manager eats a whole core
the manager eats all the cpu
the processor never rests
the cpu is glowing
agent-manager keeps a core busy for nothing
cpu graph goes vertical
something burns cpu
cpu is pinned
`,
  },
  P2: {
    idiom: `
memory only ever goes up
memory use only goes one way
the process grows until it is killed
ram keeps climbing until the kernel kills it
the manager gets fatter every day
memory never comes down again
we restart it every week because of its memory
the process swallows all memory over time
memory curve only rises
`,
  },
  T1: {
    idiom: `
the two stores tell different stories
the numbers on the pages contradict each other
the figures do not agree
two lists contradict each other
the ui still shows agents that were removed
removed clusters are still listed
counts differ between redis and the database
the cache tells another story than the database
the index and the table disagree
`,
  },
  K1: {
    idiom: `
pods die and come back all the time
pods come and go
the container dies and comes back
pods keep dying
the image cannot be downloaded
the registry does not give us the image
kubernetes cannot place the pod
there is no room for the pod on any node
the scheduler finds no node
the container is killed for its memory
the pod flaps
a deployment hangs, its pods are not ready
the pod waits for its volume
`,
  },
  M1: {
    idiom: `
sender and receiver use different names
the sender publishes where nobody listens
services no longer agree
the services do not agree on the subject
one side talks and the other does not listen
the two sides use different names for the same thing
the services speak past each other
the parts were built for different versions
caller and callee expect different things
`,
  },
  C1: {
    idiom: `
I edited the configmap and nothing changed
I edited the file but nothing is different
the new level of logging is ignored
it does not care about my setting
it still behaves like before the change
the change in the yaml does nothing
my new value never arrives
I raised the limit in the config but it stays the same
the pod does not see the new configuration
`,
  },
  H1: {
    idiom: `
is everything okay
is all well
is it all right
how is the platform
how does the platform do
give me an overview
everything has failed
everything is on fire
all is broken
the whole thing is down
`,
  },
  L1: {
    idiom: `
collect it all for the vendor
grab every log
take all logs
pull all logs together
`,
  },
  none: {
    idiom: `
use the room on the second floor
memories of the summer
a memory of my childhood
in memory of a friend
the network of friends meets again
what is this bot for
who made this bot
the release notes are on the page
the graph paper is empty
where is the log book
agree on a date
I disagree with the review
my numbers for the budget do not match
the shop returns 404
the ingress of another team is slow
please ping me later
a step in the right direction
`,
  },
};

export const chineseIdioms: Phrases = {
  H2: {
    idiom: `
编排服务完全没动静
管理服务像死了一样
没人能连上编排服务
谁都进不去平台
浏览器里报 502
浏览器里看到 504
打开页面就报 503
推理服务没了
接口像石沉大海
服务掉线了
`,
  },
  S1: {
    idiom: `
agent-manager 起来几秒又退出
管理服务刚起来就退了
管理服务起来马上又死
发版后 agent-manager 一直起不来
新版本的管理服务拉不起来
管理服务一跑就退
agent-manager 没监听就退出了
`,
  },
  S2: {
    idiom: `
agent 进不来
agent 被拒之门外
集群接进来了但是没有 agent
管理服务不认 agent
管理服务拒绝了 agent
agent 握手失败
agent 联系不上管理服务
某个集群的代理一直不出现
`,
  },
  S3: {
    idiom: `
事件要等几分钟
事件落后好几分钟
过了很久才知道有事件
事件处理要好久
事件消化不动
事件一直处理不完
`,
  },
  S4: {
    idiom: `
提交的都不跑
都在排队没有一个开始
任务排着队不动
点了执行就没下文
流程全停在排队
自动化停摆
任务为什么不动
`,
  },
  S5: {
    idiom: `
有个步骤到时间就被掐断
步骤总是超出时间
步骤时间不够用
跑着跑着就超时被取消
命令一直不回来
步骤每次都跑超时
`,
  },
  S6: {
    idiom: `
点查原因就报错
查原因的按钮报错
分析一跑就崩
故障原因分析不出来还报错
推理接口一直报错
模型装不进去
分析直接 500
`,
  },
  S7: {
    idiom: `
图数据库不让登录
图数据库登不上
图库登录被拒绝
知识图谱查不出来
知识图谱用不了
图谱查不了
neo4j 进不去
`,
  },
  D1: {
    idiom: `
数据库没有空位了
数据库没有空闲连接
数据库会话用完了
连接全被占着
拿不到空闲的数据库连接
连接开了不关
会话开着不关
`,
  },
  D2: {
    idiom: `
查 events 要很久
查一张表要半分钟
搜一下要半分钟
有人锁了表
有会话把别人堵住了
数据库像蜗牛
语句跑半天
`,
  },
  D3: {
    idiom: `
redis 装不下了
redis 存不进去
redis 不收数据了
缓存老把数据踢出去
命中率掉了很多
缓存没地方了
`,
  },
  D4: {
    idiom: `
消息总线跟不上
消息越堆越多
消息在流里等很久
消费的人太慢
消息排长队
消息堵在 jetstream
`,
  },
  N1: {
    idiom: `
pod 之间 ping 不了
pod 彼此看不见
服务彼此够不到
服务之间断了
两个服务之间不通
集群里名字解析不出来
流量被规则挡住
推理服务从编排服务那边访问不到
`,
  },
  P1: {
    idiom: `
把一个核吃满了
CPU 一直满着
CPU 被吃光
处理器停不下来
不知道什么在烧 CPU
管理服务把 CPU 吃满
`,
  },
  P2: {
    idiom: `
内存只升不降
内存一路往上
进程越来越胖
内存吃到被杀为止
每周都要因为内存重启
内存下不来
`,
  },
  T1: {
    idiom: `
两边说法不一样
两个页面的数字打架
删了的 agent 还在界面上
界面上还有已删的集群
缓存和库里说的不一样
`,
  },
  K1: {
    idiom: `
pod 死了又起
pod 来回重启
镜像下不来
镜像拉不到
pod 没地方放
没有节点能放这个 pod
容器因为内存被杀
发布卡着 pod 不就绪
`,
  },
  M1: {
    idiom: `
发的和收的主题不一样
发布和订阅用的名字不同
一边发一边没人收
服务之间说不到一块
两边用的名字不一样
`,
  },
  C1: {
    idiom: `
改了 configmap 没变化
改了文件没动静
日志级别改了没生效
改完还和以前一样
新值一直没到
`,
  },
  H1: {
    idiom: `
都坏了
全坏了
一切都好吗
都好吗
平台健康吗
系统健康吗
整体情况如何
`,
  },
  L1: {
    idiom: `
所有日志打个包
把全部日志抓下来
`,
  },
  none: {
    idiom: `
会议九点开始
故障复盘会改期
表格填好了
流程审批到哪了
报销流程走完了
他改了名字
`,
  },
};
