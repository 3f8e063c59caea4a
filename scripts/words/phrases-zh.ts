import type { Phrases } from './phrases.ts';

/** How people ask in Chinese, by class and by the role of who would write it so. A line is a phrase. */
export const chinese: Phrases = {
  H2: {
    operator: `
服务挂了
服务宕机
服务不可用
服务无法访问
服务访问不了
访问不了管理服务
访问不了编排
现在访问不了编排服务
访问不了推理服务
访问不了这个服务
服务没有响应
服务不通
服务停了
服务下线了
服务连不上
agent-manager 挂了
agent-manager 不可用
agent-manager 无法访问
agent-manager 没有响应
管理服务挂了
管理服务无响应
管理服务不可用
编排服务挂了
编排服务不可用
编排服务打不开
编排器无法访问
orchestrator 挂了
orchestrator 不响应
推理服务挂了
推理服务不可用
推理服务没有响应
推理服务访问不了
reasoning-service 宕机
redis 挂了
redis 连不上
缓存服务挂了
数据库挂了
数据库连不上
数据库宕机
postgres 挂了
postgres 没有响应
nats 挂了
nats 连不上
消息总线挂了
消息总线不可用
健康检查失败
健康检查不通过
网关返回 502
网关返回 503
网关超时 504
`,
    developer: `
接口没有响应
接口超时
接口不通
接口返回 502
接口返回 503
调用接口没有返回
请求没有回应
请求全部失败
请求一直超时
api 挂了
api 不可用
后端没有响应
后端挂了
8080 端口不通
8081 端口访问不了
上游不可用
curl 没反应
/health 返回 503
服务端断开了连接
`,
    user: `
网站打不开
页面打不开
页面加载不出来
控制台打不开
控制台进不去
平台访问不了
平台打不开
系统进不去
一直转圈
网页没有反应
浏览器显示 502
浏览器显示 503
打不开了
`,
  },
  S1: {
    operator: `
agent-manager 启动失败
agent-manager 无法启动
agent-manager 起不来
agent-manager 启动不了
agent-manager 启动报错
agent-manager 启动就退出
agent-manager 启动后退出
agent-manager 一启动就挂
agent-manager 启动崩溃
agent-manager 拉不起来
agent manager 启动异常
agent manager 不能启动
agent manager 刚启动就停
管理服务启动失败
管理服务无法启动
管理服务启动不了
管理服务启动报错
管理服务一启动就退出
管理服务启动后马上退出
管理服务起不来
启动失败
启动报错
启动时报错
启动异常
启动崩溃
启动后立即退出
端口被占用
端口占用
端口冲突
端口已被使用
8080 端口被占
地址已被使用
升级后 agent-manager 起不来
发布后管理服务启动失败
重启 agent-manager 失败
agent-manager 重启后起不来
管理器启动失败
管理器起不来
`,
    developer: `
启动时数据库密码错误
启动时连不上数据库就退出
启动时连不上 nats
启动时配置文件报错
启动时配置解析失败
agent-manager 初始化失败
agent-manager 启动阶段 panic
agent-manager 启动日志有 fatal
agent-manager 绑定端口失败
bind 失败 地址已被占用
启动时数据库迁移失败
启动时 redis 认证失败
进程启动后退出码 1
进程一起来就退出
agent-manager 进程启动即退出
agent-manager 读不到配置启动失败
监听端口失败
数据库认证失败导致启动失败
启动过程报错退出
`,
    user: `
管理程序打不开 一启动就关
管理程序启动不了
点启动 agent-manager 就报错
启动 agent-manager 时提示端口被占用
更新以后管理服务不能启动
agent-manager 闪退
管理服务闪退
`,
  },
  S2: {
    operator: `
agent 注册失败
agent 无法注册
agent 注册不上
agent 没有注册
agent 没注册上来
agent 注册被拒绝
agent 不见了
agent 丢失
agent 列表为空
agent 列表没有数据
agent 不在列表里
agent 没有心跳
agent 心跳丢失
agent 心跳超时
agent 离线
agent 全部离线
采集代理注册失败
采集代理无法注册
采集代理注册不上
采集代理没有注册
采集代理没有出现
采集代理不见了
采集代理没有心跳
采集代理离线
采集器注册失败
采集器没有上线
代理注册失败
代理没有上线
代理列表是空的
代理不在列表里
新集群没有出现
新集群不在列表里
新集群接入失败
新集群注册不了
集群注册失败
集群没有上来
注册失败
注册请求没收到
注册被拒绝
注册令牌不一致
注册 token 错误
`,
    developer: `
collect-agent 注册失败
collect-agent 注册超时
collect-agent 没有注册
collect-agent 日志显示注册失败
注册主题不一致
注册消息没有人订阅
agent-manager 没有收到注册
agent-auth-token 不一致
agent-auth-token 缺失
token 不匹配 注册失败
接口返回的 agent 列表为空
agents 表是空的
register 消息没有响应
注册没有应答
agent 认证失败
agent 令牌错误
心跳没有上报
`,
    user: `
看不到我的 agent
看不到我的集群
我的集群不见了
我的机器没有出现
装好的 agent 看不到
控制台里没有 agent
新装的代理看不见
接入的集群没显示
为什么没有 agent
agent 去哪了
`,
  },
  S3: {
    operator: `
事件延迟
事件延迟高
事件延迟很大
事件处理慢
事件处理延迟
事件处理很慢
事件处理太慢
事件处理不及时
事件处理积压
事件处理跟不上
事件积压
事件堆积
事件队列积压
事件队列满了
事件队列很长
事件队列增长
事件队列一直涨
事件缓冲区满了
事件丢弃
事件丢失因为队列满
事件太晚
事件到达很晚
事件晚到
事件吞吐低
事件工作线程不够
事件 worker 不足
事件 worker 太少
事件批次太小
延迟告警 事件
事件延迟告警
事件延迟超过阈值
event_queue_size 很高
event 队列堵了
event 处理慢
event 延迟高
`,
    developer: `
event_processing 耗时高
事件入库慢
事件写入慢
事件消费慢
事件流水线慢
事件处理耗时变长
事件处理耗时太长
事件排队
事件在队列里等很久
事件队列消化不了
事件缓冲溢出
事件 p99 很高
event.workers 太小
event.batch_size 太小
事件处理背压
事件链路延迟
事件从产生到入库很久
事件循环落后
agent-manager 处理事件跟不上
`,
    user: `
事件很久才显示
事件很久才出现
事件显示太慢
看到的事件是半小时前的
事件不是实时的
告警来得太晚
告警延迟很久
通知来晚了
事件列表更新很慢
事件为什么这么慢
新事件迟迟不出来
`,
  },
  S4: {
    operator: `
工作流卡住
工作流卡住了
工作流不执行
工作流无法执行
工作流不运行
工作流不启动
工作流一直 pending
工作流一直等待
工作流一直排队
工作流排队
工作流堆积
工作流没有反应
工作流停住了
工作流挂起
工作流定义错误
工作流定义有问题
工作流文件错误
工作流文件格式不对
工作流 yaml 错误
工作流加载失败
流程卡住
流程不执行
流程不动了
流程一直等待
任务卡住
任务卡住了
任务不执行
任务一直排队
任务一直 pending
执行器队列满
执行器满了
执行器不工作
执行器报错
执行器线程不够
执行一直 pending
执行卡在 pending
执行堆积
等待的执行越来越多
编排服务不执行工作流
编排不跑任务
`,
    developer: `
executor 队列满了
executor 报错
executor 不领任务
executor.workers 太小
execution 状态一直是 pending
workflow 卡住
workflow 不跑
workflow 一直 pending
workflow yaml 解析失败
提交 workflow 没有反应
工作流引擎卡住
工作流调度不动
工作流提交后不执行
执行没有被调度
执行记录停在等待中
工作流解析失败
工作流触发不了
`,
    user: `
我的工作流没有跑
我的工作流不动
我的任务没有开始
我的任务一直在等
点了运行没反应
点运行以后工作流没动静
提交的任务不开始
作业一直等待
自动化流程不跑
为什么工作流卡住
为什么任务卡住
`,
  },
  S5: {
    operator: `
步骤超时
步骤执行超时
执行失败 提示超时
失败 原因是超时
步骤超时失败
步骤一直不结束
步骤卡到超时
步骤太慢
步骤跑不完
步骤执行太久
步骤无法完成
步骤没有完成
步骤时间太短
步骤超时时间太短
某个步骤超时
一个步骤一直超时
诊断步骤超时
采集日志步骤超时
collect_logs 步骤超时
工作流步骤超时
工作流因超时失败
工作流执行超时
工作流超时
流程超时失败
执行超时
执行因为超时失败
任务超时
任务执行超时
命令超时
命令执行超时
命令执行太慢
命令太慢
命令没有返回
命令不返回结果
命令执行时间太长
agent 命令超时
下发命令超时
远程命令超时
`,
    developer: `
step 超时
step 执行超时
step timeout
step 失败 timeout
步骤 deadline exceeded
步骤超过期限
步骤达到时间上限
default_timeout 太小
max_concurrent 不够 命令排队超时
命令并发满了导致超时
执行历史里有超时
步骤状态 timeout
步骤被超时中断
步骤被取消 时间太长
等待命令结果超时
命令结果迟迟不回
长时间运行的步骤被终止
步骤运行 300 秒后失败
步骤耗时太长
`,
    user: `
我的任务超时了
我的工作流超时失败
运行到一半超时
跑到第二步就超时
有一步一直跑不完
有一步太慢失败了
步骤一直转圈最后失败
为什么步骤超时
流程跑太久被取消
`,
  },
  S6: {
    operator: `
根因分析失败
根因分析报错
根因分析异常
根因分析不可用
根因分析返回 500
根因分析出错
根因分析不工作
根因分析没有结果
根因接口报错
根因定位失败
故障分析失败
故障根因分析失败
分析失败
分析报错
分析异常
分析接口 500
分析器报错
分析器崩溃
分析器异常
推理报错
推理失败
推理异常
推理服务返回 500
推理服务报错
推理服务内部错误
推理服务分析时内存不足
模型加载失败
模型加载不了
模型文件缺失
模型文件不存在
模型文件损坏
模型丢了
模型没有下载
模型读取失败
模型不可用
模型坏了
智能分析失败
自动分析失败
`,
    developer: `
analyze/root-cause 返回 500
root-cause 接口 500
root cause 分析失败
rca 失败
rca 报错
analyzer 报错
analyzer 异常
sklearn 导入失败
scikit-learn 缺失
joblib 加载模型失败
pickle 加载失败
/app/models 是空的
模型版本不兼容
模型校验失败
模型推理失败
模型预测报错
分析时 MemoryError
分析时内存溢出
分析请求失败
`,
    user: `
根因看不到
看不到根因
点分析就报错
点根因分析出错
分析不出原因
分析页面报错
故障原因显示不出来
智能诊断报错
为什么分析失败
`,
  },
  S7: {
    operator: `
neo4j 挂了
neo4j 连不上
neo4j 连接失败
neo4j 无法连接
neo4j 没起来
neo4j 没有就绪
neo4j 未就绪
neo4j 不可用
neo4j 没有响应
neo4j 宕机
neo4j 密码错误
neo4j 认证失败
neo4j 登录失败
neo4j 拒绝连接
neo4j 启动很久
neo4j 有问题
neo4j 异常
图数据库挂了
图数据库连不上
图数据库连接失败
图数据库不可用
图数据库密码错误
图数据库认证失败
图数据库没有响应
图数据库异常
图数据库无法访问
图库连不上
图库挂了
知识图谱不可用
知识图谱挂了
知识图谱连不上
知识图谱连接失败
知识图谱查询失败
知识图谱异常
知识图谱报错
知识图谱访问不了
知识图谱打不开
7687 端口不通
`,
    developer: `
bolt 连接失败
bolt 连不上
bolt 握手失败
neo4j 驱动连接失败
neo4j 驱动报 ServiceUnavailable
neo4j AuthError
neo4j 未授权
cypher 查询失败
cypher 报错
图查询失败
图查询超时
推理服务连不上 neo4j
reasoning-service 连接 neo4j 失败
neo4j 凭据不一致
neo4j secret 过期
neo4j 会话过期
neo4j 内存溢出
neo4j 健康检查失败
图谱连接被拒绝
`,
    user: `
图谱加载不出来
图谱页面报错
图谱是空的
图谱显示不了
看不到知识图谱
知识图谱页面打不开
拓扑图加载失败 图谱
关系图不显示
为什么图谱没了
`,
  },
  D1: {
    operator: `
数据库连接数过多
数据库连接数太多
数据库连接太多
数据库连接满了
数据库连接耗尽
数据库连接用完了
数据库连接不够
数据库连接数超限
数据库连接数告警
数据库连接数达到上限
数据库会话太多
数据库拒绝新连接
数据库不接受新连接
连接数过多
连接数太高
连接数满了
连接数打满
连接数达到上限
连接数不够用
最大连接数太小
最大连接数达到了
连接池满了
连接池耗尽
连接池用尽
连接池不够
连接泄漏
连接没有释放
连接不释放
空闲事务太多
空闲会话太多
事务一直不提交占着连接
postgres 连接数过多
postgres 连接满了
postgres 连接数告警
pg 连接数过高
pg 连接用完
PostgreSQL 连接耗尽
`,
    developer: `
too many connections 数据库
too many clients already 报错
max_connections 到顶了
max_connections 太小
idle in transaction 很多
pg_stat_activity 里会话很多
pg_stat_activity 全是 idle
获取不到数据库连接
拿不到连接 连接池超时
等待连接池超时
连接池获取连接超时
max_open_conns 太大
连接池配置过大
连接槽用完
保留连接槽
事务没关导致连接占满
会话挂在事务里
数据库连接泄露
新建连接失败 连接数已满
`,
    user: `
提示连接数过多
提示数据库连接太多
登录报错 连接太多
系统说连接已满
数据库连接不上 提示太多客户端
为什么连接这么多
连接数爆了
`,
  },
  D2: {
    operator: `
数据库很慢
数据库太慢
数据库变慢
数据库响应慢
数据库性能差
数据库性能下降
数据库卡
数据库卡死
数据库卡顿
数据库查询慢
数据库查询很慢
数据库锁
数据库锁等待
数据库死锁
数据库有锁
慢查询
慢 sql
慢查询很多
慢查询告警
查询慢
查询很慢
查询太慢
查询缓慢
查询超时
查询被阻塞
查询卡住
锁等待
锁冲突
锁表
表被锁
死锁
缺索引
缺少索引
没有索引
索引缺失
表太大
postgres 慢
postgres 很慢
postgres 性能差
PostgreSQL 慢
pg 很慢
`,
    developer: `
sql 执行很慢
sql 慢
语句执行时间长
语句超时
全表扫描
全表扫描太多
没走索引 全表扫描
顺序扫描太多
pg_stat_statements 有慢语句
pg_locks 有等待
事务等锁
会话阻塞其他会话
长事务阻塞
长查询
events 表查询慢
查 agents 表很久才返回
查表要等很久
表里查数据很久
events 表太大
执行计划没走索引
查询没走索引
插入很慢
死元组太多
autovacuum 跟不上
表膨胀导致慢
deadlock 报错
`,
    user: `
查询列表很慢
搜索很慢
列表加载很慢 数据库
查数据要等很久
报表很慢
数据加载很慢
查个东西要一分钟
为什么数据库这么慢
数据库怎么这么慢
`,
  },
  D3: {
    operator: `
redis 内存满
redis 内存满了
redis 内存不足
redis 内存不够
redis 内存高
redis 内存过高
redis 内存占用高
redis 内存占用太高
redis 内存告警
redis 内存溢出
redis 内存超限
redis 内存达到上限
redis 内存用完
redis 满了
redis 爆了
redis 写不进去
redis 写入失败
redis 拒绝写入
redis 不能写
redis 淘汰策略
redis 淘汰策略不对
redis 键太多
redis 大 key
redis 碎片率高
redis 没有设置 maxmemory
redis oom
缓存满了
缓存内存不足
缓存内存满
缓存写入失败
缓存写不进去
缓存命中率低
缓存命中率下降
命中率下降
命中率很低
缓存淘汰太多
缓存空间不足
`,
    developer: `
OOM command not allowed redis
maxmemory 到了
maxmemory 太小
maxmemory-policy 是 noeviction
used_memory 超过 maxmemory
evicted_keys 一直涨
redis set 失败
redis 返回 OOM
redis 的 key 没有过期时间
redis 内存碎片
redis 键被淘汰
缓存键太多
缓存没有过期时间
缓存 key 堆满了 redis
redis 容器内存上限
redis 分配不到内存
redis 存不下了
`,
    user: `
缓存不够用了
缓存用不了 内存满
缓存保存不了
缓存爆满
提示缓存内存不足
redis 提示内存不足
redis 占太多内存
redis 为什么满了
redis 怎么满了
缓存总是丢
`,
  },
  D4: {
    operator: `
nats 消息积压
nats 消息堆积
nats 积压
nats 堆积
nats 延迟
nats 消息延迟
nats 慢消费者
nats 很慢
nats 丢消息
nats 消费慢
nats 待处理字节很高
nats 流不存在
消息积压
消息堆积
消息延迟
消息延迟高
消息越来越多
消息越积越多
消息处理慢
消息处理不过来
消息消费慢
消息丢失
消息丢了
消息队列积压
消息队列堵塞
消息队列满了
消息队列堵了
消息总线积压
消息总线堵了
消息总线很慢
消息总线延迟
慢消费者
慢消费者告警
消费者太慢
消费者跟不上
消费延迟
消费滞后
消费积压
`,
    developer: `
slow consumer 告警
jetstream 积压
jetstream 堆积
jetstream 消费延迟
jetstream 流不存在
jetstream 没有流
stream EVENTS 不存在
stream not found nats
订阅者处理不过来
订阅者太慢
nats 断开慢客户端
pending 消息一直涨
num_pending 增长
pending bytes 很高
消费者 lag 很大
消息没有 ack
消息重复投递
流存储满了
流达到上限
publish 没有响应 流不存在
`,
    user: `
消息收到很晚
消息很久才到
消息来得很慢
消息收不到 堆着
消息一直堵着
消息为什么延迟
消息发出去很久才有反应
`,
  },
  N1: {
    operator: `
服务间无法通信
服务之间无法通信
服务之间连不上
服务之间网络不通
服务互相访问不了
服务互相连不上
pod 之间不通
pod 之间连不上
pod 之间网络不通
pod 互相访问不到
容器之间不通
容器互相连不上
容器不在同一网络
容器不在一个网络里
agent-manager 访问不到 postgres
agent-manager 连不上编排服务
编排服务连不上 agent-manager
推理服务访问不到 neo4j 网络不通
采集代理连不上 agent-manager
网络不通
网络有问题
网络断了
网络故障
网络隔离
网络策略拦截
网络策略阻断
网络策略太严
NetworkPolicy 拦截流量
流量被拦截
流量被拒绝
dns 解析失败
dns 故障
dns 有问题
dns 不工作
域名解析失败
域名解析不了
域名解析不到
主机名解析失败
服务没有 endpoints
endpoints 为空
`,
    developer: `
no such host 报错
nslookup 失败
lookup 失败 dns
coredns 异常
coredns 返回 SERVFAIL
getaddrinfo 失败
服务名解析失败
服务发现失败
服务发现有问题
解析不出主机
endpoint 是空的
selector 没有匹配的 pod
egress 被拒绝
ingress 策略拒绝
docker 网络不对
docker 网络没连上
没有路由
从 pod 里 curl 服务不通
调用另一个服务不通
`,
    user: `
两个服务互相找不到
服务找不到对方
找不到主机
找不到服务器
名字解析不了
一个服务访问不到另一个
网络好像断了
内部网络不通
`,
  },
  P1: {
    operator: `
CPU 高
CPU 过高
CPU 很高
CPU 太高
CPU 使用率高
CPU 使用率过高
CPU 使用率告警
CPU 占用高
CPU 占用过高
CPU 占用率太高
CPU 打满
CPU 满了
CPU 跑满
CPU 百分百
CPU 100%
CPU 飙高
CPU 飙升
CPU 突增
CPU 告警
CPU 限流
CPU 被限流
CPU 不够用
负载高
负载很高
负载过高
系统负载高
agent-manager CPU 高
agent-manager 占用 CPU 很多
agent-manager CPU 打满
编排服务 CPU 高
推理服务 CPU 高
处理器占用高
处理器满载
goroutine 太多
goroutine 暴涨
goroutine 泄漏
协程太多
协程数量太多
协程数猛涨
协程一直涨
`,
    developer: `
go_goroutines 一直涨
goroutine 数量很高
热点函数
热点函数占 CPU
死循环占 CPU
空转占用 CPU
pprof 看到热点
cpu profile
cpu limit 太小
cfs throttling 高
cpu throttling 告警
gc 占用 CPU
垃圾回收占 CPU
计算资源占满
进程占满核心
占满一个核心
top 里 agent-manager 占 400%
cpu 饱和
cpu 使用量增长
`,
    user: `
机器很忙 CPU 满了
服务器满负荷
服务器 CPU 爆了
CPU 爆满
CPU 为什么这么高
CPU 怎么这么高
机器卡 CPU 高
处理器一直很忙
电扇狂转 CPU 高
`,
  },
  P2: {
    operator: `
内存泄漏
内存泄露
内存一直涨
内存一直增长
内存持续增长
内存持续上涨
内存不断增长
内存越来越高
内存越来越大
内存慢慢涨
内存只增不减
内存只涨不降
内存不释放
内存没有释放
内存降不下来
内存占用高
内存占用过高
内存占用越来越高
内存使用率高
内存使用率过高
内存告警
内存上涨
内存飙升
内存增长
内存快满了
agent-manager 内存泄漏
agent-manager 内存增长
agent-manager 内存高
agent-manager 内存一直涨
管理服务内存增长
编排服务内存泄漏
推理服务内存增长
进程内存增长
容器内存一直涨
跑几天就内存溢出
内存涨到被杀
`,
    developer: `
heap 一直涨
heap 增长
堆内存增长
堆内存泄漏
rss 一直涨
rss 增长
inuse_space 增长
内存分配不回收
gc 不回收内存
对象没有回收
疑似内存泄漏
怀疑内存泄漏
python 进程内存增长
process_resident_memory_bytes 一直涨
container_memory_working_set_bytes 增长
内存曲线一直向上
没有内存限制
每次请求内存都涨
goroutine 占着内存不放
内存碎片不释放
`,
    user: `
程序越来越占内存
程序吃内存
用着用着内存就满了
内存每天都涨
内存越用越多
占用内存越来越多
内存为什么一直涨
要重启内存才下来
`,
  },
  T1: {
    operator: `
数据不一致
数据不同步
数据对不上
数据不对
数据错误
数据不匹配
数据过期
数据是旧的
数据陈旧
脏数据
旧数据
缓存不一致
缓存和数据库不一致
缓存和数据库对不上
缓存是旧的
缓存过期数据
缓存没更新
缓存没有刷新
缓存里是旧数据
redis 和 postgres 不一致
redis 和数据库数据不一致
redis 跟数据库对不上
数据库之间不一致
两个库的数据不一样
两边数据对不上
图谱和数据库数量不一致
已删除的 agent 还在
删除的数据还显示
未处理的事件很多 数据
索引损坏
索引坏了
索引膨胀
需要重建索引
重建索引
数据损坏
数据库损坏
`,
    developer: `
agent 键和 agents 表不一致
agent: 键是旧的
缓存失效没有执行
缓存没有失效
缓存脏读
缓存同步失败
amcheck 报错
页损坏
invalid page 数据损坏
btree 索引损坏
索引返回错误的行
唯一索引有重复
校验和错误
数据状态不一致
存储之间不一致
行数对不上
数量不一致
计数对不上
节点数和行数不一致
数据漏了
`,
    user: `
页面显示旧数据
页面数据不对
看到的是旧的
显示的数据是错的
数字对不上
两个页面数字不一样
删掉的东西又出来了
改了还是显示旧的数据
数据没更新
为什么数据不对
数据怎么不一样
`,
  },
  K1: {
    operator: `
pod 起不来
pod 无法启动
pod 启动失败
pod 启动不了
pod 没有就绪
pod 未就绪
pod 不就绪
pod 一直 pending
pod 卡在 pending
pod 卡在 ContainerCreating
pod 卡在 init
pod 一直重启
pod 反复重启
pod 频繁重启
pod 老是重启
pod 崩溃
pod 挂了
pod 被杀
pod 被驱逐
pod 调度失败
pod 无法调度
容器起不来
容器启动失败
容器无法启动
容器一直重启
容器反复重启
容器不停重启
容器崩溃
容器退出
容器被 oom
容器 OOMKilled
镜像拉取失败
镜像拉不下来
镜像拉取不了
镜像不存在
镜像标签错误
镜像仓库拒绝
调度不了
资源不足无法调度
节点资源不够
探针失败
就绪探针失败
存活探针失败
卷挂载失败
副本不足
副本没有就绪
滚动发布卡住
部署卡住
redis 的 pod 起不来
nats pod 一直重启
推理服务的 pod 没就绪
postgres-0 没有就绪
一个 pod 都没有创建
deployment 没有创建 pod
replicaset 不创建 pod
命名空间配额用完了 pod 建不出来
配额要求写 limit
pod security 拒绝了 pod
准入 webhook 拒绝 pod
准入 webhook 挂了 pod 建不出来
pod 的 service account 不存在
init 容器一直在等
init 容器不结束
init 容器卡住
容器的命令不存在
启动命令写错了
镜像里没有这个命令
exec 探针失败
grpc 探针失败
`,
    developer: `
CrashLoopBackOff 怎么办
ImagePullBackOff 镜像
ErrImagePull 镜像拉取
CreateContainerConfigError 缺少 secret
缺少 configmap pod 起不来
缺少 secret 容器起不来
OOMKilled 容器
退出码 137
退出码 1 一直重启
init 容器失败
FailedScheduling 资源不足
FailedMount 挂载失败
pvc 一直 pending
imagePullSecrets 错误
污点不容忍 调度失败
节点选择器不匹配
配额不足
readiness probe 失败
liveness probe 失败
FailedCreate 创建 pod 失败
ReplicaFailure 副本创建失败
violates PodSecurity 被拒绝
failed calling webhook 创建失败
StartError 启动失败
Init:0/1 卡住
`,
    user: `
k8s 里服务起不来
k8s 起不来
容器老是挂
容器跑不起来
部署失败 pod 没起来
新版本的 pod 起不来
为什么 pod 一直重启
容器总是死掉
`,
  },
  M1: {
    operator: `
漂移
契约漂移
有漂移
服务之间有漂移
各服务不匹配
各服务对不上
各部分不匹配
各部分对不上
组件不匹配
组件版本不匹配
组件之间对不上
版本不匹配
版本不一致
版本不配套
版本对不上
服务版本不一致
契约不一致
契约不匹配
约定不一致
接口约定不一致
发布和订阅不匹配
发布方和订阅方对不上
主题不匹配
主题不一致
主题没人订阅
没有人订阅
没有人监听
没人读这些消息
结果没有人读
发出的结果没有人读
没人发布
双方不一致
双方配置不一致
两边配置不一样
两边配置对不上
两边端口不一致
配置互相矛盾
一边升级另一边没升级
数据库名配置错了
表不存在
`,
    developer: `
发布的主题没有订阅者
订阅的主题没有发布者
接口改名了调用方没改
接口路径不存在
接口不兼容
接口契约变了
契约检查
检查各服务契约
schema 对不上
schema 漂移
表结构和代码不一致
列不存在
升级后表结构不匹配
指标没有人导出
规则用的指标不存在
configmap 里的键没人读
没人读的配置项
协议不匹配
版本不兼容
调用方和被调方不一致
`,
    user: `
升级后各部分不配合
升级以后服务对不上
几个服务版本混了
服务之间各说各话
各部分版本乱了
升级了一半
有的服务新有的服务旧
服务互相不认识
`,
  },
  C1: {
    operator: `
配置未生效
配置不生效
配置没生效
配置没有生效
配置改了没用
配置改了不生效
配置改了没反应
配置修改无效
配置修改没有效果
配置没有应用
配置没有加载
配置没有更新
配置没有重新加载
配置被忽略
配置被覆盖
配置还是旧的
还是旧配置
旧配置还在用
新配置没起作用
新配置不起作用
修改配置没效果
修改参数没有效果
参数不生效
参数没生效
参数改了没用
参数被覆盖
设置不生效
设置没有效果
设置改了没用
configmap 改了不生效
configmap 更新了没变化
configmap 没有加载
环境变量覆盖了配置
环境变量优先
pod 比 configmap 旧
改了配置要重启吗 没生效
改完配置没有变化
secret 改了服务还用旧的
secret 改了不生效
密钥换了 pod 还在用旧值
`,
    developer: `
env 覆盖了 config.yaml
挂载的文件没有更新
pod 里的配置文件是旧的
热加载没有生效
配置热更新失败
reload 没有生效
启动参数覆盖了配置
命令行参数覆盖配置
配置优先级不对
用的是默认值
默认值覆盖了我的配置
实际配置和 configmap 不一样
event.workers 改了没效果
日志级别改了没用
超时设置不起作用
进程还在用旧值
进程没有读新配置
值没有变
subPath 挂载不更新
`,
    user: `
我改了设置没有变化
改了设置没反应
设置保存了没用
我的设置没起作用
选项改了没用
开关没有作用
为什么改了没用
改了还是老样子
改动没有生效
`,
  },
  H1: {
    operator: `
健康检查
检查所有组件
检查一下所有服务
平台状态
整体状态
系统状态
系统怎么样
平台怎么样
平台正常吗
系统正常吗
都正常吗
所有服务正常吗
是不是全挂了
全都挂了
全部挂了
所有服务都挂了
整个平台挂了
什么都不能用
什么都用不了
哪里坏了
哪里有问题
有什么问题
出什么问题了
`,
  },
  L1: {
    operator: `
收集所有日志
收集日志和配置
打包日志
打包所有日志
导出全部日志
下载所有日志
把日志都给我
把日志发给我
抓取所有日志
收集诊断信息
收集诊断包
生成诊断包
全部信息打包
给厂商收集日志
`,
  },
  L2: {
    operator: `
分析日志
看日志
看看日志
查看日志
日志里有什么
日志里有什么错误
日志有报错吗
统计日志错误
日志分析
看一下 agent-manager 的日志
查一下推理服务的日志
搜索日志
最近的日志
`,
  },
  X1: {
    operator: `
写报告
生成报告
问题报告
提交问题
提 issue
创建 issue
上报问题
报告给维护者
交给维护者
交给开发
写故障报告
提交 bug
`,
  },
  none: {
    'half a request': `
错误
报错
报错了
失败
失败了
异常
告警
问题
有个问题
帮忙
急
很慢
太慢
很高
满了
坏了
不行
不能用
连接
密码
密码错误
服务
集群
节点
接口
端口
启动
停止
重启
部署
检查
`,
    office: `
你好
大家好
早
晚上好
晚安
谢谢
多谢
辛苦了
好的
收到
明白
可以
不用了
没关系
哈哈
在吗
你是谁
你会什么
你能做什么
现在几点
今天星期几
谁值班
谁在线
谁负责这个
帮我代班
请假
我明天休息
开会了
会议几点
会议室在哪
会议取消了
改天再聊
吃饭了吗
喝咖啡吗
周末愉快
新年快乐
生日快乐
欢迎新同事
文档在哪里
文档更新了
看下文档
代码已提交
帮忙看下合并请求
请审核代码
明天发布
今天上线
需求改了
排期定了吗
写周报
周报交了吗
报销怎么弄
工资什么时候发
忘记密码了
重置密码
开通权限
申请账号
电脑很慢
电脑坏了
鼠标坏了
键盘坏了
打印不了
投影仪坏了
空调坏了
电梯坏了
网线在哪
无线网很慢
vpn 连不上
邮箱满了
邮件收不到
手机没电了
停车位满了
天气不错
下雨了
讲个笑话
写首诗
翻译一下
`,
    'other systems': `
kafka 挂了
kafka 积压
kafka 很慢
mysql 挂了
mysql 很慢
mysql 连接数过多
mysql 主从延迟
mongodb 挂了
mongo 慢
oracle 慢
sqlserver 死锁
elasticsearch 挂了
es 集群红了
kibana 打不开
grafana 打不开
grafana 没有数据
prometheus 内存溢出
jenkins 挂了
jenkins 任务卡住
gitlab 很慢
流水线失败
harbor 满了
rabbitmq 积压
rabbitmq 挂了
rocketmq 消息堆积
zookeeper 挂了
etcd 很慢
consul 挂了
nacos 连不上
ldap 登录失败
minio 满了
clickhouse 内存不足
spark 任务失败
hadoop 挂了
tomcat 启动失败
企业微信登录不了
钉钉打不开
jira 打不开
支付系统挂了
财务系统很慢
官网打不开
`,
    'things that are well': `
都正常
没问题
没有问题
没有错误
已经好了
已经恢复
恢复了
修好了
解决了
不慢了
不卡了
误报
没事了
重启后好了
redis 正常
数据库正常
pod 都在跑
agent 都注册了
`,
    'texts about programs': `
文本编辑器
图像处理工具
开发库
字体文件
小游戏
音乐播放器
科学计算软件
网络工具
压缩软件
日历程序
文档和示例
命令行工具
`,
  },
};
