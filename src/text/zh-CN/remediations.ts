import type { remediations as english } from '../en/remediations.ts';

export const remediations = {
  'remediation.redis.set-eviction-policy': '让 Redis 淘汰旧键',
  'remediation.postgres.terminate-idle-sessions': '结束泄漏的数据库会话',
  'remediation.postgres.end-blocking-session': '结束阻塞其他会话的操作',
  'remediation.postgres.create-indexes': '创建缺失的数据库索引',
  'remediation.postgres.rebuild-index': '重建数据库索引',
  'remediation.postgres.set-max-connections': '调高 max_connections（下次重启后生效）',
  'remediation.postgres.archive-old-rows': '把旧数据移入归档表',
  'remediation.postgres.delete-old-rows': '删除旧事件',
  'remediation.redis.set-memory-limit': '更改 Redis 的内存上限',
  'remediation.redis.delete-keys': '清空 Redis 中的一个缓存',
  'remediation.nats.create-stream': '创建保存事件的流',
  'remediation.kubernetes.restart-workload': '重启工作负载',
  'remediation.kubernetes.start-workload': '启动已缩容到零的工作负载',
  'remediation.kubernetes.rollback-workload': '把工作负载回滚到之前的版本',
  'remediation.kubernetes.set-resources': '更改工作负载的内存或 CPU',
  'remediation.kubernetes.set-selector': '让 Service 选中它的 Pod',
  'remediation.kubernetes.remove-node-selector': '让工作负载可在任意节点运行',
  'remediation.kubernetes.set-image': '让容器用回之前的镜像',
  'remediation.kubernetes.set-probe': '让健康探针检查有响应的端口',
  'remediation.kubernetes.set-config-key': '修改服务配置中的一个数值',
  'remediation.kubernetes.remove-override': '删除遮盖配置文件设置的变量或参数',
  'remediation.kubernetes.allow-connection': '临时放行被拦截的连接，最多五分钟',
  'remediation.compose.restart-service': '重启服务',
  'remediation.compose.connect-network': '把服务接回网络',
  'remediation.compose.start-service': '启动服务',
  'remediation.compose.set-limits': '提高服务的内存或 CPU 上限',

  'step.redis-set-eviction-policy': '把 Redis 的淘汰策略设为 {policy}',
  'step.postgres-terminate-session': '结束会话 {target}',
  'step.postgres-cancel-statement': '取消 {target} 的语句',
  'step.postgres-create-index': '在 {table} ({column}) 上并发创建索引 {target}',
  'step.postgres-drop-index': '并发删除 {table} 的索引 {target}',
  'step.postgres-reindex': '并发重建 {target}',
  'step.postgres-set-max-connections': '写入 max_connections = {max_connections}，下次启动时生效',
  'step.postgres-archive-rows': '把 {table} 中 {before} 之前的行分批移入 {archive}',
  'step.postgres-restore-rows': '把 {archive} 中的行分批移回 {table}',
  'step.postgres-delete-rows': '分批删除 {table} 中 {before} 之前的行',
  'step.redis-set-memory-limit': '把 Redis 的 maxmemory 设为 {maxmemory:bytes}',
  'step.redis-delete-keys': '在 {target} 上分批删除 {prefix}',
  'step.nats-create-stream': '创建流 {target}',
  'step.nats-delete-stream': '删除空的流 {target}',
  'step.kubernetes-rollout-restart': '逐个 Pod 重启 {target}',
  'step.kubernetes-start': '把 {target} 扩容到 {replicas}',
  'step.kubernetes-scale-to-zero': '把 {target} 重新缩容到零',
  'step.kubernetes-rollback': '把 {target} 切换到版本 {revision}',
  'step.kubernetes-set-resources': '设置 {target} 的 limit 和 request',
  'step.kubernetes-set-selector': '把 {target} 的 selector 设为 {selector}',
  'step.kubernetes-remove-node-selector': '从 {target} 去掉没有节点具备的节点标签',
  'step.kubernetes-restore-node-selector': '让 {target} 重新只用带 {nodeLabel} 的节点',
  'step.kubernetes-set-image': '让 {target} 使用镜像 {image}',
  'step.kubernetes-set-probe': '让 {target} 检查端口 {port}',
  'step.kubernetes-set-config-key': '在 {target} 中把 {key} 设为 {value}',
  'step.kubernetes-remove-override': '从 {target} 删除 {name}，{key} 改由 {by} 决定，即 {value}',
  'step.kubernetes-restore-override': '把 {name} 放回 {target}，{key} 恢复为 {value}',
  'step.kubernetes-start-clock': '创建一个什么都不运行、由集群结束并删除的 Job',
  'step.kubernetes-allow-ingress': '新增 NetworkPolicy：{target} 在端口 {port} 接受 {peer}',
  'step.kubernetes-allow-egress': '新增 NetworkPolicy：{target} 可连接 {peer} 的端口 {port}',
  'step.kubernetes-end-connection': '删除该 Job，集群会一并删除 NetworkPolicy',
  'step.compose-connect-network': '把容器 {target} 接入网络',
  'step.compose-disconnect-network': '把容器 {target} 从网络断开',
  'step.compose-start': '启动容器 {target}',
  'step.compose-set-limits': '设置 {target} 的上限',
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
  'blast.postgres-archive-rows':
    '{table} 中从 {oldest:time} 到 {newest:time} 的 {rows} 行会移入 {archive}，之后在 {table} 中查不到。读写照常进行；每工作一段就休息同样长的时间。',
  'blast.postgres-restore-rows':
    '{archive} 中从 {oldest:time} 到 {before} 的行会移回 {table}：本次修复的 {rows} 行，以及之前归档的行。',
  'blast.postgres-delete-rows':
    '{table} 中从 {oldest:time} 到 {newest:time} 的 {rows} 行会被永久删除。读写照常进行；每工作一段就休息同样长的时间。',
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
  'blast.kubernetes-start':
    '启动 `{workload}` 的 {pods} 个 Pod。它当前没有运行中的 Pod；有一个就绪后即可响应。',
  'blast.kubernetes-start-undo': '`{workload}` 的所有 Pod 会再次停止，之后不再响应。',
  'blast.kubernetes-rollback':
    '逐个把 {pods} 个 Pod 替换为版本 {revision} 的 Pod（当前就绪 {ready} 个）。只有一个 Pod 的工作负载在此期间不可用。',
  'blast.kubernetes-rollback-undo':
    '逐个把 {pods} 个 Pod 替换为版本 {revision} 的 Pod，与修复之前相同，原来的问题也会回来。',
  'blast.kubernetes-set-resources':
    '为 {container} 的新值逐个替换 {pods} 个 Pod（当前就绪 {ready} 个）。只有一个 Pod 的工作负载在此期间不可用。',
  'blast.kubernetes-set-resources-undo':
    '为 {container} 的原值逐个替换 {pods} 个 Pod，原来的问题可能再次出现。',
  'blast.kubernetes-set-selector':
    'Service `{service}` 会指向 `{workload}` 的 {pods} 个 Pod（当前就绪 {ready} 个）。在此之前它不指向任何 Pod。不会重启任何东西。',
  'blast.kubernetes-set-selector-undo':
    'Service `{service}` 再次不指向任何 Pod，与修复之前相同，到它的连接都会被拒绝。',
  'blast.kubernetes-remove-node-selector':
    '{pods} 个 Pod 可在任意节点运行（当前有 {waiting} 个在等待带 {label} 的节点）。已在运行的 Pod 会逐个替换。',
  'blast.kubernetes-remove-node-selector-undo': '{pods} 个 Pod 再次等待带 {label} 的节点，与修复之前相同。',
  'blast.kubernetes-set-image':
    '逐个替换 {pods} 个 Pod 中尚未符合要求的（当前就绪 {ready} 个，其中 {running} 个运行之前的镜像）。只有一个 Pod 的工作负载在此期间可能不可用。',
  'blast.kubernetes-set-image-undo': '{pods} 个 Pod 逐个重新等待镜像 {image}，与修复之前相同。',
  'blast.kubernetes-set-probe':
    '逐个替换 {pods} 个 Pod（当前就绪 {ready} 个）。端口 {port} 上的 {other} 探针有响应，已在 {proved} 个 Pod 中看到。',
  'blast.kubernetes-set-probe-undo': '逐个替换 {pods} 个 Pod，探针重新检查端口 {port}，与修复之前相同。',
  'blast.kubernetes-set-config-key':
    '{key} 从 {before} 改为 {value}，并逐个替换 {pods} 个 Pod 使其生效（目前 {ready} 个就绪）。只有一个 Pod 的工作负载在此期间不可用。',
  'blast.kubernetes-set-config-key-undo':
    '{key} 恢复为修复之前的 {value}，并逐个替换 {pods} 个 Pod。之前的问题可能再次出现。',
  'blast.kubernetes-remove-override':
    '删除 {name} 后，{key} 从 {before} 变为 ConfigMap {map} 中的 {value}。{pods} 个 Pod 会逐个替换（现有 {ready} 个就绪）；只有一个 Pod 的工作负载在此期间不可用。',
  'blast.kubernetes-remove-override-undo':
    '{name} 恢复，并越过 ConfigMap 让 {key} 取值 {before}。{pods} 个 Pod 会逐个替换。',
  'blast.kubernetes-allow-connection':
    '{from:part} 可在 {seconds:seconds} 内连接 {to:part} 的端口 {port}，之后不再放行。其他被拦截的（{policy}）仍被拦截。不会重启任何东西。',
  'blast.kubernetes-allow-connection-undo':
    '{from:part} 不再能连接 {to:part} 的端口 {port}（{policy}），与修复之前相同。已有连接可能断开。',
  'blast.compose-restart':
    '逐个重启 {service} 的 {containers} 个容器（当前运行 {running} 个）。只有一个容器时服务会中断数秒。',

  'note.archive-made': '会为此新建表 `{archive}`，列和主键相同。',
  'note.lag-unseen':
    '该数据库有副本，但机器人的角色看不到它落后多少，因此会放慢速度。授予 pg_monitor 角色即可看到。',
  'note.waits-for-ready':
    ':warning: `{workload}` 只有在前面的 Pod 就绪时才替换 Pod，而现在有 {pods} 个未就绪。可能要等到有人删除该 Pod。',
  'note.replicas-before': '停止之前它有 {pods} 个 Pod。',
  'note.replicas-unknown': '不知道它之前有多少个 Pod。',
  'note.selector-of': '这些标签就是 `{workload}` 认定自己 Pod 的标签。',
  'note.any-node': '不再保证 {label} 所代表的条件，例如更快的磁盘或可用区。',
  'note.probe-path-stays': '{probe} 探针仍请求 {path}。尚未看到端口 {port} 是否有此路径。',
  'note.config-shared': 'ConfigMap `{map}` 也被其他工作负载读取，它们现在不会重启：{workloads}。',
  'note.secret-may-hide': 'Secret `{secret}` 提供的变量名不会被读取，其中可能有一个覆盖 {key}。',
  'note.config-read-anew':
    ':warning: ConfigMap `{map}` 在 Pod 读取之后又被修改过。新 Pod 会读取全部内容，因此其他改动也会随之生效。',
  'note.ends-by-itself':
    '{seconds:seconds} 后由集群自行结束，即使本机器人已不再运行。请在此之前查明是否有意拦截。',
  'note.stays-while-policy':
    ':warning: 在此期间不要删除拦截它的策略（{policy}）：没有它们，仅这条规则就会拦截除此连接以外的一切。',
  'note.nobodys-object': '它没有标签，Argo CD、Flux 和 Helm 不认识它。会删除未知对象的工具可能提前结束它。',
  'note.keep-connection': '要长期放行，请把以下内容放到生成策略的地方：',
  'note.revision-since': '版本 {revision} 首次发布于 {at:time}。',
  'note.variables-change': '`{container}` 会变的环境变量：{names}。这里不显示其值。',
  'note.probe-changes': '`{container}` 的 {probe} 也会改回。',
  'note.image-runs':
    '之前的镜像来自版本 {revision}，现在仍有 Pod 在运行它（摘要 {digest}）。新的 Pod 必须显示相同的摘要。',
  'note.image-of-revision':
    ':warning: 现在没有 Pod 运行之前的镜像，无法证明它仍可用。它来自版本 {revision}，{at:time}。',
  'note.image-alone':
    '只更改镜像。回滚到版本 {revision} 还会更改：{fields}。因此之前的镜像会与这些现有设置一起运行。',
  'note.labels-change': '只有标签和注解不同。',
  'note.schema-stays': '新版本在数据库中已做的更改保持不变。',
  'note.autoscaler': '之后由自动伸缩 `{name}` 在 {min} 到 {max} 之间决定 Pod 数。',
  'note.puts-back.argocd': ':warning: 如果启用了自动修复，Argo CD 应用 `{name}` 会在几分钟内撤销此更改。',
  'note.puts-back.flux': ':warning: Flux Kustomization `{name}` 会在下次运行时撤销此更改。',
  'note.puts-back.flux-helm': ':warning: Flux HelmRelease `{name}` 会在下次升级时撤销此更改。',
  'note.puts-back.helm': ':warning: Helm release `{name}` 的下次升级或回滚会撤销此更改，无论它还改了什么。',
  'note.puts-back.helm-applies':
    ':warning: Helm release `{name}` 的下次升级或回滚会因与此更改冲突而中止，除非届时 chart 中已是相同的值。加上 --force-conflicts 则会撤销此更改。',
  'note.puts-back.owner': ':warning: 该对象由 {kind} `{name}` 创建，更改随时可能被它撤销。',
  'note.puts-back.tool': ':warning: 该对象由 {name} 管理，更改可能被它撤销。',
  'note.temporary': '因此这只是临时更改。要保留它，请在生成该对象的地方做同样的更改，例如用此补丁：',
  'note.temporary-values':
    '因此这只是临时更改。要保留它，请在 chart 的 values 中设置相同的值。多数 chart 这样命名，请以该 chart 为准：',
  'note.may-put-back':
    ':warning: 该对象由 {tool}（`{name}`）生成。`{field}` 之后被其他人改过，因此看不出 {tool} 是否会撤销此更改。',
  'note.temporary-perhaps':
    '因此这可能只是临时更改。要保留它，请在生成该对象的地方做同样的更改，例如用此补丁：',
  'note.temporary-values-perhaps':
    '因此这可能只是临时更改。要保留它，请在 chart 的 values 中设置相同的值。多数 chart 这样命名，请以该 chart 为准：',
  'note.lost-when-made-anew': '重新创建 `{service}` 后该上限会丢失。要保留它，请同时写入 Compose 文件：',
  'note.lost-to-files':
    '用 Compose 文件（{files}）重新创建 `{service}` 后该上限会丢失，例如改动文件后执行 `docker compose up`。我无法读取这些文件。要保留上限，请把以下内容写入这些文件的来源：',
  'note.changed-by': '`{field}` 最后由 {by} 设置，{at:time}。',
  'blast.compose-connect-network':
    '{service} 的 {containers} 个容器重新可在网络 {network} 上访问，不会重启。Compose 文件中的固定地址要到重建容器时才恢复。',
  'blast.compose-connect-network-undo':
    '{service} 的 {containers} 个容器将无法在网络 {network} 上访问，已有连接会断开。',
  'blast.compose-start': '启动 {service} 的 {containers} 个容器；已在运行的 {running} 个不受影响。',
  'blast.compose-set-limits': '在运行中更改 {service} 的 {containers} 个容器的上限，不会重启任何容器。',
  'blast.compose-set-limits-undo':
    '{service} 的 {containers} 个容器恢复原来的上限。用量超出的容器可能被终止。',

  'raised.rows-gone': '风险 3：删除的行无法恢复。',
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
  'offer.refused.too-young': '{before} 在最近 {days} 天之内，这些行不算旧。',
  'offer.refused.rows-partitioned': '{table} 是分区表：旧数据按整个分区移除。',
  'offer.refused.server-too-old': '需要 PostgreSQL {least} 或更高版本。',
  'offer.refused.rows-on-copy': '该 PostgreSQL 是副本，必须修改它的主库。',
  'offer.refused.more-than-rows': '由于 {what}，从 {table} 取出行还会引起别的变化，需由人处理。',
  'offer.refused.column-missing': '此处的 {table} 没有列 {column}，无法判断哪些行是旧的。',
  'offer.refused.archive-differs': '{table} 已存在，但不能接收这些行：{what}。',
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
  'offer.refused.not-scaled-to-zero': '{workload} 没有缩容到零：它需要 {pods} 个 Pod。',
  'offer.refused.outside-autoscaler': '自动伸缩 {autoscaler} 允许 {min} 到 {max} 个 Pod，{pods} 个超出范围。',
  'offer.refused.network-not-one': '引擎中名为 {network} 的网络有 {found} 个，应只有一个。',
  'offer.refused.network-of-another': '网络 {network} 属于项目 {project}。',
  'offer.refused.network-not-shared':
    '项目的其他 {running} 个容器中只有 {on} 个在 {network} 上，可能不是正确的网络。',
  'offer.refused.nothing-stopped': '{service} 的 {found} 个容器都已在运行。',
  'offer.refused.scaled-to-zero': '{workload} 已缩容到零：请先启动它。',
  'offer.refused.several-containers': '它有多个容器，必须明确指定：{containers}。',
  'offer.refused.limit-not-raised': '它的 {what} 上限已是 {now}，{limit} 并不更高。请指定更高的值。',
  'offer.refused.request-above-limit': 'request {request} 超过了 limit {limit}。',
  'offer.refused.rollback-of-data': '{part} 存有数据，旧版本可能读不了新版本写入的内容。',
  'offer.refused.no-container': '{workload} 没有容器 {container}。',
  'offer.refused.image-is-there':
    '已有 Pod 为 {container} 取得 {image}，名称和标签没有错：请检查镜像仓库和其他节点。',
  'offer.refused.image-not-missed': '现在没有 Pod 在等待 {container} 的镜像 {image}。',
  'offer.refused.no-earlier-image': '没有已知的 {workload} 更早版本为 {container} 使用了另一个可获取的镜像。',
  'offer.refused.image-long-set':
    '{image} 设置已超过 {hours} 小时，且没有 Pod 运行更早的镜像，因此不是它刚刚引起的：请检查镜像仓库。',
  'offer.refused.image-of-data': '{part} 存有数据，在这里只有正在运行的 Pod 保持不变时才换回它的镜像。',
  'offer.refused.image-elsewhere':
    '之前的镜像是 {former}，与 {image} 不在同一个仓库。镜像从哪里来需由人决定。',
  'offer.refused.rollback-does-it': '回滚到版本 {revision} 恰好只更改这个镜像：请用那个修复。',
  'offer.refused.rollout-not-begun': '控制器尚未开始 {workload} 的最近一次发布。',
  'offer.refused.rollout-is-old':
    '版本 {revision} 已运行超过 {hours} 小时，因此不是它刚刚引起的。若仍要回滚，请指定版本。',
  'offer.refused.rollback-changes-more': '版本 {revision} 的差异超出此处可以更改的范围：{fields}。',
  'offer.refused.no-earlier-revision': '集群没有保留 {workload} 的更早版本。',
  'offer.refused.no-such-revision': '没有版本 {revision}。现有：{known}。',
  'offer.refused.service-without-selector': 'Service {service} 没有 selector，其端点由别处管理。',
  'offer.refused.selects-pods': 'Service {service} 已选中 {pods} 个 Pod，问题不在标签。',
  'offer.refused.selector-not-labels': '{workload} 不只靠标签认定 Pod，而 Service 只能按标签选择。',
  'offer.refused.selects-others': '{workload} 的标签（{labels}）也匹配其他 Pod：{pods}。',
  'offer.refused.no-ready-pod': '{workload} 没有就绪的 Pod，Service 会指向空处。',
  'offer.refused.service-port-unknown': 'Service {service} 指向的端口名在容器中不存在：{ports}。',
  'offer.refused.node-of-data': '{part} 存有数据，数据可能就在它选择的节点上。',
  'offer.refused.no-single-node-label': '{workload} 并非只靠一个可去掉的标签选择节点。现有：{labels}。',
  'offer.refused.node-affinity-too': '{workload} 还用亲和性选择节点，无法判断是哪一个不满足。',
  'offer.refused.node-has-label': '{workload} 已有 Pod 找到带 {label} 的节点。',
  'offer.refused.not-for-its-label': '{workload} 没有 Pod 因为没有节点具备其标签而等待。',
  'offer.refused.probe-asks-elsewhere': '{container} 的 {probe} 探针已不再检查端口 {port}。',
  'offer.refused.no-other-port':
    '{container} 的 {other} 探针没有检查 {port} 以外的端口，不知道哪个端口有响应。',
  'offer.refused.port-is-its-own': '端口 {port} 就是 {container} 自己的端口，未打开才是故障，不是探针写错。',
  'offer.refused.port-not-declared': '{other} 探针检查的端口 {port} 不在 {container} 声明的端口中。',
  'offer.refused.other-probe-not-proved': '没有在任何 Pod 中看到 {container} 的 {other} 探针有响应。',
  'offer.refused.setting-of-another': '{key} 不是 {part} 的配置项。',
  'offer.refused.setting-out-of-range': '在这里 {key} 只能设为 {least} 到 {most}。',
  'offer.refused.setting-there-already': '{key} 已经是 {value}，在这里只能向另一个方向调整。',
  'offer.refused.setting-hidden': '{name} 决定或可能决定 {key}，修改文件不会生效。请在那里修改。',
  'offer.refused.override-unread': 'ConfigMap {map} 可能覆盖 {key}，但无法读取，因此不知道哪个值生效。',
  'offer.refused.config-elsewhere': '程序被指定读取另一个文件：{file}。',
  'offer.refused.config-not-in-map': '{file} 不来自任何 ConfigMap，请在生成它的地方修改。',
  'offer.refused.config-immutable': 'ConfigMap {map} 不可变，需要用新的 ConfigMap 替换。',
  'offer.refused.config-not-one-document':
    '文件含有 {documents} 个 YAML 文档，在这里只能修改单个文档的文件。',
  'offer.refused.config-unreadable': '文件不是正确的 YAML（第 {line} 行）。请先修正。',
  'offer.refused.setting-not-in-file': '文件没有设置 {key}。新的一行应写在维护该文件的地方。',
  'offer.refused.setting-used-twice': '文件中的锚点把 {key} 的值也给了其他键。',
  'offer.refused.setting-not-a-number': '{key} 的值不是普通整数。',
  'offer.refused.config-admitted-otherwise': '集群在 ConfigMap {map} 中保存的内容会与请求的不同。',
  'offer.refused.restarts-itself':
    '{workload} 的 ConfigMap 变化时，会有工具自动重启它。请手动修改 ConfigMap。',
  'offer.refused.override-gone': '工作负载中已没有为 {key} 赋值的 {name}。',
  'offer.refused.override-from-elsewhere':
    '{name} 的值不在工作负载里，而是来自 ConfigMap、Secret 或集群。请在来源处修改。',
  'offer.refused.override-behind': '没有 {name} 时，{key} 会由 {behind} 决定，文件仍然不起作用。',
  'offer.refused.override-twice': '{name} 出现了多次，无法确定指的是哪一个，请手动处理。',
  'offer.refused.override-in-command': '{name} 写在命令本身里，或者参数由 shell 解析，请手动处理。',
  'offer.refused.override-used': '容器的其他设置引用了 {name}，删除会影响它们。',
  'offer.refused.override-not-plain': '{name} 的值从哪里开始、到哪里结束不够明确，无法在此删除。',
  'offer.refused.override-may-be-secret':
    '{name} 给 {key} 的值可能是机密。撤销时需要它，而这里不保存任何机密。',
  'offer.refused.override-says-the-same': '{name} 给 {key} 的值与文件相同。',
  'offer.refused.connection-to-itself': '连接有两端，而 {part} 只是一端。',
  'offer.refused.deny-rules': '此处的网络有 {engine}，其规则可以拒绝：任何放行规则都压不过它们。',
  'offer.refused.no-policy-blocks': '没有 NetworkPolicy 拦截 {from} 到 {to} 端口 {port} 的连接。',
  'offer.refused.connection-works': '{from} 到 {to} 端口 {port} 的连接现在是通的。',
  'offer.refused.names-blocked': '{policy} 还不允许 {from} 访问任何域名服务器，只放行端口无济于事。',
  'offer.refused.still-blocked': '再加一条规则也不能让 {from} 连到 {to} 的端口 {port}。',
  'offer.refused.not-all-isolated':
    '{policy} 只隔离了其中一部分 Pod（{direction}），再加规则会切断其余的 Pod。',
  'offer.refused.known-by-more-than-labels': '{workload} 不只靠标签认定 Pod，按标签的规则可能波及更多。',
  'offer.refused.no-pod': '{workload} 现在没有 Pod。',
  'offer.refused.host-network': '{workload} 的 Pod 使用节点网络，策略对其不起作用。',
  'offer.refused.no-such-port': '{to} 没有任何 Service 指向端口 {port}。',
  'offer.refused.on-delete-strategy': '{workload} 只在 Pod 被删除时才替换它们，重启不会生效。',
} as const satisfies Readonly<Record<keyof typeof english, string>>;
