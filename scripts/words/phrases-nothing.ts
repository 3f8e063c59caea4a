import type { Phrases } from './phrases.ts';

/** What asks for nothing here, though it has words of the symptoms: other matters, what is well, what is over. A line is a phrase. */
export const englishNothing: Phrases = {
  none: {
    'other products': `
mysql replica is behind
mysql takes no connections
mariadb runs out of connections
mongodb elections all the time
mongo cursor timeout
elasticsearch shards unassigned
opensearch cluster is yellow
kafka rebalances constantly
kafka topic is missing
rabbitmq channel closed
pulsar bookie is down
zookeeper session expired
etcd database space exceeded
grafana panel is empty
loki drops lines
prometheus rule evaluation is slow
thanos query fails
jenkins agent lost its connection
gitlab runner has no memory
github is down
docker hub answers 429
artifactory is out of disk
sonarqube does not start
keycloak token expired
vault token is invalid
okta sends no code
snowflake query is queued
redshift cluster is paused
dynamodb write capacity is used up
memcached connection reset
tomcat heap is full
nginx of the web shop gives 502
apache does not restart
wordpress plugin is broken
drupal site is slow
shopify checkout fails
stripe webhook is late
paypal is down
sap transaction dumps
oracle tablespace is full
oracle session is blocked
sql server log is full
db2 lock timeout
teradata spool space exhausted
salesforce sync is stuck
hubspot import failed
zendesk tickets do not arrive
teams call drops
webex has an outage
outlook search is slow
exchange mailbox is full
sharepoint page does not load
onedrive does not sync
dropbox is out of space
vpn disconnects every hour
citrix session freezes
windows does not boot
macbook is overheating
iphone does not charge
firefox uses too much memory
intellij is slow
vs code extension crashes
npm registry times out
webpack runs out of memory
android emulator does not start
airflow scheduler is dead
spark executor lost
hadoop data node is down
ceph is degraded
netapp filer is slow
vmware host is overloaded
cisco router restarted
fortinet firewall blocks my game
`,
    well: `
everything went fine
redis memory is normal
redis has enough memory
no evictions in redis
no lag on the consumers
postgres answers quickly
queries are fast again
connections are well below the limit
the graph is back
neo4j came back after the restart, all good
agents are all connected
all clusters have registered
workflows run as they should
the workflow finished
all steps passed
root cause analysis works
the analysis was helpful
dns is working
network is fine
pods are green
no restarts since yesterday
the rollout is through
the config is applied
data matches
the cache is consistent again
memory is flat
events arrive in time
no events lost
agent-manager starts quickly now
the manager is up
services are reachable
no complaints from users
the page loads
the problem went away
it was a false alarm
turned out to be nothing
all tests are green
it is stable
fixed by a restart
thanks, it works
solved, you can close it
great, that helped
no action needed
nothing to do
the alert has cleared
alert resolved itself
`,
    'not so, or over': `
redis is not the problem
it is not the database
this is not about nats
the network is not to blame
we do not have a memory leak
no timeouts any more
not an outage
the pod does not restart any longer
workflows are not stuck
agents are not missing
postgres was slow in March, that is solved
last year we had a memory leak
two weeks ago dns failed, this is fixed
the queue was full last night and has been emptied
the old cluster had too many connections, we deleted it
the incident of last Friday is closed
there was a backlog in the morning, it is gone
the pod crashed once last month
it used to be slow
we had this problem before the migration
`,
    'how to and what is': `
how do I create a workflow
how do I write a step
how do I install collect-agent
how do I add a user
how do I connect a cluster
how can I see the list of symptoms
how can I learn cypher
how do I get access to postgres
which port does redis use
which version of nats do we use
what does D3 mean
what is jetstream good for
what is a slow consumer
what is a sequential scan
what is maxmemory
what does idle in transaction mean
what does CrashLoopBackOff mean
what is the difference between liveness and readiness
what is a root cause
where are the docs of the api
where can I read about workflows
where is the configmap defined
who maintains the orchestrator
who is responsible for redis
who can approve a fix
when was agent-manager released
when do we upgrade postgres
how much memory does redis have
how many workflows ran today
how large is the events table
is there a training on kubernetes
is there a guide for new agents
can I rename a workflow
can I try this on staging
can this bot speak English
do we have a test environment
does anybody know cypher
does somebody have experience with jetstream
should we use redis or memcached
why did we choose nats
why do we use neo4j
`,
    wishes: `
it would be nice to have a dark mode
please add a search to the console
I wish the page had a filter
could we have an export to excel
feature request: sort the list
we should write more tests
let us upgrade redis next sprint
we plan a second nats cluster
we want to move the database to another region
we think about replacing neo4j
idea: show the owner of a workflow
proposal for a new event format
let us rename the orchestrator
add me to the alert channel
add a column for the cluster please
please increase the font size
can we have a button for that
can you remind me at five
please subscribe me to the report
remove my account
`,
    'at work': `
merge request for the orchestrator is open
I merged the fix for redis
the pull request about the event queue is ready
code review of the executor
refactoring of the analyzer
unit tests for the reasoning service
documentation of collect-agent is updated
release notes of agent-manager 2.4
postgres backup finished
backup of neo4j is done
scheduled maintenance of nats on Sunday
we will restart redis tonight
I am going to scale the orchestrator
redis was upgraded to 7
the new node was added to the cluster
change request for the database was approved
the capacity plan for postgres is attached
load test is on Thursday
the demo of the knowledge graph went well
kick-off for the event pipeline project
retro of the workflow team
ticket for the new dashboard
estimate for the migration
the budget for the cluster
cost report of the cluster
new hire for the database team
interview with a candidate for the network team
the agent team is at lunch
the manager of our team is on holiday
my manager is not in today
the manager asks for numbers
our manager does not answer mails
the agents of the call centre are busy
our sales agents are late
a service contract
the service desk is closed
the message was for Anna
I sent you a message
did you read my message
please forward the message
the meeting runs into a timeout
we run out of time
I am stuck in traffic
I am stuck in a meeting
I am blocked by my review
my calendar is full
my queue of reviews is long
high workload this week
we are short of people
the deadline is near
the pipeline of candidates is empty
network of partners
networking event at six
`,
    ids: `
P1 parking pass
P2 is the second parking level
P1 meeting moved
P2 priority customer wrote
D1 visa
D2 form is signed
D3 is a chart library
S1 line to the airport
S4 train is late
S5 is the new phone
S7 express
T1 is terminal one
T1 line is broken, they say
K1 visa for my fiancee
K1 concert tickets
M1 mac mini
M1 motorway is blocked
N1 bus
N1 level of Japanese
H1 headline of the page
H1 results of the company
H2 heading is too big
H2 of the year was slow
C1 English certificate
C1 licence for the truck
D4 size of the sheet
S3 bucket policy
S3 costs are high
L2 cache of the processor
L1 visa
X1 carbon laptop
X1 yoga does not charge
room D2 is taken
row S5 seat 12
gate N1 is closed
building H2, second floor
`,
    'law and money': `
the court rejected the appeal
the lawsuit is pending
the contract was not signed
a clause is missing in the contract
the judge is late
the deadline for the objection expired
the patent was refused
the tax office does not answer
the tenant does not pay
my insurance was cancelled
the claim was denied
the loan was rejected
the bank is slow
the account is blocked
the card limit is reached
credit limit exceeded
shares fall
inflation is too high
prices are up
the invoice is overdue
the payment failed
the refund is late
the customs hold the parcel
money transfer is stuck
`,
    kitchen: `
the dough does not rise
the soup is too hot
the oven does not heat
the pan is dirty
the cake is burnt
the sauce is too thin
the rice sticks
the pot boils over
the knife is blunt
the dish washer leaks
the freezer is full
fridge is full
out of milk
we ran out of sugar
recipe with too many steps
skip this step of the recipe
cook the pasta for ten minutes
cache of nuts
the coffee is cold
the kettle is broken
dinner is late
the restaurant is full
lunch queue is too long
`,
    sport: `
our team lost
the striker is injured
the match was cancelled
the game went into overtime
the goalkeeper is slow
the runner fell behind
the runner gave up
he failed the drug test
training was too hard
the coach resigned
the stadium is full
tickets are sold out
the race starts late
the pool is too cold
the bike chain is broken
my knee hurts
the lift of the ski area is down
the slope is closed
the league is delayed
the referee was blind
the ball is flat
`,
    shopping: `
the shop is closed
the shoes are too small
the parcel did not arrive
delivery is late again
the courier cannot find my address
the jacket is out of stock
wrong size was delivered
the order was cancelled
my order is pending
the checkout queue is endless
the store rejects my voucher
the sale is over
the battery of my watch is empty
the sofa is too big
the lamp is defective
the warranty expired
the seller does not respond
the product is not available
I cannot find my receipt
the bag is broken
`,
    'home and health': `
the baby does not sleep
the dog does not eat
the cat is missing
the child has a fever
my head hurts
my heart rate is high
his temperature rises
she lost her memory
grandmother's memory gets worse
the doctor is not available
the appointment was cancelled
the waiting room is full
the pharmacy is closed
the roof leaks
the toilet is blocked
the drain is blocked
the heating is down
the light does not go on
the window does not close
the garage door is stuck
the alarm clock did not ring
the neighbours are loud
the garden is too dry
the river is high
the tank is full
the power is out in our street
the water is off
the house is on fire
`,
    travel: `
the flight is delayed by two hours
the plane did not take off
my luggage is lost
the train did not come
the bus does not stop here
the station is closed
the ferry is full
the hotel lost my reservation
my passport expired
the visa was refused
the road is blocked
the bridge is closed
the car broke down
the engine does not start
the tyre is flat
the taxi is late
no seat left on the train
the connection in Frankfurt was missed
the port is closed because of a storm
the tunnel is jammed
`,
    'school and arts': `
the lecture is full
the exam was too hard
I failed the exam
the thesis is late
the teacher is sick
the library is closed
the novel is too long
the film is boring
the actor forgot his lines
the orchestra was out of tune
the orchestrator of the musical
the conductor left the orchestra
the choir is too loud
the concert was cancelled
the painting was stolen
the museum is closed
the play was a failure
the chapter has an error
the index of the atlas
the graph in the article is misleading
the model of the city is broken
the statue fell over
`,
    'half a thought': `
and then
as I said
could be
hm
I see
interesting
let me check
just a second
one moment
on it
looking
looking into it
will do
done
me too
same here
no idea
not sure
who knows
whatever
what do you mean
see above
see thread
see the link
as discussed
ping
pong
test
testing one two three
bump
any news
any update
what about this
how come
really
never heard of it
sounds good
makes sense
agreed
I disagree
perfect
brilliant
oh no
sorry
sorry, wrong channel
wrong window
ignore that
please ignore
`,
  },
};

