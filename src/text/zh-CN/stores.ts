import type { stores as en } from '../en/stores.ts';

export const stores = {
  'finding.PG_SESSIONS_LEAKED':
    'PostgreSQL 的 {used} 个会话中有 {leaked} 个停在事务中空闲（上限 {max}；最多的是 {application}）。',
  'finding.PG_POOLS_TOO_LARGE':
    '仅 {application} 就占用 {max} 个 PostgreSQL 连接中的 {applicationSessions} 个，其中 {applicationIdle} 个空闲。',
  'finding.PG_CONNECTIONS_BUSY':
    'PostgreSQL 的 {max} 个连接中已占用 {used} 个，且大多在工作：{application} 的 {applicationSessions} 个中有 {applicationBusy} 个忙。',
  'finding.PG_CONNECTIONS_PASSING':
    '{application} 的 {sessions} 个 PostgreSQL 连接中有 {young} 个存在不到 {seconds} 秒，片刻后仍是如此：它每次使用都新建连接，没有连接池。',
  'finding.PG_CONNECTIONS_UNPLACED':
    '{application} 独占 PostgreSQL {max} 个连接中的 {applicationSessions} 个（{database}），其中 {applicationIdle} 个空闲；没有看到它是平台的组件。',
  'finding.PG_LIMIT_TOO_LOW':
    'PostgreSQL 只允许 {max} 个连接，已用 {used} 个（最多的是 {application}，{applicationSessions} 个）。',
  'finding.PG_CONNECTIONS_ELSEWHERE':
    'PostgreSQL 的连接（{max} 个中已用 {used} 个）主要被平台以外占用：{application} 在数据库 {database} 中有 {applicationSessions} 个，该库不属于平台。',
  'finding.PG_SLOW_STATEMENTS': '{subject} 中有 {slow} 条慢语句：最慢的平均 {meanMs} 毫秒，共 {calls} 次。',
  'finding.PG_INDEX_MISSING': '{table}.{column} 没有索引（{database} 中 {rows} 行，{mib} MiB）。',
  'finding.PG_INDEX_MISSING.impact': '按该列查询都要读整张表。',
  'finding.PG_OLD_ROWS': '{table} 中有 {rows} 行早于 {days} 天，已不再需要。',
  'finding.PG_LOCK_BLOCKS':
    '{application}（pid {pid}，{state}，已打开 {openSeconds} 秒）阻塞了 {waiting} 个会话，最久 {longestSeconds} 秒。',
  'finding.PG_LOCK_BLOCKS.impact': '需要同样行或表的操作都在等待。',
  'finding.REDIS_USELESS_KEYS':
    '约 {uselessKeys} 个 {prefix} 键永不过期，占用 {uselessBytes:bytes}（内存的 {percent} %；最大：{largest}）。',
  'finding.NATS_SLOW_CONSUMER':
    '有 {pendingBytes:bytes} 在等消费者 {subject}：每秒进入 {inPerSecond} 条消息。',
  'finding.NATS_SLOW_CONSUMER.impact': '它的消息会延迟；NATS 会断开它并丢弃消息。',
  'finding.NATS_CONSUMER_LAGS':
    '有 {pending} 条消息在等待消费者 {subject}：它每秒取走 {takenPerSecond} 条，积压每秒增加 {growthPerSecond} 条。',
  'finding.NATS_CONSUMER_LAGS.impact': '它的消息会越来越迟；达到上限时流会丢弃最旧的消息。',
  'finding.NATS_CONSUMERS_DROPPED':
    '查看期间 NATS 放弃了 {dropped} 个慢消费者（累计 {slowConsumersTotal}），最近一个是 {consumer}。',
  'finding.NATS_SLOW_CONSUMER_ELSEWHERE':
    'NATS 的慢消费者 {subject} 没有订阅平台的任何主题：它属于另一个应用。',
  'finding.NATS_CONSUMER_GONE':
    '{secondsAgo} 秒前 NATS 因为太慢断开了消费者 {consumer}，它至今没有重新连接。',
  'finding.NATS_CONSUMER_GONE.impact': '它收不到任何消息；没有流保存的消息对它来说就丢失了。',
  'finding.NATS_NO_STREAM': '没有 JetStream 流保存 {subject}（现有流：{streams}）。',
  'finding.EVENTS_UNHEARD':
    '{seconds} 秒内 {subject} 上的 {messages} 条消息中有 {unheard} 条没有任何一方监听，例如 {example}。',
  'finding.EVENTS_UNHEARD.impact': '没有流保存，这些消息就丢失了。',
  'finding.SUBJECTS_PASS_BY':
    '{publisher} 发布到 "{published}"，没有客户端监听它；{listener} 监听 "{listened}"，{seconds} 秒内什么也没收到。',
  'finding.SUBJECTS_PASS_BY.impact': '发到那里的内容永远送不到。',
  'finding.SUBJECT_UNHEARD':
    '{publisher} 发布到 "{published}"，没有客户端监听它（{seconds} 秒内 {messages} 条消息）。',
  'finding.SUBJECT_UNHEARD.impact': '发到那里的内容会丢失。',
  'finding.NATS_JETSTREAM_DISABLED': 'JetStream 未启用，{subject} 没有保存。',
  'finding.POLICY_BLOCKS':
    'NetworkPolicy {policy} 拦截了 {from:part} → {to:part} 的 {port} 端口（{direction}）。',
  'finding.POLICY_BLOCKS.impact': '两端都正常，但它们之间的请求会超时。',
  'finding.POLICY_BLOCKS_DNS':
    'NetworkPolicy {policy} 不允许 {from:part} 访问域名服务器：没有任何出站规则放行命名空间之外的 53 端口。',
  'finding.POLICY_BLOCKS_DNS.impact': '它无法按名称找到其他组件。',
  'finding.POLICY_NOT_ENFORCED':
    'NetworkPolicy {policy} 禁止端口 {port} 上的一个连接，但这个连接是通的：集群网络没有执行该策略（或尚未生效）。',
  'finding.POLICY_ISOLATES':
    'NetworkPolicy {policy} 不放行任何来源访问 Service {service} 的 {port} 端口，而它的 Pod 已就绪。',
  'finding.POLICY_ISOLATES.impact': '发往它的请求都会超时。',
  'finding.DNS_NOT_RUNNING': '集群 DNS 没有就绪的 Pod（{ready}/{pods}）。',
  'finding.POD_PROBE_FAILS':
    '{subject} 的 {probe} 探针失败：{message}（{pods} 个 Pod，共重启 {restarts} 次）。',
  'finding.POD_PROBE_UNANSWERED':
    '{subject} 的 {probe} 探针失败：{message}（{pods} 个 Pod，共重启 {restarts} 次）。要么程序卡住，要么探针设置有误；可用 {part} 的诊断 H2 判断。',
  'finding.POD_SAYS_NOT_READY':
    '{subject} 的程序在运行，但就绪探针失败（{pods} 个 Pod）：{message}。要么它在等待其他组件，要么探针问错了地方；可用 {part} 的诊断 H2 判断。',
  'finding.NAME_LOOKUP_FAILS': '{part} 无法解析 {name}：{error}',
  'finding.CONNECTION_REFUSED': '从 {from:part} 到 {to:part} 的请求被拒绝：{error}',
  'finding.CONNECTION_FAILS': '从 {from:part} 到 {to:part} 的请求没有到达：{error}',
  'finding.CONNECTION_NAME_UNKNOWN': '{from:part} 不认识名称 {to:part}：{error}',
  'finding.CONTAINER_OFF_NETWORK':
    '{container} 不在其他 {members} 个容器所在的网络 {network}（自己的网络：{own}）。',
} as const satisfies Record<keyof typeof en, string>;
