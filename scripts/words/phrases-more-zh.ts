import type { Phrases } from './phrases.ts';

/** More sentences and fragments in Chinese: polite and curt, with and without the name of the part. A line is a phrase. */
export const chineseMore: Phrases = {
  H2: {
    operator: `
凌晨四点起编排服务拨测一直是红的
agent-manager 时不时从负载均衡上掉下来
redis ping 不回 pong
psql 连上去就卡住
nats 谁都连不进去
redis 报客户端数量达到上限
redis 的 maxclients 满了
redis 客户端连接太多，新的进不来
推理接口请求有去无回
管理服务三个副本探活都失败
postgres 半夜自己停了
数据库实例没了
消息中间件 nats 下线了
redis 正在加载数据，谁都不回
postgres 数据盘满了写不了
postgres 所在的卷没有空间
docker 显示在运行，但服务不回应
网关那边全是 5xx
服务失去响应
`,
    developer: `
调管理服务老是 socket hang up
编排接口一直 pending 不返回
客户端收到 ECONNRESET
后端直接断开连接什么也不回
接口返回空响应
调推理服务 grpc unavailable
后端请求全是网关错误
是不是管理服务的 api 挂了
请求发出去石沉大海
服务端口连不通
`,
    user: `
你好，今天早上平台打不开，麻烦看下
登录页面出不来
我们都进不去，网站没反应
平台没法用了
中午以后一直是错误页
能不能帮忙看看控制台怎么进不去
同事们都打不开这个系统
网页无法显示
系统瘫痪了
是不是出故障了，控制台进不去
首页一直卡着
刚才还好好的，现在网站没了
点进去就是空白页
系统登不上
`,
  },
  S1: {
    operator: `
agent-manager 还没就绪就退出了
每次拉起 agent-manager 一秒就没
agent-manager 启动时 fatal 退出
管理服务的 systemd 单元启动即失败
管理服务抢不到端口
8080 被别的程序占着，管理服务监听不了
agent-manager 启动阶段退出码 1
管理服务冷启动不成功
改密码后管理服务初始化不过
新配置下 agent-manager 不肯启动
管理服务配置有误，一启动就停
维护之后管理服务再也拉不起来
agent-manager 启动到一半就放弃了
启动时连 postgres 失败，agent-manager 结束
管理服务进程头一秒就结束
redis 登录被拒导致管理服务启动中止
管理服务启动流程中断
`,
    developer: `
agent-manager 加载配置失败直接 fatal
agent-manager main 里 log.Fatal
监听之前 agent-manager 就 panic
管理服务启动时跑迁移失败
agent-manager 启动时 yaml 解析错误
管理服务启动钩子返回错误
agent-manager 过不了 init
缺少环境变量，管理服务一启动就停
数据库账号不对，agent-manager 退出
启动 agent-manager 时 bind 报错
`,
    user: `
agent manager 怎么都启动不起来
管理服务今天不肯启动
麻烦看下，管理服务一启动就停
管理服务窗口一闪就没了
装了更新之后管理服务打不开，一启动就退
想启动管理服务，结果报错
管理服务启动不了，说端口在用
`,
  },
  S2: {
    operator: `
采集器一个都没进清单
新站点的采集器管理服务不收
管理服务里的 agent 比集群少
换证书之后 agent 掉出列表
昨天接入的集群到现在没有注册的 agent
collect-agent 入网被拒
预发环境的 agent 一直在请求注册
两个 agent 显示失联
agent 最后一次心跳是一小时前
agent 不再上报了
collect-agent 在跑，管理服务却不认识
新集群的注册令牌不对
agent 数量从五个掉到两个
已注册 agent 数为 0
agent 签不上来
集群接入卡在注册
agent 全掉线了
管理服务一直不确认注册
`,
    developer: `
注册请求发出去没有回音
agents 接口返回空数组
agent 的 token 返回 401
注册主题上没人应答
collect-agent 一直注册、等待、重试
注册时管理服务返回 unauthorized
管理服务没把新 agent 存下来
心跳处理函数什么都没收到
agent 租约过期没有续上
`,
    user: `
我加了集群但是没出来
麻烦看下为什么总览里没有我的 agent
agent 页面什么都没有
控制台少了我的服务器
agent 显示未连接
找不到我接入的集群
控制台不认我的 agent
我们的采集器没显示出来
昨天还有的 agent 今天没了
一直提示没有 agent 接入
`,
  },
  S3: {
    operator: `
事件滞后越来越大
agent-manager 的事件管道拥堵
十点的事件现在才处理
管理服务的事件队列从来清不空
流量翻倍后事件处理变慢
事件 worker 扛不住
告警：事件处理延迟
处理一个事件从 20 毫秒变成 9 秒
没处理的事件越堆越多
事件入口队列到容量了
队列满了，管理服务把事件丢了
事件和实时差太多
事件接收比产生慢
事件到告警之间隔太久
每秒处理的事件掉了，队列更长
事件处理迟缓
`,
    developer: `
worker 太少，事件 channel 堵住
事件批量写入太久
平均事件延迟上升
事件在缓冲里待几分钟
事件消费循环是瓶颈
event.batch_size 和负载不匹配
事件进得比处理得快
事件延迟 p95 很难看
一个事件走完管道要四十秒
`,
    user: `
事情都过去了才收到事件
事件页面总是落后几分钟
麻烦看下事件为什么进来这么慢
出事很久以后才收到告警
列表里的事件是半小时前的
新事件要等很久才能看到
事件都迟到
事件太慢了
列表里最新的事件是一小时前的
通知滞后
`,
  },
  S4: {
    operator: `
编排服务收下工作流但一个都不跑
340 个等待，0 个在运行
工作流队列里什么都出不去
执行器空着，执行却在等
没有空闲的执行器 worker
工作流引擎不派活了
执行都没有被启动
等待的工作流数在涨
执行都停在等待状态
编排不理新的执行
一个坏的工作流文件让加载停了
执行器队列到容量
告警触发的工作流没有执行
自愈流程没有被拉起
升级之后排队的执行没人领
剧本提交了就没动静
执行槽位全被占
工作流积压降不下来
`,
    developer: `
我的执行一直出不了 pending
编排的调度器不分配任务
execution 建了但没启动
工作流 yaml 被拒，格式错误
编排解析不了我们的工作流
编排的 worker 池比队列小太多
工作流里有未知步骤类型，加载不了
触发器触发了但没有执行
执行器不消费队列
只入队不出队
`,
    user: `
我提交的作业一直没开始
自动化从早上等到现在
点了运行，状态还是等待
麻烦看下我的工作流为什么没执行
流程不走了
什么都不处理，全在排队
我的申请收下了但没人处理，一直排队
任务还在队列里
我的作业全是等待状态
启动的流程一直没开始
计划任务没有启动
`,
  },
  S5: {
    operator: `
执行都以超时告终
运维手册第三步超过时限
步骤五分钟的限制每次都撞上
给 agent 的命令没跑完就过期
采集步骤在规定时间里完不成
加节点以后工作流步骤老超时
步骤超过期限，执行被取消
步骤耗时比超时时间长
agent 没有按时返回命令结果
步骤因为太久被杀掉
步骤中止，时间到了
一个慢步骤让所有工作流失败
执行标记失败，原因 timeout
诊断命令时间不够
`,
    developer: `
命令没做完步骤超时就触发了
步骤 context 被取消，到期了
我们的步骤要四分钟只给两分钟
命令发出去，到时限也没结果
命令结果来晚了，步骤已经失败
怎么给步骤多点时间，总是过期
命令并发到 max_concurrent，其余的超时
采集步骤状态 timed_out
执行停了，原因：步骤超时
`,
    user: `
我的流程因为某一步太久被停了
流程开头正常，后来就超时结束
有个步骤老是做不完
每次都断在同一步，说时间超了
麻烦看下我的工作流为什么超时
有一步跑了一个小时
作业被中止，提示超过时间限制
第四步一直没结束
工作流没跑完就被终止，超时
卡在一个步骤直到失败
`,
  },
  S6: {
    operator: `
推理服务给不出根因
每个 rca 请求都失败
根因服务抛内部错误
故障分析功能失灵
换了模型后 analyzer 不干活
分析请求状态码 500
推理服务的模型损坏
推理服务没带模型就起来了
分析失败率 100%
根因计算中止
rca 输出为空，日志里有 traceback
推理服务一分析故障就因为内存被杀
推理服务找不到模型产物
`,
    developer: `
analyzer 对每个故障都抛 KeyError
model.predict 抛错
模型反序列化失败
analyzer 导入机器学习库失败
特征数量和模型不一致
分类器是用别的 scikit-learn 版本训练的
analyze 接口未处理异常
算根因时 python 报 traceback
推理服务里模型路径写错
推理镜像没装 torch，分析失败
分析进程报 MemoryError
`,
    user: `
我问原因，结果报错
系统不再解释我的故障了
分析用不了，说内部错误
麻烦看下根因功能，我这儿一直失败
找不到原因，只有报错
故障自动诊断坏了
点分析提示出错了
根因那一栏是空的还报错
这个故障分析不了
分析没完成就失败了
解释功能每次都失败
`,
  },
  S7: {
    operator: `
到 neo4j 的 bolt 连接没有了
neo4j 不接受我们的账号
图数据库没起来
neo4j 一直拒绝登录
图后端不可用
切换之后 neo4j 一直不可用
neo4j 启动不完
推理服务和图库断开了
7687 上连不到 neo4j
neo4j 账号过期
知识图谱存储挂了
登录失败太多被 neo4j 锁了
neo4j 里的库是离线状态
neo4j 堆内存不够，拒绝事务
`,
    developer: `
neo4j 的 verify_connectivity 抛错
session.run 失败，图数据库不可用
bolt 连接被图库重置
推理服务里 neo4j AuthError
建不了 neo4j 会话
cypher 拿不到连接
neo4j 说库不存在
图仓库抛 ServiceUnavailable
neo4j 地址写错，图库连不上
neo4j 事务失败，内存不足
`,
    user: `
看不到服务依赖，图谱失败
依赖图不显示
控制台的图谱挂了
麻烦看下知识图谱，打不开
知识图谱连不到
图谱提示连接丢失
没有图，只有报错
关系都没了，图数据库好像坏了
图数据库不工作
`,
  },
  D1: {
    operator: `
postgres 没有连接给我们了
postgres 连接上限用尽
数据库到连接上限了
又到 max_connections 了
数据库连接限制被打满
角色的连接数到上限
角色 agent_manager 连接太多
库的连接限制到了
postgres 后端进程全占用
客户端到 postgres 的连接超限
数据库里挂着几百个空闲会话
没提交的事务把连接占住
编排服务的连接池没有空闲连接
数据库连接池 100%
postgres 被连接淹没
postgres 会话数暴增
有个服务霸占数据库连接
postgres 只剩超级用户的槽位
pgbouncer 没有后端连接了
`,
    developer: `
FATAL: too many connections 数据库
getConnection 一直等到超时，池子空了
查完忘了关连接
连接池的连接一直回不来
连接池耗尽 20/20
仓储层代码泄漏数据库连接
事务一直没提交占着会话
每来一个请求会话就多一个
池到最大值，拿不到数据库连接
三十秒内没从池里拿到连接
`,
    user: `
程序说数据库不让再连了
保存不了，数据库连接太多
提示超出连接限制
报错说客户端太多
数据库说同时用的人太多
麻烦看下数据库，它说连接数过多
数据库满了，不能再连接
提示所有数据库连接都在使用
没有空的数据库连接
报错说连接用完了
数据库打开的连接太多
`,
  },
  D2: {
    operator: `
postgres 简单查询也要很久
postgres 查询时间上升
数据库都在等锁
好久没 vacuum，表膨胀了
一条查询跑两小时把其他都堵住
数据库反应迟钝
postgres 的 sql 负载太重
导入之后 postgres 性能下降
postgres 里有表被锁
慢日志里全是查 events 的语句
会话之间互相等
postgres 总在全表扫描
数据库变慢了
数据库性能糟糕
从 postgres 读数据很慢
往 postgres 写数据很慢
统计信息过期，执行计划差
`,
    developer: `
我的查询卡在锁后面
update 挂着，行被别的事务占了
优化器不走索引
events 上加个索引就好了，查询太慢
explain analyze 一条 select 12 秒
count(*) 要一分钟
两张表 join 慢得要命
事务死锁，postgres 回滚了一个
语句被 statement_timeout 取消
n+1 查询让数据库很慢
迁移拿着锁，大家都在等
`,
    user: `
列表半分钟才出来
麻烦看下数据库，什么都要等很久
搜索结果半天不出来
加载数据很慢
打开历史记录要很久
打开一个列表要等半天
数据出来得很慢
数据库今天很迟钝
查询比上周慢太多
报表以前一分钟现在十分钟
筛选慢得受不了
`,
  },
  D3: {
    operator: `
redis 内存还有却不让写
redis 有空间但拒绝所有写入
上次保存失败，redis 拒绝写入
redis bgsave 失败，写被停了
redis 写不了 rdb 快照，阻止写入
快照失败之后 redis 不收写了
redis 后台保存失败
redis rdb 持久化报错，写不进去
redis 是只读副本，写不进去
redis 变成从库不能写了
redis 主库没了，只能读
redis 突然只读
redis 从节点不接受写入
主从切换后 redis 只读
redis 副本太少，拒绝写入
redis 报副本数不足不能写
不满足 min-replicas-to-write，redis 不给写
redis 少了从库所以写失败
redis 的键没到期就没了
redis 内存到顶
redis 内存封顶了
redis rss 接近容器上限
缓存把有用的淘汰了
redis 没设上限一直涨
redis 里全是没用的键
redis 内存没满但写被拒
redis aof 写不了
redis 持久化失败
`,
    developer: `
redis MISCONF 不能持久化，set 失败
redis 每次 set 都报 READONLY
redis 返回 NOREPLICAS
stop-writes-on-bgsave-error 触发
SETEX 在 redis 里失败
redis 读正常，一写就报错
redis get 可以 set 不行
会话键没有过期时间把 redis 塞满
换节点后 redis hset 报错
redis maxmemory 设得太小
缓存写被拒
写到 redis 从库上去了
缓存条目没设 ttl，redis 膨胀
我们的键被淘汰掉了
`,
    user: `
缓存什么都不收
缓存写不了
redis 存不了东西
麻烦看下 redis，我的会话存不住
缓存能读不能写
提示缓存只读
提示 redis 只读
缓存没空间了
老被登出，缓存丢会话
redis 太小了
`,
  },
  D4: {
    operator: `
nats 上的订阅者落后了
EVENTS 流有一百万条没读
jetstream 消费者追不上
nats 因为慢把客户端踢了
总线上有没投递的消息
nats 吞吐差，消息在等
流到上限，旧消息被丢
jetstream 的流满了
nats 上消息被丢弃
EVENTS 流被删了
durable 消费者没了
jetstream 缺消费者
消息队列溢出
没确认的消息在涨
消息总线拥堵
nats 队列越来越长
nats 投递延迟
流的消费者滞后
jetstream 存储没空间
总线上的积压下不去
`,
    developer: `
js.publish 报没有流匹配
ack 位置不动
处理函数比发布慢，被 nats 断开
消息反复重投
拉取订阅一直追不上
nats 超过最大消息数
pending 超限订阅被断
流没有对应的主题
往不存在的流里发消息
consumer info 里 num_pending 八万
`,
    user: `
消息过不了队列
消息到得太晚
消息不见了
麻烦看下消息队列，堵住了
队列清不掉
消息卡着不走
消息没送到
消息系统过载
一条消息从一个服务到另一个要几分钟
消息只增不减
`,
  },
  N1: {
    operator: `
编排服务到管理服务没有连接
服务到服务的流量超时
agent-manager 没有到 postgres 的路由
二号节点的 pod 到不了一号节点的 pod
集群内部域名解析失灵
pod 里域名查询超时
网络策略把推理服务隔开了
跨命名空间的包被丢
kubernetes service 没有后端
service 指到错的 pod
collect-agent 找不到 nats
compose 容器没有共同网络
容器从网络里断开了
kube-proxy 规则过期，服务访问不到
节点之间 overlay 网络断了
防火墙丢弃我们服务间的流量
cni 插件失败 pod 没网
内部域名不再解析
服务间 tls 失败
内部连接的证书过期
服务彼此隔离了
`,
    developer: `
管理服务主机名 ENOTFOUND
服务之间 EHOSTUNREACH
编排服务里 no route to host
name or service not known 内部域名
数据库主机 UnknownHostException
getaddrinfo 找不到编排服务
一个服务拨另一个 i/o timeout
服务之间 tls 握手失败
两个服务之间 x509 错误
推理服务缺出站规则
`,
    user: `
各组件没法通信
部件之间失联
这个部分连不到那个部分
两个部分之间的连接断了
平台内部通信坏了
麻烦看下服务之间的网络
服务之间不再连着
一台服务器连不到另一台
找不到主机名
内网不通
`,
  },
  P1: {
    operator: `
agent-manager 占了所有核
推理服务 CPU 爆了
编排服务处理器时间翻倍
容器 CPU 顶到限额
cfs 配额用完被限流
管理服务所在节点 CPU 饱和
管理服务跑得很热
负载从 2 到了 30
算力被 agent-manager 耗尽
节点 user 和 steal 都高
agent-manager 造成 CPU 重载
编排服务 CPU 消耗过高
服务 vCPU 打满
管理服务的 CPU 曲线一直在顶上
推理服务 CPU 占用过多
`,
    developer: `
有个 goroutine 不停循环
火焰图只有一个函数
几千个 goroutine 在跑
CPU profile 里全是 json 解析
服务在紧循环里轮询
自旋锁烧 CPU
top 里管理服务 380%
处理函数是 CPU 密集，核打满
goroutine 数量每小时翻倍
进程从不休眠占满一个核
gc 一直跑把 CPU 占了
`,
    user: `
机器忙得不行
服务器一直在算，CPU 满载
麻烦看下处理器为什么到顶
服务让服务器发热
CPU 烧起来了
服务器没有算力了
处理器占用很高
任务管理器里管理服务 CPU 100%
一个服务占了 CPU，机器上全都慢
CPU 用得太多
`,
  },
  P2: {
    operator: `
推理服务内存只增
agent-manager 每晚都得重启，内存占满
编排服务内存稳定增加
agent-manager 的 rss 周一以来翻倍
管理服务内存趋势向上
容器慢慢爬到内存上限
内存不归还
推理服务缓慢泄漏
管理服务进程一天比一天大
没流量工作集也在爬
服务内存一直涨到被 oom
内存占用越来越大
内存无上限增长
编排服务内存线性上升
`,
    developer: `
heap dump 里有个列表只增不减
pprof heap 里一个缓存占了全部
tracemalloc 每次调用都增长
引用没释放，回收不了
goroutine 不结束占着内存
每个请求活对象都变多
内存被全局 map 留住
alloc_space 和 inuse_space 都在涨
rss 和堆都只升
每个连接泄漏一个 buffer
上个版本之后内存泄漏
`,
    user: `
服务要的内存越来越多
内存每小时都在变少
程序一直变大直到被关
麻烦看下服务内存，一直在涨
几天后内存就用完
吞内存
内存消耗停不下来
内存被慢慢吃掉
跑得越久占内存越多
内存一天比一天糟
`,
  },
  T1: {
    operator: `
redis 和 postgres 内容分叉了
缓存给的是过时的行
postgres 索引损坏
图和表里的集群不一样
redis 里有孤儿条目
redis 里的 agent 库里已经没有
两个存储行数不同
更新之后缓存没有失效
没标记处理的事件留在表里
postgres 表校验和错误
索引 b 树坏了
各存储不再一致
数据库和知识图谱不同步
已死的条目还在缓存里
索引完整性检查失败
`,
    developer: `
走索引查少了行
缓存副本和行不同
唯一索引还有两行相同
缓存键里是旧版本的 agent
同步到图时漏了实体
写进 postgres 了，缓存还是老的
amcheck 发现不一致
读 postgres 某个块失败，数据损坏
更新之后读到旧值
neo4j 里的数据落后 postgres
`,
    user: `
控制台显示的和实际不一样
我删了它还在
值又跳回旧的
每页数字都不同
麻烦看下数据，自相矛盾
总览不对，列着已经没有的 agent
看到的不是最新的
改动保存了，还是出现旧值
两个视图数据不同
数据出现两次
显示的数据过时了
`,
  },
  K1: {
    operator: `
pod 一直停在创建中
pod 卡在 ContainerCreating
排空节点后 pod 起不来
新的 replicaset 没有就绪的 pod
pod 几分钟就重启一次
kubelet 反复杀容器
镜像标签写错 pod 跑不了
拉镜像仓库无权限
没有合适的节点放 pod
pod 等一个没绑定的卷
容器 oom 被杀后重启
容器反复以退出码 2 结束
deployment 一直不可用
缺一个必需的 secret，pod 启动不了
副本 1/3 可用
滚动更新停在三分之一
pod 状态 Error
pod 状态 Unknown
job 的 pod 在 BackOff
磁盘压力把 pod 驱逐了
daemonset 在两个节点上没有 pod
`,
    developer: `
改完之后 CreateContainerConfigError
我的镜像拉不下来
我分支的容器马上退出
我的 pod 就绪检查一直不绿
入口命令写错容器跑不了
存活探针太早杀了我的 pod
kubectl rollout status 一直不返回
describe pod 里是 FailedScheduling
pod 要的内存比哪个节点都大
docker ps 里容器一直 restarting
容器里 exec format error
容器启动程序时 permission denied
`,
    user: `
容器没在运行
新版本在集群里起不来
pod 上不来
麻烦看下 pod，一直在重启
我的部署卡着
我的版本没发出去，pod 不就绪
pod 崩溃了
容器自己停了
pod 都不健康
容器起起落落
`,
  },
  M1: {
    operator: `
部分升级之后服务对不上
管理和编排跑不同的版本
两边配置里主题名不同
表结构比版本旧
有个服务还在用旧接口
迁移漏了，少了一列
订阅了一个没人发的主题
消息发到没人订阅的地方
两份配置里端口矛盾
回滚之后服务版本不齐
agent 比管理服务落后两个版本
混着发布的版本合不到一起
服务版本没对齐
两端期待的消息格式不同
`,
    developer: `
编排调的接口已经删了
管理服务升级后接口路径 404
部署后提示表不存在
消息里有接收方不认识的字段
发布者和消费者主题对不上
缺迁移，代码要的是另一种表结构
客户端是按旧接口编的
收发两边消息结构不同
json 字段只在一边改了名
服务还在读旧名字的配置键
两个服务之间接口不兼容变更
`,
    user: `
新版本和旧版本配不到一起
各组件版本不一样
升级之后有的部分听不懂别的部分
平台各块互相矛盾
麻烦看下版本配不配
有一个组件更新了其他没更新
各部分不再匹配
两个组件之间接口变了
有个服务版本不对
更新之后它们说的不是一种话
`,
  },
  C1: {
    operator: `
configmap 是新值，服务还按旧值跑
配置下发了没有任何作用
参数调高了服务不理
deployment 里的 env 压过配置文件
pod 还跑着上周的配置
新的上限没被遵守
configmap 的参数到不了进程
配置改了没有重载
换了 secret 还用旧的
进程不读配置文件
部署里的覆盖项挡住了我们的设置
运行的配置和 git 里的不同
改动在 configmap 里，pod 里没有
改了 compose 文件，容器还是旧环境变量
`,
    developer: `
我的 flag 被忽略
环境变量没有覆盖任何东西
服务打印的是默认值不是我设的
配置键没被读
log.level: debug 没作用
改了 yaml，服务行为一样
SIGHUP 不重载配置
文件里的值和使用的值不同
设置被变量遮住了
我的新超时没被采纳
subPath 让 pod 里还是旧文件
`,
    user: `
我做的设置没有应用
我配的没被使用
我关掉了它还开着
我改的设置丢了
麻烦看下为什么我的设置被忽略
我改了值，还是和以前一样
新配置到不了
保存设置，没效果
改的参数什么都没变
设置自己跳回去
它一直用旧配置
`,
  },
  H1: {
    operator: `
总体看起来怎么样
请给所有部件的状态
环境整个检查一遍
所有组件都好吗
把服务都过一遍，告诉我哪里不对
有东西挂了吗
给我环境的健康状况
现在什么不能用
整体状态看一下
快速健康总览
`,
    user: `
完全都用不了
整个平台还好吗
全都停了
帮忙全部检查一下
`,
  },
  L1: {
    operator: `
请把所有日志打成压缩包
给我收一个支持包
收集所有部件的日志和事件
工单要用，所有东西都收一下
下载整个环境的日志
给厂商把日志都凑齐
`,
  },
  L2: {
    operator: `
日志里有哪些错误
读一下日志告诉我哪里不对
把最近一小时日志里的错误列出来
总结编排服务的日志
redis 的日志说什么
在日志里找警告
`,
  },
  X1: {
    operator: `
请把这次故障写成报告给维护者
把这个做成缺陷报告
给开发提个问题单
给上游写个报告
帮我写问题描述给维护者
`,
  },
};