export const chineseNothing: Phrases = {
  none: {
    'other products': `
mysql 从库落后
mysql 连不进去
mariadb 连接用完了
mongodb 一直选主
mongo 游标超时
elasticsearch 分片未分配
opensearch 集群变黄
kafka 一直重平衡
kafka 主题不存在
rabbitmq 通道关闭
rocketmq broker 挂了
pulsar 挂了
zookeeper 会话过期
etcd 空间不足
grafana 面板是空的
loki 丢日志
jenkins 节点失联
gitlab runner 没内存
github 打不开
docker hub 限流
nexus 磁盘满
sonarqube 起不来
keycloak token 过期
vault 令牌无效
nacos 配置没生效
apollo 配置中心挂了
dubbo 调用超时
memcached 连接断开
tomcat 堆满了
官网 nginx 502
wordpress 很慢
微信登录不了
微信支付失败
支付宝回调延迟
sap 报错
oracle 会话阻塞
sql server 日志满了
达梦数据库连不上
金蝶系统很卡
用友登录失败
飞书收不到通知
飞书文档打不开
腾讯会议卡顿
企业邮箱满了
邮件发不出去
网盘同步失败
vpn 每小时断一次
windows 蓝屏
苹果手机充不了电
浏览器占内存太多
idea 很卡
npm 源超时
安卓模拟器启动不了
airflow 调度挂了
spark 执行器丢失
hadoop 数据节点挂了
ceph 降级
虚拟机太慢
路由器重启了
交换机端口坏了
`,
    well: `
一切顺利
redis 内存正常
redis 内存够用
redis 没有淘汰
消费者没有延迟
nats 没有积压
postgres 响应很快
查询又快了
连接数离上限还远
图谱回来了
neo4j 重启后好了
agent 都连上了
集群都注册好了
工作流正常运行
工作流跑完了
步骤全部通过
根因分析可以用了
分析结果很有用
dns 好了
网络没问题
pod 全绿
昨天起没有重启
发布完成
配置已生效
数据一致
缓存又一致了
CPU 恢复正常
内存很平稳
事件很及时
没有丢事件
agent-manager 启动很快
管理服务起来了
服务都能访问
用户没有投诉
页面能打开
问题消失了
原来是误报
测试全过了
已经稳定
重启之后没事了
谢谢，可以了
解决了，关单吧
不用处理
告警已消除
告警自己恢复了
`,
    'not so, or over': `
不是 redis 的问题
不是数据库的问题
和 nats 没关系
不怪网络
没有内存泄漏
不再超时了
不是故障
pod 不再重启
工作流没有卡住
agent 没有丢
三月份 postgres 慢过，已经解决
去年有过内存泄漏
两周前 dns 坏过，修好了
昨晚队列满了，现在清掉了
旧集群连接太多，已经下线
上周五的故障关闭了
早上有积压，没了
pod 上个月崩过一次
以前很慢
迁移之前有这个问题
`,
    'how to and what is': `
怎么创建工作流
怎么写步骤
怎么安装 collect-agent
怎么加用户
怎么接入集群
怎么看症状列表
怎么学 cypher
怎么申请 postgres 权限
redis 用哪个端口
nats 用的什么版本
D3 是什么意思
jetstream 有什么用
什么是慢消费者
什么是全表扫描
maxmemory 是什么
CrashLoopBackOff 是什么意思
存活探针和就绪探针有什么区别
根因是什么意思
接口文档在哪里看
工作流的资料在哪
configmap 在哪定义的
编排服务谁维护
redis 谁负责
谁可以审批修复
agent-manager 什么时候发布的
什么时候升级 postgres
redis 有多大内存
今天跑了多少工作流
events 表有多大
有 kubernetes 的培训吗
有新人指南吗
工作流可以改名吗
可以在预发试吗
机器人会英文吗
有测试环境吗
有人会 cypher 吗
谁用过 jetstream
用 redis 还是 memcached
当初为什么选 nats
`,
    wishes: `
希望有深色模式
控制台加个搜索吧
页面要是能筛选就好了
能不能导出 excel
需求：列表排序
多写点测试
下个迭代升级 redis
计划再建一个 nats 集群
想把数据库迁到另一个机房
考虑替换 neo4j
建议显示工作流负责人
新的事件格式提案
给编排服务改个名字
把我加到告警群
列表加一列集群
字体调大一点
能加个按钮吗
五点提醒我
订阅报告
注销我的账号
`,
    'at work': `
编排服务的合并请求提了
redis 的修复已合并
事件队列的 pr 可以看了
执行器代码评审
analyzer 重构
推理服务的单元测试
采集代理文档更新了
agent-manager 2.4 发布说明
postgres 备份完成
neo4j 备份好了
周日维护 nats
今晚重启 redis
我准备扩容编排服务
redis 升级到 7 了
集群加了新节点
数据库变更已批准
postgres 容量规划见附件
周四压测
知识图谱演示很成功
事件管道项目启动会
工作流团队复盘
新看板的工单
迁移工作量评估
集群预算
集群费用报表
数据库组来了新人
网络组面试
经理今天不在
经理要数字
经理不回邮件
客服代理都在忙
销售代理迟到了
服务合同
服务台关了
这条消息给小王的
给你发了消息
看到我的消息了吗
消息转发一下
会议超时了
时间不够用
堵在路上
卡在会上了
我的日程满了
待审的排队很长
这周工作量很大
人手不足
快到截止日期了
简历库是空的
合作伙伴网络
六点的社交活动
`,
    ids: `
P1 停车证
P2 是地下二层
P1 会改期
D1 签证
D2 表签好了
S1 机场线
S4 高铁晚点
S7 手机
T1 航站楼
K1 签证
K1 次列车
M1 芯片
M1 路公交
N1 日语
H1 财报
H2 标题太大
C1 驾照
C1 英语
D4 纸张
S3 桶策略
S3 费用很高
L2 缓存是什么
X1 笔记本
D2 会议室有人
S5 排 12 座
N1 登机口关了
`,
    'law and money': `
法院驳回上诉
案子还在审
合同没签
合同少了一条
法官迟到
异议期限过了
专利被驳回
税务局没回复
租客不交租
保险取消了
理赔被拒
贷款没批
银行很慢
账户被冻结
信用卡额度满了
股票跌了
物价太高
发票逾期
付款失败
退款没到
海关扣了包裹
转账卡住了
`,
    kitchen: `
面团发不起来
汤太烫
烤箱不热
蛋糕烤糊了
酱太稀
米饭粘锅
锅溢出来了
刀太钝
洗碗机漏水
冰柜满了
冰箱满了
牛奶没了
糖用完了
菜谱步骤太多
这一步可以省
面煮十分钟
咖啡凉了
水壶坏了
晚饭晚了
餐馆满了
午饭排队太长
`,
    sport: `
我们队输了
前锋受伤
比赛取消
比赛进加时
守门员反应慢
跑到一半放弃了
训练太累
教练辞职
球场满了
门票卖完了
比赛推迟开始
泳池太冷
车链断了
膝盖疼
雪场缆车停了
联赛延期
裁判误判
球没气了
`,
    shopping: `
店关门了
鞋太小
包裹没到
配送又晚了
快递员找不到地址
外套缺货
尺码发错
订单取消了
订单待处理
结账排队太长
优惠券用不了
打折结束
手表没电
沙发太大
台灯坏了
保修过期
卖家不回复
商品下架
找不到小票
包坏了
`,
    'home and health': `
宝宝不睡觉
狗不吃东西
猫不见了
孩子发烧
头疼
心率高
体温升高
奶奶记性变差
医生不在
预约取消
候诊室满了
药店关门
屋顶漏雨
马桶堵了
下水道堵了
暖气停了
灯不亮
窗关不上
车库门卡住
闹钟没响
邻居太吵
花园太干
河水上涨
水箱满了
我们小区停电
停水了
`,
    travel: `
航班延误两小时
飞机没起飞
行李丢了
火车没来
公交不停
车站关闭
轮渡满了
酒店没有我的预订
护照过期
签证被拒
路被堵了
桥封了
车抛锚
发动机打不着
爆胎了
出租车迟到
火车没座了
没赶上转机
台风港口关闭
隧道堵车
`,
    'school and arts': `
课满了
考试太难
考试没过
论文晚交
老师病了
图书馆关门
小说太长
电影无聊
演员忘词
乐队跑调
编排舞蹈
舞蹈编排很好
指挥离开了乐团
合唱太吵
演唱会取消
画被偷了
博物馆闭馆
话剧失败
这一章有错字
文章里的图有误导
城市模型坏了
`,
    'half a thought': `
然后呢
如上
可能吧
嗯
有意思
我看看
等一下
稍等
在看了
马上
搞定
我也是
一样
不知道
不确定
谁知道
随便
什么意思
看上面
看帖子
看链接
如讨论
测试
测试一下
顶
有进展吗
有消息吗
这个呢
真的吗
没听过
听起来不错
有道理
同意
不同意
完美
糟糕
抱歉
发错群了
发错了
忽略
请忽略
`,
  },
};
