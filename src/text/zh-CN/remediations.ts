import type { remediations as english } from '../en/remediations.ts';

export const remediations = {
  'remediation.redis.set-eviction-policy': '让 Redis 淘汰旧键',
  'remediation.postgres.terminate-idle-sessions': '结束泄漏的数据库会话',
  'remediation.postgres.end-blocking-session': '结束阻塞其他会话的操作',
  'remediation.postgres.create-indexes': '创建缺失的数据库索引',
  'remediation.postgres.rebuild-index': '重建数据库索引',
  'remediation.postgres.set-max-connections': '调高 max_connections（下次重启后生效）',
  'remediation.redis.set-memory-limit': '更改 Redis 的内存上限',
  'remediation.redis.delete-keys': '清空 Redis 中的一个缓存',
  'remediation.nats.create-stream': '创建保存事件的流',
  'remediation.kubernetes.restart-workload': '重启工作负载',
  'remediation.compose.restart-service': '重启服务',

  'step.redis-set-eviction-policy': '把 Redis 的淘汰策略设为 {policy}',
  'step.postgres-terminate-session': '结束会话 {target}',
  'step.postgres-cancel-statement': '取消 {target} 的语句',
  'step.postgres-create-index': '在 {table} ({column}) 上并发创建索引 {target}',
  'step.postgres-drop-index': '并发删除 {table} 的索引 {target}',
  'step.postgres-reindex': '并发重建 {target}',
  'step.postgres-set-max-connections': '写入 max_connections = {max_connections}，下次启动时生效',
  'step.redis-set-memory-limit': '把 Redis 的 maxmemory 设为 {maxmemory:bytes}',
  'step.redis-delete-keys': '在 {target} 上分批删除 {prefix}',
  'step.nats-create-stream': '创建流 {target}',
  'step.nats-delete-stream': '删除空的流 {target}',
  'step.kubernetes-rollout-restart': '逐个 Pod 重启 {target}',
  'step.compose-restart': '重启容器 {target}',

  'blast.redis-eviction':
    '达到 {maxmemory:bytes} 的内存上限后，Redis 会从 {keys} 个键中淘汰最少使用的键，而不再拒绝写入。缓存会重新填充，其他不受影响。',
  'blast.redis-eviction-undo': '内存达到上限后 Redis 会再次拒绝写入，与修复之前相同（策略 {policy}）。',
  'blast.undo': '恢复到修复之前的状态，原来的问题可能再次出现。',
  'blast.postgres-sessions':
    '{applications} 的 {sessions} 个空闲会话将结束，其未提交事务会回滚。应用会自行重新连接。',
  'blast.postgres-cancel':
    '{application}（{user}）的语句会失败，其事务会回滚。{waiting} 个等待的会话将继续执行。',
  'blast.postgres-end-blocker':
    '{application}（{user}）的会话将结束，其已打开 {openSeconds:seconds} 的事务会回滚。{waiting} 个等待的会话将继续执行。应用会自行重新连接。',
  'blast.postgres-create-indexes':
    'PostgreSQL 会读取 {database} 中最多 {rows} 行的表，期间负载升高。读写不受阻，之后每次写入的开销略增。',
  'blast.postgres-drop-indexes': '删除本次修复创建的 {indexes} 个索引，用到它们的语句会再次变慢。',
  'blast.postgres-reindex':
    'PostgreSQL 会读取 {table}，最多写入 {bytes:bytes}。读写不受阻，新索引有效之前仍使用旧索引。',
  'blast.postgres-max-connections':
    '现在没有变化：PostgreSQL 重启之前上限仍为 {now}，之后为 {value}。重启不包含在本次修复中。',
  'blast.postgres-max-connections-undo': '下次重启后 PostgreSQL 的连接上限恢复为 {value}，与修复之前相同。',
  'blast.redis-memory-limit':
    'Redis 最多可用 {bytes:bytes}（现用 {used:bytes}，策略 {policy}）。不触及任何键，Redis 重启后失效。',
  'blast.redis-memory-limit-undo':
    'Redis 的上限恢复为 {bytes:bytes}（策略 {policy}），与修复之前相同。若现用更多，会立即淘汰键或拒绝写入。',
  'blast.redis-delete-keys':
    '删除 {keys} 个 {prefix} 键，约 {bytes:bytes}，例如 {sample}。缓存重新填充之前，服务会直接读数据库。',
  'blast.nats-create-stream':
    'NATS 会把发往 {subject} 的消息在磁盘上的流 {stream} 中保存 {hours} 小时。客户端照常运行。',
  'blast.nats-delete-stream': '如果流 {stream} 没有消息也没有消费者，则将其删除。',
  'blast.kubernetes-restart':
    '逐个替换 {pods} 个 Pod（当前就绪 {ready} 个，策略 {strategy}）。只有一个 Pod 的工作负载在此期间不可用。',
  'blast.compose-restart':
    '逐个重启 {service} 的 {containers} 个容器（当前运行 {running} 个）。只有一个容器时服务会中断数秒。',

  'raised.unknown-part': '风险 3：看不出 `{workload}` 是平台的哪个部分，它可能存有数据。',
  'raised.no-majority': '风险 3：{part} 有 {size} 个成员，其中一个重启期间其余的不足多数。',
  'raised.primary': '风险 3：有 {copies} 个副本跟随该 {part}，其中之一可能接管。',
  'raised.keeps-nothing': '风险 3：该 {part} 不写磁盘，重启后为空。',
  'raised.budget': '风险 3：中断预算 {budget} 不允许任何 Pod 缺席。',
  'raised.peers-unknown': '风险 3：无法得知是否有其他成员依赖该 {part}。',

  'offer.refused.no-action': '没有该名称的修复。',
  'offer.refused.bad-params': '以下参数缺失或有误：{fields}。',
  'offer.refused.not-configured': '此环境没有配置 {missing}。',
  'offer.refused.plan-with-secret': '计划里含有密钥，而计划会被存储和展示。',
  'offer.refused.self-target': '它会作用于本机器人自身所依赖的组件（{identity}）。',
  'offer.refused.self-target-unknown': '无法排除本机器人自身依赖于它：它没有显示任何可供比对的身份。',
  'offer.refused.not-that-part': '`{workload}` 是 {seen}，不是 {part}。',
  'offer.refused.missing-right': '执行进程缺少权限：在 {namespace} 中 {verb} {resource}。',
  'offer.refused.missing-right.switch':
    '执行进程缺少权限：在 {namespace} 中 {verb} {resource}。Helm chart 的 {allowedBy} 可授予。',
  'offer.refused.cannot-look': '无法充分查看目标，因此不能制定方案。',
  'offer.refused.nothing-to-do': '无需更改：已是应有的状态。',
  'offer.refused.redis-cluster': '该 Redis 是有 {nodes} 个主节点的集群：请手动更改每个主节点。',
  'offer.refused.not-master': '该 Redis 是副本，必须更改其主节点。',
  'offer.refused.no-target': '没有找到可操作的对象。',
  'offer.refused.not-a-client': '进程 {pid} 不是平台数据库中的客户端（{what}），需由人处理。',
  'offer.refused.nothing-to-cancel': '会话 {pid} 当前没有执行语句（{state}）：只能结束它。',
  'offer.refused.partitioned-table': '{table} 是分区表：需逐个分区创建索引。',
  'offer.refused.table-too-large':
    '{table} 有 {bytes:bytes}；超过 {most:bytes} 时，建索引的时间会超出单步时限。',
  'offer.refused.index-name-taken': '已有另一个名为 {index} 的索引，或 {index} 正在创建。',
  'offer.refused.index-not-rebuilt': '{index} 无法并发重建。',
  'offer.refused.set-on-command-line': '{name} 写在 PostgreSQL 的命令行上，命令行优先。',
  'offer.refused.copies-follow': '该 PostgreSQL 有副本跟随（{copies}），或它本身是副本。请先调高副本的上限。',
  'offer.refused.too-little-memory': '{bytes:bytes} 超出其容器或机器的余量（{room:bytes}）：请先调高后者。',
  'offer.refused.below-what-is-used': '{bytes:bytes} 少于 Redis 的现用内存（{used:bytes}）。',
  'offer.refused.not-a-cache': '{prefix} 不是平台的缓存，不能从这里删除。',
  'offer.refused.too-many-keys': '该 Redis 有 {keys} 个键；一次最多遍历 {most} 个。',
  'offer.refused.jetstream-disabled': '该 NATS 未启用 JetStream。',
  'offer.refused.nats-cluster': '该 NATS 是集群：流的副本数需由人决定。',
  'offer.refused.stream-in-the-way': '流 {stream} 已占用该名称，或已包含 {subject} 的一部分。',
  'offer.refused.ambiguous-target': '有多个对象符合，必须明确指定：{workloads}。',
  'offer.refused.too-many-targets': '它会涉及 {found} 个对象；最多允许 {most} 个。',
  'offer.refused.too-many-objects': '它一次涉及的对象过多。',
  'offer.refused.limit-reached': '一小时内对同一目标尝试同一修复的次数过多。',
  'offer.refused.circuit-open': '该修复最近执行过而问题又出现：请先查找原因。',
  'offer.refused.target-busy': '同一目标的另一个修复正在进行（{other}）。',
  'offer.refused.target-unknown':
    '同一目标上的 `{other}` 结果未知。请先检查，再输入 `/aetherius resolve {other} worked|failed <原因>`。',
  'offer.refused.no-approver': '策略没有指定任何可以批准它的人。',
  'offer.refused.kill-switch': '修复功能已被关闭：{why}',
  'offer.refused.record-held': '该数据库比其记录更旧，因此不提供修复。详见 `/aetherius fixes`。',
  'offer.refused.frozen': '当前处于冻结时段，不允许执行。',
  'offer.refused.outside-hours': '只允许在策略规定的时段内执行。',
  'offer.refused.several-members': '{service} 有 {found} 个共同保存数据的容器，请人工逐个重启。',
  'offer.refused.no-majority':
    '{part} 的 {size} 个成员中只有 {well} 个正常，重启会再少一个，而至少须保留 {majority} 个。',
  'offer.refused.no-leader': '{part} 的 {size} 个成员目前没有领导者，重启也不会产生。',
  'offer.refused.copy-behind': '{part} 有 {behind} 个副本未同步，此时重启主节点可能丢失数据。',
  'offer.refused.copies-would-empty': '该 {part} 不写磁盘，重启后为空，它的 {copies} 个副本也会随之清空。',
  'offer.refused.member-away': '{part} 的 {pods} 个 Pod 中只有 {ready} 个就绪，重启会再少一个。',
  'offer.refused.all-at-once': '该工作负载会同时停止 {part} 的全部 {pods} 个 Pod。',
  'offer.refused.budget-exhausted': '健康的 Pod 少于中断预算 {budget} 的要求。',
  'offer.refused.rollout-paused': '{workload} 的发布已暂停，重启不会生效。',
  'offer.refused.on-delete-strategy': '{workload} 只在 Pod 被删除时才替换它们，重启不会生效。',
} as const satisfies Readonly<Record<keyof typeof english, string>>;
