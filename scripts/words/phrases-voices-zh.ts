import type { Phrases } from './phrases.ts';

/** Whole sentences in Chinese, as each role tells what it sees: with numbers, guesses, times and consequences. A line is a phrase. */
export const chineseVoices: Phrases = {
  H2: {
    'on call': `
探测 agent-manager 连续五分钟失败
编排服务从两点开始就没响应了
推理服务对所有请求都不返回
负载均衡显示管理服务后端全不健康
接口全部报连接被拒绝
节点重启之后编排服务就没再提供服务
外网访问不到 agent-manager
监控显示 target 掉线
服务时好时坏
redis 完全连不上
postgres 连接不上了，像是没了
nats 不接受客户端连接
管理服务全是 5xx
健康接口一直挂着不返回
服务器访问超时
服务进程没了
`,
    developer: `
调管理服务的接口报 ECONNREFUSED
请求编排服务被重置
/health/ready 不返回
推理服务接口每次都 503
8081 的请求全部超时
进程在但是不回 http
telnet 8082 不通
后端接口调不通
连接被对端关闭
`,
    user: `
登录不上，页面一直打不开
打开平台白屏
提示找不到服务器
整个部门都访问不了平台
只看到一个错误页面
点什么都没反应，打不开
系统崩了进不去
平台一上午都用不了
一直加载中进不去
服务是不是停了
网页显示服务不可用
连接不到你们的服务
`,
  },
  S1: {
    'on call': `
agent-manager 起来打一行 fatal 就没了
管理服务容器撑不过三秒
agent-manager 启动阶段连不上 postgres 就退出
改完数据库密码后管理服务起不来
启动时 nats 不可达，管理服务直接退出
管理服务的端口被别的进程占了
重启之后 agent-manager 再也没起来
改配置之后 agent-manager 一启动就退
管理服务启动卡在连接数据库
管理服务启动后以代码 1 退出
agent-manager 初始化失败
启动日志第一行就是 fatal
`,
    developer: `
agent-manager 绑定端口失败
两个进程抢 8080，管理服务起不来
配置文件解析失败，agent-manager 退出
初始化存储失败所以退出
DSN 写错，agent-manager 启动就退
没配 nats 地址导致启动退出
agent-manager 启动流程报错返回
main 函数里 panic，agent-manager 没起来
`,
    user: `
管理服务启动了三次每次都停
管理服务在我机器上跑不起来
启动管理服务提示端口已占用
装完以后管理服务起不来
管理服务一打开就自己关掉
agent-manager 启动就报数据库的错
`,
  },
  S2: {
    'on call': `
新集群的 collect-agent 没法注册到管理服务
换了 token 之后 agent 都注册不了
五个集群只有三个注册上了
agent 每十秒重试注册都不成功
昨晚之后 agent 都从列表里消失了
管理服务收不到注册消息
daemonset 正常但是没有 agent 注册
某个集群的心跳停了
管理服务说不认识这个 agent
集群显示离线但采集器在跑
注册请求没人回应
认证 token 不被接受
`,
    developer: `
agent 往注册主题发消息没人回
nats.subjects.registration 两边不一致
agent-auth-token 两个命名空间不一样
/api/v1/clusters 里没有新集群
agent 被拒绝，token 无效
注册处理函数没有被调用
agents 表里一直没写入
采集器日志显示注册超时
`,
    user: `
装了采集器，但控制台说没有 agent
我的 agent 在控制台是离线
早上接入的集群在哪
按照文档装了，还是看不到 agent
控制台一直显示等待 agent
添加集群没用，没有 agent 出来
已接入集群页面是空的
我的集群没有出现
`,
  },
  S3: {
    'on call': `
事件延迟超过六十秒
事件从产生到处理差了二十分钟
agent-manager 的事件缓冲到上限了
事件吞吐掉了一半，队列在涨
事件 worker 全忙
事件处理跟不上产生的速度
高峰期事件处理就落后
event_queue_size 一直是 1000
未处理事件堆在管理服务里
事件处理 SLO 告警
`,
    developer: `
event_processing 直方图变成秒级
事件 channel 满了，生产者阻塞
事件批量太小
event.workers 不够
事件批量入库慢
事件消费不完队列
事件缓冲溢出丢弃
事件端到端延迟很差
`,
    user: `
故障都过了才通知我
事件页面落后很多
新事件很久才出来
告警晚半个小时才收到
九点的事十点才显示
事件不是实时的了
事件推送有延迟
为什么事件这么晚
收到的通知总是很迟
`,
  },
  S4: {
    'on call': `
工作流执行提交成功但一直 pending
200 个执行在等待，还在增加
执行器不领任务
发版之后没有一个工作流开始
执行器 worker 全占满，队列很长
编排的队列不动
执行没有被分发
工作流队列满了一个小时
执行器报错，什么都没执行
昨晚的定时工作流没跑
等待中的工作流数量不降
`,
    developer: `
执行状态永远是 pending
工作流文件语法错误被跳过
工作流定义有未知字段
编排服务加载不了工作流 yaml
executor.queue_size 到上限
执行有 id 但是没有运行
执行器 worker 池太小
工作流文件缩进错误
提交返回 202 之后就没消息了
`,
    user: `
一个小时前启动的流程还在等
我的流程没开始
触发了什么也没跑
我的任务早上就在排队
流程都走不动了
点了运行没有效果，一直等待
任务一直是等待状态
我建的任务没有执行
为什么我的执行还在排队
自动化没有跑起来
`,
  },
  S5: {
    'on call': `
执行都在采集那一步超时失败
步骤报 deadline exceeded
诊断步骤每次到 120 秒就停
工作流中止，有一步超过时限
下发给 agent 的命令没按时完成
一半的执行是超时结束
命令队列饱和，步骤过期
长步骤被截断
某一步跑了一个小时还没完
执行历史里全是超时
`,
    developer: `
手动执行命令没问题，步骤却超时
步骤的超时比命令需要的时间短
命令结果回来时步骤已经放弃
agent.command.max_concurrent 太小，步骤超时
怎么把步骤超时调大
collect_logs 这步要两分多钟
步骤被 context deadline 取消
步骤等一个永远不来的命令结果
`,
    user: `
流程跑到中间就说超时
我的流程走到一半没时间了
有一步要很久然后全取消了
第二步每次都超时
提示步骤执行超时
流程几分钟后就被中止
最后一步一直跑不完
运行失败，说超过了允许的时间
`,
  },
  S6: {
    'on call': `
根因分析请求全是 500
换模型后每次分析都抛异常
推理服务所有分析都失败
模型加载不了，分析不可用
rca 接口中午开始一直报错
推理服务一分析就 oom
根因接口失败率百分之百
没有一个故障能给出根因，analyzer 报错
推理容器里少了模型文件
分析任务因内存不足崩溃
`,
    developer: `
analyze 调用时 scikit-learn 抛异常
joblib.load 根因模型失败
模型和 sklearn 版本不一致
推理容器里 import sklearn 报错
models 目录是空的
analyzer.py 每次请求都有堆栈
analyze/root-cause 返回内部错误
推断时报 ValueError
`,
    user: `
找原因的时候报错
它说不出原因，只有 500
我的告警怎么也分析不出根因
根因页面坏了
问故障原因得到错误信息
分析失败，请重试
分析页面提示内部错误
根因分析没有结果
智能分析用不了
为什么根因分析不能用了
`,
  },
  S7: {
    'on call': `
重启之后 neo4j 拒绝连接
neo4j 的 pod 在，但 bolt 不通
推理服务认证不过 neo4j
知识图谱下线了
neo4j 启动特别久都不可用
升级后图数据库没回来
neo4j 改了密码，服务还用旧的
bolt 端口超时
图查询全部报不可用
neo4j 认证失败
`,
    developer: `
bolt://neo4j 连接校验失败
neo4j 驱动报 unauthorized
打不开图数据库的会话
cypher 语句报连接错误
NEO4J_PASSWORD 对不上
驱动报 defunct connection
图客户端连不上
neo4j 登录失败次数太多
`,
    user: `
关系视图是空的，图谱不可用
拓扑图显示不出来
图谱页面报错
看不到知识图谱
知识图谱出错
依赖关系图加载不了
neo4j 有问题
neo4j 好像不太对
图数据库坏了
`,
  },
  D1: {
    'on call': `
postgres 连接到上限了
数据库连接数达到最大值
新会话被数据库拒绝
连接槽用光了
200 个数据库连接全用了
几百个 idle in transaction 的会话
管理服务的连接池用尽
服务都拿不到数据库连接
数据库连接使用率超过九成
数据库里全是空闲会话
会话泄漏把数据库占满
`,
    developer: `
连接打开后没有归还
从连接池取连接超时
max_open_conns 比数据库允许的还大
事务一直开着占连接
每个请求都新建数据库连接
编排服务连接泄漏
要不要调大 max_connections
空闲事务占着连接不放
获取不到连接
`,
    user: `
提示连接数太多
保存的时候说数据库连接已满
提示没有可用的数据库连接
客户端太多，数据库不让连
`,
  },
  D2: {
    'on call': `
postgres 查询要好几秒
平均查询时间涨了十倍
数据库里语句超时
长事务堵住了表
postgres 里锁等待很多
瓶颈在数据库，查询慢
events 表好几天没 vacuum
events 死元组太多，表膨胀
数据库延迟高
全表扫描把磁盘 io 打高了
postgres 昨天开始特别慢
数据库里有被阻塞的查询
`,
    developer: `
explain 显示顺序扫描
迁移之后执行计划变差
查 workflow_executions 要四十秒
cluster_id 上没有索引
update 在等锁
alter table 堵住了所有语句
events 五千万行，读很慢
agent-manager 里有慢 sql
两个 update 互相死锁
pg_stat_statements 里有条平均三秒
`,
    user: `
列表加载很慢
按日期筛选特别慢
打开历史要半分钟
今天数据库超级慢
搜索好慢
凡是查数据的页面都慢
报表比以前慢很多
数据库好卡
库的性能很差
查数据要等很久
`,
  },
  D3: {
    'on call': `
redis 内存用到百分之百
redis 到 maxmemory 了
redis 写入报 OOM
redis 淘汰的 key 一直在涨
redis 命中率在下降
缓存快满了
redis 容器快到内存上限
redis 把节点内存吃光了
redis 碎片率高
redis 没法再写
redis 内存告警
没有淘汰策略，redis 满了
`,
    developer: `
SET 报 OOM command not allowed
缓存未命中翻倍
redis noeviction 写入被拒
没有过期时间的 key 把 redis 撑满
redis 有大 key
缓存没到期就没了
cache: 前缀的 key 太多
应该设 allkeys-lru 吧
`,
    user: `
提示 redis 满了
缓存保存失败
缓存满了
缓存什么都存不了
redis 内存出问题
缓存服务器没内存了
缓存总丢
`,
  },
  D4: {
    'on call': `
nats 报慢消费者
jetstream 延迟在涨
EVENTS 流里的消息没人消费
nats 里待处理消息上升
消息总线堵了
事件流的消费者落后五万条
订阅者太慢被 nats 断开
总线上有积压
nats 队列在增长
流没有消费者，越来越满
消息总线延迟大
`,
    developer: `
订阅慢，消息被丢弃
EVENTS 流没有创建
发布失败，没有流匹配主题
ack pending 到上限
消费者没及时 ack，消息重投
没开 jetstream 所以消息丢了
nats 客户端丢消息
durable 消费者落后
`,
    user: `
消息很久才到
消息中途丢了
消息卡在队列里
消息队列爆了
队列堵住了
消息投递很慢
nats 很慢
消息都在等着投递
`,
  },
  N1: {
    'on call': `
agent-manager 网络上到不了 postgres
编排到 nats 的流量被拦
改防火墙以后服务间连不上
网络策略挡了管理服务
pod 里 dns 不能用
服务名解析失败
跨命名空间连接超时
推理服务到 neo4j 没有路由
service 后面没有 pod
endpoints 是空的
coredns 报错
两个节点之间丢包
容器不在同一个网络里
编排调管理服务总超时
服务间通信断了
`,
    developer: `
解析不了主机 nats
连 redis 报 no such host
容器里 lookup 失败
两个服务之间 dial 超时
compose 里服务互相找不到
networkpolicy 禁止出站
service 的 selector 没匹配到
一个服务调不了另一个
容器到数据库主机不通
pod 里访问不了别的服务
`,
    user: `
服务之间失去联系
各个部件互相找不到
服务之间网络有问题
管理服务和数据库之间连接断了
集群网络坏了
有东西挡住服务之间的连接
平台内部网络故障
`,
  },
  P1: {
    'on call': `
agent-manager CPU 百分之百
编排服务用了四个核
容器被限流
推理服务把节点 CPU 占满
CPU 超过 90% 一个小时了
系统负载特别高
管理服务耗光 CPU
处理器负载高
CPU 隔几分钟飙一次
CPU 到限额请求变慢
编排服务 CPU 告警
`,
    developer: `
管理服务里有死循环
有个线程一直满速跑
profile 里有热点函数
帮我抓一下 agent-manager 的 CPU profile
GC 时间太多
goroutine 空转
正则把 CPU 烧满
进程占 CPU 太多
哪个函数这么耗 CPU
`,
    user: `
风扇一直狂转，服务占满处理器
服务太吃 CPU
机器被管理服务拖垮了
服务器很忙，CPU 满了
为什么 CPU 这么高
处理器到极限了
算力被占满
`,
  },
  P2: {
    'on call': `
agent-manager 内存稳步上涨
容器内存涨到上限为止
编排服务每小时多用 200MB
负载过后内存不回落
推理服务内存涨了一周
内存告警，趋势向上
因为内存服务每天都要重启
管理服务内存消耗太大
怀疑编排服务泄漏内存
内存用到 95% 还在涨
`,
    developer: `
heap profile 显示某个函数在增长
对象一直没释放
goroutine 数量和内存一起涨
管理服务里缓冲泄漏
python 进程每个请求都变大
垃圾回收回收不了
常驻内存一直增加
inuse_space 一直上升
处理函数里的 map 无限增长
没设内存上限一直涨
`,
    user: `
服务占的内存越来越多
每天越来越慢，内存都占满了
程序吃内存
内存快满了还在涨
内存占用越来越高
内存用量很奇怪，只增加
占用内存太多
`,
  },
  T1: {
    'on call': `
redis 和 postgres 里的 agent 不一样
缓存里有过期条目
改完之后缓存没刷新
删掉的行缓存里还有
postgres 索引好像坏了
图里还有已删集群的节点
处理过的事件在表里还是未处理
几个数据库的数据有差异
数据库数量和 redis 数量不同
索引查出来的行不对
`,
    developer: `
agent:* 的 key 和表里的行对不上
更新后缓存没失效
bt_index_check 失败
崩溃之后要 REINDEX
图同步少了节点
缓存对象比行旧
唯一列出现重复
redis 里有幽灵 agent
走索引查不到，全表扫能查到
neo4j 缺少 postgres 里的实体
`,
    user: `
总览和详情数字不一样
删了的东西还能看到
页面数据是旧的
不同页面说的不一样
删掉的 agent 又回来了
保存了列表还是旧的
两份报表对不上
改了名字还是显示旧的
控制台数据不对
`,
  },
  K1: {
    'on call': `
编排服务的 pod 一直崩
agent-manager pod 每两分钟重启
deployment 停在 0/2 就绪
新版本镜像拉取报错
pod 被 oom 杀了三次
没有节点能放新 pod
扩容之后 pod 一直等待调度
pod 挂载不了卷
就绪检查失败所以没流量
容器退出码 137
缺 secret 容器没创建
发布一直完不成
副本不可用
redis 的 statefulset 没有就绪的 pod
重启次数 40 次了
容器反复崩溃
新版本一直 crashloop
`,
    developer: `
kubectl get pods 显示 Error
kubectl 里是 0/1
仓库里没有这个镜像标签
拉镜像没有权限
init 容器跑不完
探针路径写错，容器被杀
资源请求太大调度不了
pvc 没绑定
pod 引用的 configmap 不存在
镜像里没有入口程序
容器超内存上限被杀
`,
    user: `
新发布的版本没起来
我的部署一直不健康
容器停了又停
它一直在重启
部署卡住了
有个 pod 是红的
有个 pod 没跑起来
pod 都死了
容器启动不了
`,
  },
  M1: {
    'on call': `
管理服务升级了，agent 没升级
各服务版本不兼容
编排调用的接口管理服务已经没有了
表结构没有迁移
发布和订阅的主题不一致
服务跑着不同的版本
发版之后少一张表
一个服务配的端口和另一个用的不同
迁移脚本没执行
升级到一半版本不一致
数据库结构和代码不匹配
`,
    developer: `
编排和管理服务 api 版本不匹配
agents 表少一列
编排调的路径管理服务返回 404
两边协议不同
服务要更新的表结构
主题名字改了没同步
发版后报字段不存在
客户端和服务端不兼容
配置键和代码对不上
`,
    user: `
更新以后组件配合不起来
更新只做了一半
各部分版本不同
组件之间不兼容
只更新了一部分，什么都对不上
agent 和管理服务版本不同
`,
  },
  C1: {
    'on call': `
改了 configmap，pod 还是旧值
配置发布了但没效果
服务不理新设置
环境变量盖过了配置文件
调高了上限，进程还用旧的
更新配置后 pod 没重启
config.yaml 里的设置没被采用
新的超时没有生效
更新的 secret 没读到
helm values 改了，实际配置没变
`,
    developer: `
命令行参数和 configmap 谁优先
viper 优先用了环境变量
配置热加载没有效果
实际生效的值和我设的不一样
挂载进去的配置是旧的
日志级别设了 debug 还是 info
用的是默认值不是我的值
pod 里的配置文件不是我应用的那份
服务没拿到新的 configmap
`,
    user: `
保存了新设置但没变化
我的修改没有生效
打开了选项却没作用
改设置没用，还是一样
设了新值还是用旧值
我改的配置没被用上
设置修改不起作用
调整没有应用上
`,
  },
  H1: {
    'on call': `
平台还活着吗
看看所有服务的状态
快速做个整体检查
平台现在有没有问题
各服务状态给我看看
现在有什么挂了
环境健康情况怎么样
完整体检一下
感觉全都挂了
帮我看看是不是一切正常
跑一次健康检查
发版以后全都不能用
整个系统都很慢
所有东西都卡住了
今天早上开始全坏了
`,
  },
  L1: {
    'on call': `
请收集每个 pod 的日志
我要一个日志压缩包
导出全部日志
把整个环境的日志和事件发给我
收集诊断信息给支持
抓取所有日志给厂商
`,
  },
  L2: {
    'on call': `
看一下这些日志
总结日志里的错误
日志里哪个错误最多
告诉我日志里有什么
检查日志有没有错误
把日志里的错误分个类
解读一下日志
分析日志内容
`,
  },
  X1: {
    'on call': `
给开发写个缺陷报告
给上游提个 issue
准备交接给维护者
填一下问题模板
给维护者总结一下
我要把这个报告给厂商
`,
  },
  none: {
    'other fields': `
电梯卡在三楼
冰箱不制冷
手机耗电太快
扫描仪扫不了
耳机没有麦克风
显示器闪屏
门禁刷不开
日历不同步
酒店网络断了
蓝牙鼠标连不上
车打不着火
洗衣机漏水
电视没信号
游戏闪退
看视频卡
地铁晚点
快递还没到
银行转账在处理中
签证还在审理
工资延迟发放
合同到期了
预算用完了
食堂排队很长
路上很堵
保险代理没回电话
房产中介不接电话
活动八点开始
游泳池关门了
书没有目录
桌子坏了
港口很忙
会议注册截止了
健身卡过期
市场分析报告
爬楼梯很累
`,
    'other systems': `
kafka 主题没有 leader
mysql 死锁
sql server 登录失败
mongodb 副本集没有主节点
elasticsearch 堆满了
rabbitmq 内存告警
celery worker 卡住
jenkins 节点离线
gitlab runner 卡住
terraform 执行失败
zabbix 代理不可达
安卓编译失败
npm 安装失败
单元测试不过
手机端显示旧版本
域控同步失败
虚拟机宿主断开
备份任务失败了，磁带坏了
交换机挂了
办公室防火墙拦了 skype
hive 查询慢
hdfs 空间不足
oracle 表空间满了
钉钉收不到消息
支付宝付不了款
`,
    talk: `
我明天看
讨论一下路线图
幻灯片发我一下
这个服务谁负责
agent-manager 是做什么的
编排服务怎么工作的
接口文档在哪
什么是工作流
介绍一下 jetstream
redis 和 memcached 有什么区别
生产用的哪个版本
请审批我的申请
下次发布什么时候
维护窗口是几点
感谢修好数据库
看板很漂亮
我写了篇 postgres 的文章
明年打算上 kubernetes
周三有 neo4j 培训
欢迎新同事值班
这条 sql 谁写的
我们有多少集群
故障已关闭
告警都恢复了
昨晚没有故障
交接：一夜平安
发布很顺利
延迟正常
内存看起来正常
CPU 很低
发布后一切正常
升级完成了
`,
  },
};
