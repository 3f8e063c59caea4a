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
  'remediation.kubernetes.set-config-text': '把地址或主题设为另一部件正在使用的值',
  'remediation.kubernetes.set-config-key': '修改服务配置中的一个数值',
  'remediation.compose.set-config-key': '修改服务配置文件中的一个数值',
  'remediation.compose.set-config-text': '把配置文件中的地址或主题设为另一部件正在使用的值',
  'remediation.compose.set-step-timeout': '在文件中给工作流步骤更多时间',
  'remediation.kubernetes.set-step-timeout': '给工作流步骤更多时间',
  'remediation.kubernetes.remove-override': '删除遮盖配置文件设置的变量或参数',
  'remediation.kubernetes.allow-connection': '临时放行被拦截的连接，最多五分钟',
  'remediation.kubernetes.copy-registration-token': '把注册令牌复制给采集代理，并重启它们',
  'remediation.kubernetes.reset-neo4j-password':
    '为 Neo4j 及其 Secret 设置新密码，并重启使用它登录的工作负载',
  'remediation.compose.restart-service': '重启服务',
  'remediation.compose.connect-network': '把服务接回网络',
  'remediation.compose.start-service': '启动服务',
  'remediation.compose.set-limits': '提高服务的内存或 CPU 上限',
  'remediation.kubernetes.fetch-model': '把根因分析的模型重新下载到它的卷',
  'remediation.compose.fetch-model': '重新下载根因分析的模型',
  'remediation.compose.remove-override': '重新创建容器，去掉遮盖其配置文件设置的变量或参数',
  'remediation.compose.recreate-with-image': '用之前的镜像重建容器',

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
  'step.kubernetes-set-config-text': '在 {target} 中把 {key} 设为 {value}',
  'step.kubernetes-set-config-key': '在 {target} 中把 {key} 设为 {value}',
  'step.kubernetes-set-step-timeout': '在 {target} 中把步骤 {step} 的 timeout 设为 {value} 秒',
  'step.kubernetes-remove-override': '从 {target} 删除 {name}，{key} 改由 {by} 决定，即 {value}',
  'step.kubernetes-restore-override': '把 {name} 放回 {target}，{key} 恢复为 {value}',
  'step.kubernetes-start-clock': '创建一个什么都不运行、由集群结束并删除的 Job',
  'step.kubernetes-allow-ingress': '新增 NetworkPolicy：{target} 在端口 {port} 接受 {peer}',
  'step.kubernetes-allow-egress': '新增 NetworkPolicy：{target} 可连接 {peer} 的端口 {port}',
  'step.kubernetes-end-connection': '删除该 Job，集群会一并删除 NetworkPolicy',
  'step.kubernetes-keep-secret': '把之前的值保存在 {target}，稍后由集群删除',
  'step.kubernetes-copy-token': '把令牌复制到 {target}',
  'step.kubernetes-put-back-secret': '把之前的值放回 {target}',
  'step.kubernetes-drop-kept': '删除保存过旧值的 {target}',
  'step.kubernetes-keep-password': '生成新密码，并与旧密码一起保存在 {target}，稍后由集群删除',
  'step.neo4j-set-password': '在 Neo4j 中设置新密码',
  'step.kubernetes-write-password': '把新密码写入 {target}',
  'step.neo4j-restore-password': '在 Neo4j 中恢复旧密码',
  'step.compose-connect-network': '把容器 {target} 接入网络',
  'step.compose-disconnect-network': '把容器 {target} 从网络断开',
  'step.compose-start': '启动容器 {target}',
  'step.compose-set-limits': '设置 {target} 的上限',
  'step.compose-set-config-key': '在 {target} 中把 {key} 设为 {value}',
  'step.compose-set-config-text': '在 {target} 中把 {key} 设为 {value}',
  'step.compose-set-step-timeout': '在 {target} 中把步骤 {step} 的 timeout 设为 {value} 秒',
  'step.compose-fetch-model': '把模型下载到 {target} 旁，核对校验和，保留旧文件，再用新文件替换',
  'step.compose-put-model-back': '把保留的旧文件改名恢复为 {target}',
  'step.kubernetes-fetch-model':
    '由一个 Job 把模型下载到 {target} 旁，核对校验和，保留旧文件，再用新文件替换',
  'step.kubernetes-put-model-back': '由一个 Job 把保留的旧文件改名恢复为 {target}',
  'step.compose-restart': '重启容器 {target}',
  'step.compose-create': '用镜像 {image} 再建一个与 {target} 相同的容器，先不启动',
  'step.compose-create-without':
    '仿照 {target} 另建一个没有 {name} 的容器，不启动：其中 {key} 改由 {by} 决定，即 {value}',
  'step.compose-stop': '停止容器 {target}',
  'step.compose-restart-policy': '把 {target} 的重启策略设为 {restartPolicy}',
  'step.compose-rename': '把容器 {target} 改名为 {container}',
  'step.compose-remove': '删除容器 {target}',

  'blast.redis-eviction':
    '达到 {maxmemory:bytes} 的内存上限后，Redis 会从 {keys} 个键中淘汰最少使用的键，而不再拒绝写入。不论其中是任务、锁、会话还是缓存。',
  'blast.redis-eviction-all':
    '达到 {maxmemory:bytes} 的内存上限后，Redis 会淘汰键，而不再拒绝写入。可能被淘汰的有 {evictable} 个键：{prefixes}。按前缀看全部是缓存，使用者会重新填充。共 {keys} 个键，已查看 {looked} 个（{share:ratio}）。',
  'blast.redis-eviction-volatile':
    '达到 {maxmemory:bytes} 的内存上限后，Redis 会淘汰带过期时间的键，而不再拒绝写入。可能被淘汰的有 {evictable} 个键：{prefixes}。按前缀看全部是缓存，使用者会重新填充。其余 {others} 个键（{otherPrefixes}）保留，前提是它们不带过期时间。共 {keys} 个键，已查看 {looked} 个（{share:ratio}）。',
  'blast.redis-eviction-undo': '内存达到上限后 Redis 会再次拒绝写入，与修复之前相同（策略 {policy}）。',
  'blast.undo': '恢复到修复之前的状态，原来的问题可能再次出现。',
  'blast.postgres-sessions': '{applications} 的 {sessions} 个空闲会话将结束，其未提交事务会回滚。',
  'blast.postgres-sessions-of':
    '服务的 {sessions} 个空闲会话将结束，其未提交事务会回滚：{applications}。最早的已打开 {oldestSeconds:seconds}。服务会自行重新连接。',
  'blast.postgres-sessions-beside':
    '服务的 {sessions} 个空闲会话将结束，其未提交事务会回滚：{applications}。最早的已打开 {oldestSeconds:seconds}。服务会自行重新连接。另有 {left} 个会话不受影响（{others}）：{tools} 个属于人员或工具，{unknown} 个无法确定归属。',
  'blast.postgres-cancel':
    '{application}（{user}）的语句会失败，其事务会回滚。{waiting} 个等待的会话将继续执行。',
  'blast.postgres-end-blocker':
    '{application}（{user}）的会话将结束，其已打开 {openSeconds:seconds} 的事务会回滚。{waiting} 个等待的会话将继续执行。',
  'blast.postgres-create-indexes':
    'PostgreSQL 会读取 {database} 中最多 {rows} 行的表，期间负载升高，最多 {minutes} 分钟。读写不受阻，之后每次写入的开销略增。',
  'blast.postgres-drop-indexes': '删除本次修复创建的 {indexes} 个索引，用到它们的语句会再次变慢。',
  'blast.postgres-reindex':
    'PostgreSQL 会读取 {table}，最多写入 {bytes:bytes}，最多需要 {minutes} 分钟。读写不受阻，新索引有效之前仍使用旧索引。',
  'blast.postgres-max-connections':
    '现在没有变化：PostgreSQL 重启之前上限仍为 {now}，之后为 {value}。重启不包含在本次修复中。',
  'blast.postgres-max-connections-undo': '下次重启后 PostgreSQL 的连接上限恢复为 {value}，与修复之前相同。',
  'blast.postgres-archive-rows':
    '{table} 中从 {oldest:time} 到 {newest:time} 的 {rows} 行会移入 {archive}，之后在 {table} 中查不到。读写照常进行；每工作一段就休息四倍的时间。',
  'blast.postgres-restore-rows':
    '{archive} 中从 {oldest:time} 到 {before} 的行会移回 {table}：本次修复的 {rows} 行，以及之前归档的行。',
  'blast.postgres-delete-rows':
    '{table} 中从 {oldest:time} 到 {newest:time} 的 {rows} 行会被永久删除。读写照常进行；每工作一段就休息四倍的时间。',
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
  'blast.kubernetes-set-config-text':
    '{key} 从 {before} 改为 {value}，与 {from:part} 正在使用的配置相同。逐个替换 {pods} 个 Pod 使其生效（目前 {ready} 个就绪）。',
  'blast.kubernetes-set-config-text-undo':
    '{key} 恢复为修复之前的 {value}，并逐个替换 {pods} 个 Pod。之前的问题会再次出现。',
  'blast.kubernetes-set-config-key':
    '{key} 从 {before} 改为 {value}，并逐个替换 {pods} 个 Pod 使其生效（目前 {ready} 个就绪）。只有一个 Pod 的工作负载在此期间不可用。',
  'blast.kubernetes-set-config-key-undo':
    '{key} 恢复为修复之前的 {value}，并逐个替换 {pods} 个 Pod。之前的问题可能再次出现。',
  'blast.kubernetes-set-step-timeout':
    '{workflow} 的步骤 {step} 可用时间从 {before} 秒改为 {value} 秒，并逐个替换 {pods} 个 Pod 使其生效（目前 {ready} 个就绪）。现有 {running} 个执行正在运行，可能会重新开始或失败。只有一个 Pod 的工作负载在此期间不可用。',
  'blast.kubernetes-set-step-timeout-undo':
    '{workflow} 的步骤 {step} 恢复为修复之前的 {value} 秒，并逐个替换 {pods} 个 Pod。正在运行的执行可能会重新开始或失败。',
  'blast.kubernetes-remove-override':
    '删除 {name} 后，{key} 从 {before} 变为 ConfigMap {map} 中的 {value}。{pods} 个 Pod 会逐个替换（现有 {ready} 个就绪）；只有一个 Pod 的工作负载在此期间不可用。',
  'blast.kubernetes-remove-override-undo':
    '{name} 恢复，并越过 ConfigMap 让 {key} 取值 {before}。{pods} 个 Pod 会逐个替换。',
  'blast.kubernetes-allow-connection':
    '{from:part} 可在 {seconds:seconds} 内连接 {to:part} 的端口 {port}，之后不再放行。其他被拦截的（{policy}）仍被拦截。不会重启任何东西。',
  'blast.kubernetes-allow-connection-undo':
    '{from:part} 不再能连接 {to:part} 的端口 {port}（{policy}），与修复之前相同。已有连接可能断开。',
  'blast.kubernetes-copy-token':
    '采集代理将使用与 {@agent-manager} 相同的令牌，{pods} 个 Pod 会逐个替换以读取它（目前 {ready} 个就绪）。代理重启期间不发送任何数据。',
  'blast.kubernetes-copy-token-undo':
    '采集代理恢复修复之前的令牌，{pods} 个 Pod 会逐个替换。之前的问题可能再次出现。',
  'blast.kubernetes-reset-neo4j':
    'Neo4j 将使用新密码，{pods} 个 Pod 会逐个替换以读取它（目前 {ready} 个就绪）：{workloads}。在此之前，用旧密码无法新建到 Neo4j 的连接。',
  'blast.kubernetes-reset-neo4j-undo':
    'Neo4j 恢复旧密码，Secret 恢复修复之前的值，{pods} 个 Pod 会逐个替换：{workloads}。之前的问题会再次出现。',
  'blast.compose-set-config-key':
    '{key} 从 {before} 改为 {value}，并逐个重启 {service} 的 {containers} 个容器使其生效。只有一个容器时服务会中断数秒。',
  'blast.compose-set-config-key-undo':
    '{key} 恢复为修复之前的 {value}，并逐个重启 {service} 的 {containers} 个容器。之前的问题可能再次出现。',
  'blast.compose-set-config-text':
    '{key} 从 {before} 改为 {value}，与 {from:part} 正在使用的配置相同，并逐个重启 {service} 的 {containers} 个容器使其生效。',
  'blast.compose-set-config-text-undo':
    '{key} 恢复为修复前的 {value}，并逐个重启 {service} 的 {containers} 个容器。修复前的问题会再次出现。',
  'blast.compose-set-step-timeout':
    '{workflow} 的步骤 {step} 的时限从 {before} 秒改为 {value} 秒，并逐个重启 {service} 的 {containers} 个容器使其生效。目前有 {running} 个执行在运行，可能会重新开始或失败。',
  'blast.compose-set-step-timeout-undo':
    '{workflow} 的步骤 {step} 恢复为修复之前的 {value} 秒时限，并逐个重启 {service} 的 {containers} 个容器，正在运行的执行可能会重新开始或失败。',
  'blast.kubernetes-fetch-model':
    '由一个 Job 把模型下载到 PVC {claim}。在文件完整且校验和正确之前不改变任何内容。随后重启 {workload} 的 {pods} 个 Pod 以加载模型；只有一个 Pod 时，数秒内无法分析。',
  'blast.kubernetes-fetch-model-undo':
    '在 PVC {claim} 中恢复修复之前的模型及其问题，并重启 {workload} 的 {pods} 个 Pod。之前的问题会再次出现。',
  'blast.compose-fetch-model':
    'worker 下载 {bytes:bytes}。在文件完整且校验和正确之前不改变任何内容。随后逐个重启 {service} 的 {containers} 个容器以加载模型；只有一个容器时，数秒内无法分析。',
  'blast.compose-fetch-model-undo':
    '恢复修复之前的模型及其问题，并逐个重启 {service} 的 {containers} 个容器。之前的问题会再次出现。',
  'blast.compose-restart':
    '逐个重启 {service} 的 {containers} 个容器（当前运行 {running} 个）。只有一个容器时服务会中断数秒。',

  diff: '{label}：{value}',
  'diff.change': '{label}：{from} → {to}',
  'diff.bytes': '大小',
  'diff.bytes.0': '没有文件',
  'diff.sha256': 'SHA-256（按配置）',
  'diff.image': '镜像',
  'diff.imageId': '镜像 ID',
  'diff.restartPolicy': '重启策略',
  'diff.container': '容器',
  'diff.name': '名称',
  'diff.by': '由其给出',
  'diff.container-image': '{container} 的镜像',
  'diff.container-resources': '{container} 的资源',
  'diff.restarted.pods': '{pods} 个旧 Pod → {pods} 个新 Pod',
  'diff.restarted.mark': '本次重启',
  'diff.anew': '重新启动',
  'diff.restarted': 'Pod 上的标记',
  'diff.state': '状态',
  'diff.startedAt': '运行开始于',
  'diff.memory': '内存上限',
  'diff.memoryRequest': '内存请求',
  'diff.cpu': 'CPU 上限',
  'diff.cpuRequest': 'CPU 请求',
  'diff.cpus': 'CPU 上限',
  'diff.replicas': '期望的 Pod 数',
  'diff.revision': '版本',
  'diff.selector': '选择的标签',
  'diff.nodeLabel': '要求的节点标签',
  'diff.port': '端口',
  'diff.value': '值',
  'diff.seconds': '集群结束它之前的时间',
  'diff.pods': '适用的 Pod',
  'diff.peer': '另一端',
  'diff.policy': '淘汰策略',
  'diff.persist': '同时写入配置文件',
  'diff.application': '应用',
  'diff.user': '用户',
  'diff.client': '客户端',
  'diff.index': '索引',
  'diff.index.absent': '不存在',
  'diff.index.valid': '存在且有效',
  'diff.index.invalid': '存在但无效',
  'diff.index.rebuilt': '已重建',
  'diff.index.file': '现状',
  'diff.table': '表',
  'diff.column': '列',
  'diff.max_connections': 'max_connections',
  'diff.written': '写入 PostgreSQL 自身的配置文件',
  'diff.rows': '行所在的表',
  'diff.archive': '归档表',
  'diff.before': '早于',
  'diff.from': '起始于',
  'diff.oldRows': '旧行',
  'diff.oldRows.true': '存在',
  'diff.oldRows.false': '永久删除',
  'diff.maxmemory': '内存上限',
  'diff.keys': '键',
  'diff.stream': '流',
  'diff.stream.absent': '不存在',
  'diff.stream.there': '存在',
  'diff.subjects': '主题',
  'diff.hours': '保留小时数',
  'diff.retention': '保留方式',
  'diff.networks': '网络',
  'diff.names': '网络中的名称',

  'note.sessions-read':
    '{part:part} 的 {sessions} 个会话：应用 `{application}`，角色 `{user}`，来自 {client}，最早打开于 {since:time}。其中没有未提交的更改。',
  'note.sessions-wrote':
    ':warning: {part:part} 的 {sessions} 个会话：应用 `{application}`，角色 `{user}`，来自 {client}，最早打开于 {since:time}。其中 {wrote} 个有未提交的更改，将会丢失；锁住的表：{tables}。',
  'note.rows-twice-unseen': '未能及时查看 {table} 中是否有重复行。如有，工作会无效结束。',
  'note.room-unseen': '无法检查剩余空间。此项工作需要 PostgreSQL 的磁盘另有空间。',
  'note.quota-unseen': '无法检查命名空间的配额是否有余量。',
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
  'note.model-source': '从 {url} 下载。只有 SHA-256 与配置一致（`{sha256}…`）的文件才会放入。',
  'note.model-kept': '旧文件以本次修复的名称保留在 {file} 旁，直到有人删除它。',
  'note.model-was-missing': '现在没有文件，因此没有可恢复的内容。',
  'note.model-by-job':
    '该 Job 使用镜像 {image}，在节点 {node} 上运行，只挂载 PVC {claim}。它没有服务账户，保留一天。',
  'note.model-size-unknown': 'worker 无法连接该地址，因此不知道文件大小。如果集群能连接，最多下载 2 GiB。',
  'note.model-unseen':
    '没有看到 {file} 现在的内容。Job 会先查看：已有的文件以本次修复的名称保留；如果没有文件，撤销就没有可恢复的内容。',
  'note.file-shared': '其他服务也挂载了同一个文件，它们现在不会重启：{services}。',
  'note.puts-back.git': ':warning: 该文件位于 Git 工作区 {folder} 中，下次从那里部署可能会撤销此更改。',
  'note.temporary-file': '因此这只是临时更改。要保留它，请在该文件的版本库中做同样的更改：',
  'note.secret-may-hide': 'Secret `{secret}` 提供的变量名不会被读取，其中可能有一个覆盖 {key}。',
  'note.config-read-anew':
    ':warning: ConfigMap `{map}` 在 Pod 读取之后又被修改过。新 Pod 会读取全部内容，因此其他改动也会随之生效。',
  'note.ends-by-itself':
    '{seconds:seconds} 后由集群自行结束，即使本机器人已不再运行。请在此之前查明是否有意拦截。',
  'note.stays-while-policy':
    ':warning: 在此期间不要删除拦截它的策略（{policy}）：没有它们，仅这条规则就会拦截除此连接以外的一切。',
  'note.nobodys-object': '它没有标签，Argo CD、Flux 和 Helm 不认识它。会删除未知对象的工具可能提前结束它。',
  'note.keep-connection': '要长期放行，请把以下内容放到生成策略的地方：',
  'note.value-never-shown':
    '这里不显示任何值，机器人也不会把它写入日志或保存。它只从一个 Secret 复制到另一个。',
  'note.kept-until': '之前的值会在 `{secret}` 中保留 {seconds:seconds} 以便撤销，之后由集群自行删除。',
  'note.secret-shared': 'Secret `{secret}` 还被其他工作负载使用，它们现在不会重启：{workloads}。',
  'note.temporary-secret': '因此这只是临时更改。要保留它，请在生成该 Secret 的地方设置同样的值。',
  'note.password-never-shown':
    '这里不显示任何值，机器人也不会把它写入日志或保存。新密码随机生成，只存在于 Neo4j 和这些 Secret 中。',
  'note.password-elsewhere':
    ':warning: 以同一用户登录、但密码来自别处的程序，之后会被拒绝。已有连接不受影响。',
  'note.neo4j-first-start':
    '`{workload}` 首次启动时使用的密码不在这些 Secret 中。若换成空的数据卷，它会用另一个密码启动。',
  'note.revision-since': '版本 {revision} 首次发布于 {at:time}。',
  'note.map-of-revision':
    '版本 {revision} 挂载 ConfigMap `{map}`。它在 {at:time} 之后没有被写过，因此当时的 Pod 读到的就是现在的内容。',
  'note.map-secrets-change': '会变化但可能是机密、因此不显示值的键：{keys}。',
  'note.map-entries-change': '差异不止于键的文本：{entries}。',
  'note.map-more-changes': '另有 {more} 个键会变化。',
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
  'note.puts-back.helm': ':warning: Helm release `{name}` 的下次升级或回滚会撤销此更改。',
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
  'note.lost-network':
    '`{service}` 的容器创建时不在网络 {network} 上。如果其 Compose 文件没有写明该网络，重新创建 `{service}` 后连接就会丢失。我无法读取这些文件。',
  'note.lost-network-patch': '要保留该连接，请把以下内容写入 Compose 文件（如果还没有）：',
  'note.lost-image':
    ':warning: 文件中写的仍是镜像 {image}，下次 `docker compose up` 可能会用它重建 `{service}`。要保留之前的镜像，请把以下内容写入 Compose 文件：',
  'note.lost-override':
    ':warning: Compose 文件或变量文件中仍有 {name}，下一次 `docker compose up` 可能会带着它重新创建 `{service}`。',
  'note.lost-override-patch': '要保留此更改，请在原处删除它，或把下面内容写入其后读取的 Compose 文件：',
  'note.file-read-anew': '新容器会读取整个文件。自 `{service}` 启动以来改过的其他键也会随之生效。',
  'note.image-ran': '最后一次看到 {image}（{id}）正常运行是在 {at:time}。',
  'note.container-kept':
    '之前的容器停止后保留为 `{container}`，撤销时需要它。不再需要时：`docker rm {container}`。',
  'note.set-by': '`{field}` 最后由 {by} 设置。',
  'note.changed-by': '`{field}` 最后由 {by} 设置，{at:time}。',
  'blast.compose-connect-network':
    '{service} 的 {containers} 个容器重新可在网络 {network} 上访问，不会重启。Compose 文件中的固定地址要到重建容器时才恢复。',
  'blast.compose-connect-network-undo':
    '{service} 的 {containers} 个容器将无法在网络 {network} 上访问，已有连接会断开。',
  'blast.compose-start': '启动 {service} 的 {containers} 个容器；已在运行的 {running} 个不受影响。',
  'blast.compose-set-limits': '在运行中更改 {service} 的 {containers} 个容器的上限，不会重启任何容器。',
  'blast.compose-set-limits-undo':
    '{service} 的 {containers} 个容器恢复原来的上限。用量超出的容器可能被终止。',
  'blast.compose-recreate':
    '用 {image} 重建 {service} 的容器，其设置、挂载、网络和端口不变。写在挂载之外的内容不会带到新容器。旧容器停止到新容器启动之间它不运行。',
  'blast.compose-recreate-undo':
    '{service} 之前的容器恢复，仍是 {image}，问题也随之恢复。修复所建的容器连同写在挂载之外的内容一并删除。',
  'blast.compose-remove-override':
    '{name} 被去掉，{key} 从 {before} 改为 {file} 中的 {value}。为此重新创建 {service} 的容器，镜像、挂载、网络和端口不变，挂载以外写入的内容不在新容器中。旧容器停止到新容器启动之间，服务不运行。',
  'blast.compose-remove-override-undo':
    '恢复 {service} 修复前的容器，其中 {name} 使 {key} 为 {before}。删除修复所建的容器，连同其在挂载以外写入的内容。',

  'raised.rows-gone': '风险 3：删除的行无法恢复。',
  'raised.credential-written': '风险 3：会写入凭据。如果凭据有误，采集代理都无法注册。',
  'raised.password-changed': '风险 3：会更改凭据。仍使用旧密码的程序将无法登录 Neo4j。',
  'raised.model-is-code': '风险 3：模型就是代码，其内容会在 {@reasoning-service} 中执行。',
  'raised.unknown-part': '风险 3：看不出 `{workload}` 是平台的哪个部分，它可能存有数据。',
  'raised.no-majority': '风险 3：{part} 有 {size} 个成员，其中一个重启期间其余的不足多数。',
  'raised.primary': '风险 3：有 {copies} 个副本跟随该 {part}，其中之一可能接管。',
  'raised.keeps-nothing': '风险 3：该 {part} 不写磁盘，重启后为空。',
  'raised.budget': '风险 3：中断预算 {budget} 不允许任何 Pod 缺席。',
  'raised.peers-unknown': '风险 3：无法得知是否有其他成员依赖该 {part}。',

  'offer.refused.no-action': '没有该名称的修复。',
  'offer.refused.bad-params': '这个参数缺失或有误：{fields}。该修复接受：{takes}。',
  'offer.refused.bad-params.bare': '以下参数缺失或有误：{fields}。',
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
  'offer.refused.sessions-of-others':
    '停在事务中的 {left} 个会话都不能确定属于服务（{others}）：{tools} 个属于人员或工具，{unknown} 个无法确定归属。',
  'offer.refused.session-of-a-tool':
    '会话 {pid} 属于人员或工具：应用 {application}，角色 {user}，来自 {client}。须由人处理。',
  'offer.refused.session-unknown':
    '无法确定会话 {pid} 的归属：应用 {application}，角色 {user}，来自 {client}。这里只结束服务的会话。',
  'offer.refused.tools-at-work':
    '重启 PostgreSQL 会中断人员或工具正在进行的工作：{others}。请等待其完成，或先询问。',
  'offer.refused.nothing-to-cancel': '会话 {pid} 当前没有执行语句（{state}）：只能结束它。',
  'offer.refused.partitioned-table': '{table} 是分区表：需逐个分区创建索引。',
  'offer.refused.table-too-large': '{table} 有 {bytes:bytes}；超过 {most:bytes} 的表，索引由人来建。',
  'offer.refused.too-young': '{before} 在最近 {days} 天之内，这些行不算旧。',
  'offer.refused.rows-partitioned': '{table} 是分区表：旧数据按整个分区移除。',
  'offer.refused.server-too-old': '需要 PostgreSQL {least} 或更高版本。',
  'offer.refused.rows-on-copy': '该 PostgreSQL 是副本，必须修改它的主库。',
  'offer.refused.more-than-rows': '由于 {what}，从 {table} 取出行还会引起别的变化，需由人处理。',
  'offer.refused.column-missing': '此处的 {table} 没有列 {column}，无法判断哪些行是旧的。',
  'offer.refused.archive-differs': '{table} 已存在，但不能接收这些行：{what}。',
  'offer.refused.index-name-taken': '已有另一个名为 {index} 的索引，或 {index} 正在创建。',
  'offer.refused.system-schema': '模式 {schema} 属于 PostgreSQL 自身，不会从这里更改。',
  'offer.refused.rows-twice':
    '{index} 有 {values} 个值在 {table} 中出现于多行，因此不可能建成。保留哪一行须由人决定。',
  'offer.refused.rows-twice-unknown':
    '无法确定 {table} 中是否有重复行，而 {index} 无效：有重复行就不可能建成。请先查找重复行。',
  'offer.refused.transaction-in-the-way':
    '{application}（pid {pid}）的事务已打开 {openSeconds:seconds}。此项工作最多等待 {waitSeconds:seconds}，之后会放弃。',
  'offer.refused.too-little-disk': 'PostgreSQL 的磁盘只剩 {free:bytes}，最多需要 {bytes:bytes}。',
  'offer.refused.index-not-rebuilt': '{index} 无法并发重建。',
  'offer.refused.set-on-command-line': '{name} 写在 PostgreSQL 的命令行上，命令行优先。',
  'offer.refused.copies-follow': '该 PostgreSQL 有副本跟随（{copies}），或它本身是副本。请先调高副本的上限。',
  'offer.refused.too-little-memory': '{bytes:bytes} 超出其容器或机器的余量（{room:bytes}）：请先调高后者。',
  'offer.refused.below-what-is-used': '{bytes:bytes} 少于 Redis 的现用内存（{used:bytes}）。',
  'offer.refused.evicts-others':
    '采用策略 {policy} 时，Redis 可能淘汰这里没有登记为缓存的键：{prefixes}。共 {keys} 个键，已查看 {looked} 个。',
  'offer.refused.victims-unknown':
    '采用策略 {policy} 时会淘汰哪些键无法确定：共 {keys} 个键，已查看 {looked} 个；另有 {elsewhere} 个可能在该服务器的其他数据库中。',
  'offer.refused.nothing-to-evict': '采用策略 {policy} 时，Redis 没有可以淘汰的键，仍会拒绝写入。',
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
  'offer.refused.kill-switch': '此类修复自 {since:time} 起已关闭（{person}）：{why}',
  'offer.refused.kill-switch.bare': '修复功能已被关闭：{why}',
  'offer.refused.record-held': '该数据库比其记录更旧，因此不提供修复。详见 `/aetherius fixes`。',
  'offer.refused.record-broken': '记录的末端不是其最后一行，因此不提供修复。详见 `/aetherius fixes`。',
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
  'offer.refused.recreate-off': '这里不重建容器：`{setting}` 未开启。',
  'offer.refused.anew-unknown': '看不出 `{service}` 是平台的哪个部件，它可能保存数据。',
  'offer.refused.anew-not-compose': '容器 {container} 不是由 Compose 创建的。',
  'offer.refused.anew-auto-remove': '{container} 一停止就会被引擎删除，之后无法恢复。',
  'offer.refused.anew-privileged': '{container} 是特权容器，这类容器由人来创建。',
  'offer.refused.anew-shares-namespace': '{container} 与主机或另一个容器共用网络或进程空间。',
  'offer.refused.anew-off-network': '{container} 已不在创建它时的网络上，请先把它接回去。',
  'offer.refused.anew-nameless-volume': '{container} 有一个没有名称的卷，另一个容器得到的会是空卷。',
  'offer.refused.anew-leaned-on': '其他容器使用它的网络、进程空间或卷，会因此失去它们：{containers}。',
  'offer.refused.anew-runs': '{container} 现在运行正常。',
  'offer.refused.anew-stopped': '{container} 不是自己退出的，所以问题不在它的镜像。',
  'offer.refused.anew-image-ran':
    '之前在这里看到 {image} 正常运行过，所以问题不在镜像：请查看还有什么改变了。',
  'offer.refused.anew-nothing-ran': '没有看到 {part} 的其他镜像在这里运行过。',
  'offer.refused.anew-image-gone': '引擎已没有之前的镜像 {image}（{id}）。',
  'offer.refused.anew-present-gone': '引擎已没有 {image}，因此无法分辨容器的哪些设置来自它。',
  'offer.refused.anew-volume': '用 {image} 建的容器会在 {folders} 得到一个空卷，那里没有任何挂载。',
  'offer.refused.quota-too-small':
    '配额 {quota} 余量不足：{resource} 已用 {used}，上限 {hard}。集群不会创建 Pod。',
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
  'offer.refused.rollback-not-better':
    '{workload} 现在的 Pod 失败的原因在版本 {revision} 中同样存在（{why}）。',
  'offer.refused.rollback-as-ill': '版本 {revision} 本身也不正常：它的 Pod 仍在，但没有一个就绪。',
  'offer.refused.rollback-changes-more': '版本 {revision} 的差异超出此处可以更改的范围：{fields}。',
  'offer.refused.map-of-revision-gone': '版本 {revision} 挂载的 ConfigMap `{map}` 已不存在。',
  'offer.refused.map-of-revision-written':
    '版本 {revision} 首次运行之后，ConfigMap `{map}` 可能被写过。当时的 Pod 读到了什么无法得知。',
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
  'offer.refused.file-not-given':
    '没有把主机上的 {file} 提供给 worker。为此提供的目录写在该环境的 runtime.files 中。',
  'offer.refused.file-not-mounted': '{container} 的 {file} 不是从主机挂载的文件：它在镜像或卷中。',
  'offer.refused.file-of-each': '{service} 的各个容器的 {file} 不是主机上的同一个文件。',
  'offer.refused.file-unwritable-folder': 'worker 没有在 {file} 所在目录中写入的权限。',
  'offer.refused.file-unwritable-owner':
    '{file} 属于 worker 之外的用户或用户组，worker 无法用同一所有者的文件替换它。',
  'offer.refused.file-outside': '{file} 的链接指向提供给 worker 的目录之外。',
  'offer.refused.file-not-regular': '{file} 不是普通文件。',
  'offer.refused.file-linked': '{file} 有 {names} 个名称，用其他名称访问时内容会保持不变。',
  'offer.refused.file-too-large': '{file} 太大，不像配置文件（{bytes:bytes}）。',
  'offer.refused.file-not-text': '{file} 不是 UTF-8 文本。',
  'offer.refused.file-unread': 'worker 无法读取 {file}（{why}）。',
  'offer.refused.model-not-named': '配置没有给出模型的地址和校验和（environments.{environment}.model）。',
  'offer.refused.model-path-unseen': '看不出 {container} 加载哪个文件：{key} 未设置，或不是文件。',
  'offer.refused.model-no-pod': '{workload} 没有在节点上运行的 Pod，因此看不出模型在哪里。',
  'offer.refused.model-in-image':
    '{file} 在 {container} 的镜像里，不在卷上：放在那里的文件会随下一个 Pod 消失。请把它放进镜像。',
  'offer.refused.model-in-empty-dir':
    '{file} 在 emptyDir 中，会随 Pod 消失：放在那里的文件重启后就没有了。PVC 才能保留它。',
  'offer.refused.model-in-host-path':
    '{file} 在节点的目录中（hostPath）。不会从节点挂载任何内容，请由人放置。',
  'offer.refused.model-in-object': '{file} 来自 {kind}，不能通过挂载写入。请在那里修改。',
  'offer.refused.model-in-volume': '{file} 在 {kind} 类型的卷中，不在 PVC 中。',
  'offer.refused.model-read-only': 'Pod 以只读方式挂载 {file} 所在的 PVC {claim}，因此模型由别处放入。',
  'offer.refused.model-mounted-alone': '{file} 是单独挂载的，或由表达式挂载，因此不能用另一个文件替换。',
  'offer.refused.model-claim-one-pod': 'PVC {claim} 同时只能由一个 Pod 挂载，而服务正在使用它。',
  'offer.refused.model-no-python': '{container} 中没有 python3，因此它的镜像无法下载任何内容。',
  'offer.refused.model-differs': 'worker 在 {file} 看到的目录或文件与引擎在 {container} 中显示的不同。',
  'offer.refused.model-there-already': '{file} 的校验和与配置一致，因此问题不在该文件。',
  'offer.refused.model-no-room': '{file} 所在磁盘只剩 {free:bytes}，而模型有 {bytes:bytes}。',
  'offer.refused.model-too-large': '该地址给出 {bytes:bytes}；超过 {most:bytes} 的模型由人处理。',
  'offer.refused.model-redirected': '模型的地址跳转到了另一个地址（状态 {status}）。请配置最终地址。',
  'offer.refused.model-not-found': '模型的地址上没有文件（状态 {status}）。',
  'offer.refused.model-not-given': '模型的地址不提供该文件（状态 {status}）。',
  'offer.refused.model-no-size': '模型的地址没有说明文件大小。',
  'offer.refused.model-silent': '模型的地址没有响应。',
  'offer.refused.model-unreachable': 'worker 无法连接模型的地址。',
  'offer.refused.file-differs':
    'worker 看到的 {file} 内容与引擎从 {container} 给出的内容不同，因此可能不是同一个文件。',
  'offer.refused.config-immutable': 'ConfigMap {map} 不可变，需要用新的 ConfigMap 替换。',
  'offer.refused.config-not-one-document':
    '文件含有 {documents} 个 YAML 文档，在这里只能修改单个文档的文件。',
  'offer.refused.config-unreadable': '文件不是正确的 YAML（第 {line} 行）。请先修正。',
  'offer.refused.setting-not-in-file': '文件没有设置 {key}。新的一行应写在维护该文件的地方。',
  'offer.refused.setting-used-twice': '文件中的锚点把 {key} 的值也给了其他键。',
  'offer.refused.setting-not-a-number': '{key} 的值不是普通整数。',
  'offer.refused.setting-not-a-time': '{key} 的值既不是普通数字，也不是 60s 这样的时间。',
  'offer.refused.setting-unit-too-large': '文件中 {key} 写作 {before}，新值换算成该单位后不是整数。',
  'offer.refused.step-ambiguous': '文件中有多个 id 为 {step} 的步骤。',
  'offer.refused.step-limit-unsaid':
    '{@orchestrator-service} 没有说明步骤 {step} 的可用时间，因此无法证明修改生效。',
  'offer.refused.step-limit-differs':
    '{@orchestrator-service} 说步骤 {step} 可用 {said} 秒，而文件中是 {file} 秒。它读取的是另一个文件，或修改后尚未重启。',
  'offer.refused.workflow-twice': '{file} 和 {other} 都含有工作流 {workflow}，不知道哪一个生效。',
  'offer.refused.workflow-not-in-map': '文件 {file} 不含工作流 {workflow}。',
  'offer.refused.setting-not-a-text': '{key} 的值不是单行的普通文本。',
  'offer.refused.text-not-plain': '{key} 的值不是普通的单个地址或主题，请手动处理。',
  'offer.refused.text-there-already': '两侧的 {key} 已经都是 {value}。',
  'offer.refused.text-of-another-form': '两侧的 {key} 使用不同的占位符，无法看出两个程序是否都认识它们。',
  'offer.refused.text-not-in-effect': '无法看出 {part:part} 正在使用自己配置中的 {key}。',
  'offer.refused.text-unproved': '没有看到其他部件正在使用有效的 {key}，因此不知道正确的值。',
  'offer.refused.address-outside': '{key} 是 {address}，不是此命名空间的 Service，从这里看不到其后是什么。',
  'offer.refused.address-leads-somewhere':
    '{key} 是 {address}，存在同名且有该端口的 Service，因此问题不在地址。',
  'offer.refused.host-outside':
    '{key} 是 {address}，`{service}` 可能不经其网络的名称也能找到它，从这里看不到其后是什么。',
  'offer.refused.host-leads-somewhere':
    '{key} 是 {address}，容器 {container} 使用该名称，因此问题不在地址，或只在端口。',
  'offer.refused.config-admitted-otherwise': '集群在 ConfigMap {map} 中保存的内容会与请求的不同。',
  'offer.refused.restarts-itself': '{workload} 的配置变化时，会有工具自动重启它。请手动修改。',
  'offer.refused.override-works':
    '程序现在正按 {name}（{value}）连接，而不是按文件中的 {fileValue}。正在起作用的值不会被删除。',
  'offer.refused.override-unproved':
    '没有证据表明 {part:part} 用文件中 {key} 的值能够运行。哪个值正确须由人判断。',
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
  'offer.refused.override-not-running': '{container} 没有运行，因此看不出当前生效的是什么。',
  'offer.refused.override-of-image': '镜像 {image} 也带有 {name}，即使 Compose 文件中没有，它仍会存在。',
  'offer.refused.override-before-image': '没有 {name} 时容器会运行其镜像 {image} 的命令，这不只是去掉它。',
  'offer.refused.override-file-inside':
    '{container} 的 {file} 不在挂载的目录或卷中，新容器可能会有另一个文件。',
  'offer.refused.override-file-unread': '无法从容器中读取 {file}。',
  'offer.refused.token-not-in-secret': '{part} 的令牌不是来自 Secret 的某个键，请在设置它的地方修改。',
  'offer.refused.token-not-at-source': '{secret} 中没有令牌，没有可复制的内容。',
  'offer.refused.tokens-agree': '两个 Secret 中的令牌已经相同。',
  'offer.refused.secret-immutable': 'Secret {secret} 不可变，需要用新的 Secret 替换。',
  'offer.refused.secret-of-a-kind': 'Secret {secret} 的类型是 {type}，这里不会写入这种 Secret。',
  'offer.refused.secret-admitted-otherwise': '集群在 {secret} 中保存的内容会与请求的不同。',
  'offer.refused.secret-put-back':
    'Secret {secret} 由工具生成，工具会把旧值放回，新密码就会丢失。请在生成该 Secret 的地方设置。',
  'offer.refused.neo4j-login-not-in-secret':
    '{workload} 的 Neo4j 用户或密码不是来自 Secret 和它自己的模板，因此会被拒之门外。',
  'offer.refused.neo4j-password-accepted': 'Neo4j 已接受 {secret} 中的密码，可能只需重启相应的 Pod。',
  'offer.refused.neo4j-password-unknown':
    '登录者的 Secret 中都没有 Neo4j 接受的密码，而 Neo4j 只能凭旧密码设置新密码。',
  'offer.refused.neo4j-own-login': '机器人自己也以同一用户登录 Neo4j，之后会被拒绝。请给它单独的用户。',
  'offer.refused.neo4j-check-logs-in': '{workload} 的健康检查是会登录的命令，在 Neo4j 重启之前会失败。',
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
  'offer.refused.restart-no-pod':
    '{workload} 无法创建任何 Pod，重启同样创建不了。原因见其 ReplicaSet 的事件：配额或准入规则。',
  'offer.refused.restart-unscheduled': 'Pod {pod} 没有可用的节点，重启后的 Pod 同样没有：{message}',
  'offer.refused.restart-no-image':
    'Pod {pod} 的容器 {container} 没有镜像（{waits}），重启使用的是同一个镜像。',
  'offer.refused.restart-no-config':
    'Pod {pod} 的容器 {container} 按现有配置无法创建（{waits}），重启后配置不变。',
  'offer.refused.restart-init-waits':
    'Pod {pod} 在等待 init 容器 {container}，重启后的 Pod 同样会等待。请查看它在等什么。',
  'offer.refused.restart-probe-fails':
    'Pod {pod} 的程序在运行，但探针询问的内容不存在，重启后仍会询问同样的内容：{message}',
  'offer.refused.restart-check-fails':
    '{container} 中的程序在运行，但健康检查询问的内容不存在，重启后仍会询问同样的内容。',
  'offer.refused.pods-wait-in-order':
    '{workload} 只在前面的 Pod 都就绪时才替换 Pod，而现在有 {pods} 个未就绪，重启会一直等待。请删除未就绪的 Pod，控制器会重新创建它。',
  'offer.refused.on-delete-strategy': '{workload} 只在 Pod 被删除时才替换它们，重启不会生效。',
} as const satisfies Readonly<Record<keyof typeof english, string>>;
