import type { services as en } from '../en/services.ts';

export const services = {
  'finding.SERVICE_EXITS_AT_START':
    '{part} 启动后立即退出（{subject}，退出码 {exitCode}，重启 {restarts} 次）。',
  'finding.SERVICE_EXITS_AT_START.ended': '{part} 已退出，之后没有再启动（{subject}，退出码 {exitCode}）。',
  'finding.SERVICE_EXITS_AT_START.impact': '所有经过 {part} 的功能都停止了。',
  'finding.STARTUP_DATABASE_UNREACHABLE': '{part} 启动时连不上数据库：{message}',
  'finding.STARTUP_DATABASE_CREDENTIALS': 'PostgreSQL 拒绝了 {part} 的账号：{message}',
  'finding.STARTUP_DATABASE_NOT_ADMITTED':
    'PostgreSQL 不允许 {part} 接入（地址、用户、数据库或 TLS）：{message}',
  'finding.STARTUP_DATABASE_MISSING': '{part} 所需的数据库不存在：{message}',
  'finding.STARTUP_REDIS_UNREACHABLE': '{part} 启动时连不上 Redis：{message}',
  'finding.STARTUP_REDIS_CREDENTIALS': 'Redis 拒绝了 {part} 的密码：{message}',
  'finding.STARTUP_REDIS_FULL': 'Redis 已满，拒绝 {part} 启动时的写入：{message}',
  'finding.STARTUP_CONFIG_REFUSED': '{part} 无法使用它的配置：{message}',
  'finding.STARTUP_FILE_UNOPENED': '{part} 打不开它需要的文件：{message}',
  'finding.STARTUP_ROW_UNREADABLE': '{part} 读不了已存储的一行数据：{message}',
  'finding.STARTUP_SCHEMA_WRONG': '{part} 看到的表与它预期的不同：{message}',
  'finding.STARTUP_REASON_UNKNOWN':
    '{subject} 已退出（退出码 {exitCode}），其最后几行不属于本机器人已知的任何原因。',
  'finding.STARTUP_NATS_UNREACHABLE': '{part} 启动时连不上 NATS：{message}',
  'finding.STARTUP_NATS_CREDENTIALS': 'NATS 拒绝了 {part} 的账号：{message}',
  'finding.STARTUP_PORT_IN_USE': '{part} 的端口已被其他进程占用：{message}',
  'finding.PART_ABSENT': '这里没有 {part} 的 Pod 或容器：已被删除，或运行在别处。',
  'finding.PART_MISSING': '{part} 应以“{name}”运行在这里，但没有它的 Pod 或容器。',
  'finding.PART_NOT_RUNNING': '{part} 没有运行中的实例（{subject}：{state}，{reason}，退出码 {exitCode}）。',
  'finding.PART_PAUSED': '{part} 处于暂停状态（{subject}）。',
  'finding.PART_NOT_READY': '{part} 在运行但未就绪（{subject}，重启 {restarts} 次）。',
  'finding.NETWORK_SILENT': '到 {subject} 的连接请求没有任何回应：报文在途中丢失。',
  'finding.NETWORK_SLOW':
    '与 {subject} 建立连接需要 {handshakeMs:ms}（阈值 {thresholdMs:ms}）：到它的网络很慢。',
  'finding.REGISTRATION_SUBJECTS_DIFFER':
    'Agent 向 "{agentSubject}" 注册，而 {@agent-manager} 监听 "{managerSubject}"。',
  'finding.REGISTRATION_SUBJECTS_DIFFER.impact': '新的 agent 无法注册，对应集群看不到。',
  'finding.AUTH_TOKENS_DIFFER':
    '注册令牌不一致（摘要）：{@agent-manager} 为 {managerDigest}，来自 {managerSource}；agent 为 {agentDigest}，来自 {agentSource}。',
  'finding.AUTH_TOKEN_MISSING': '{missing} 一侧缺少注册令牌（应来自 {source}）。',
  'finding.AGENT_REGISTRATION_FAILS': '{subject} 的日志显示注册失败。',
  'finding.REGISTRATION_REFUSED_TOKEN': '有注册因令牌被拒绝（{subject}）。',
  'finding.MANAGER_SEES_NO_REGISTRATION':
    '{@agent-manager} 不知道任何注册（agent 自己的说法：{agentSays}）。',
  'finding.NOBODY_PUBLISHES': '{seconds} 秒内没有任何采集代理发布消息，任何主题上都没有。',
  'finding.AGENT_SUBJECTS_DIFFER':
    'Agent（{publisher}）发布到 "{published}"，没有任何一方监听；{listener} 监听 "{listened}"，什么也收不到。',
  'finding.AGENT_SUBJECTS_DIFFER.impact': 'Agent 在运行，但发出的内容全都没有送达。',
  'finding.PORT_NOT_LISTENED':
    '{container} 的清单声明了端口 {port}（{declaredBy}），但没有进程监听它。那里打开的端口：{open}。',
  'finding.PORT_NOT_LISTENED.impact': '发往该端口的请求和健康检查都会被拒绝。',
  'finding.HEALTH_CHECK_CANNOT_PASS':
    '{container} 的健康检查不可能通过，尽管它的程序在运行：{said}（连续失败 {failures} 次）。',
  'finding.HEALTH_CHECK_CANNOT_PASS.impact': '等待该检查的容器永远不会启动，存活探针会反复结束这个容器。',
  'finding.SERVICE_SELECTS_NOTHING':
    'Service {service} 选择 {selector}，但没有 Pod 符合。Pod {pod} 的标签是 {labels}。',
  'finding.SERVICE_SELECTS_NOTHING.impact': '到该 Service 的每个连接都被拒绝，而 Pod 在运行。',
  'finding.SERVICE_POD_UNCLEAR':
    'Service {service} 选择 {selector}，但没有 Pod 符合。Pod {pod} 使用同一端口，且没有 Service 指向它，可能就是目标。',
  'finding.SERVICE_POD_UNCLEAR.impact': '到该 Service 的每个连接都被拒绝。',
  'finding.SERVICE_PORT_NOT_LISTENED':
    'Service {service} 把端口 {from} 转到 {container} 的端口 {port}，而那里没有进程监听。那里打开的端口：{open}。',
  'finding.SERVICE_PORT_NOT_LISTENED.impact': '到该 Service 端口的每个连接都被拒绝。',
  'finding.SERVICE_FOREIGN_PODS':
    'Service {service} 后面除了 {part} 的 {own} 个 Pod，还有 {strangers} 个使用其他镜像的 Pod：{pods}。',
  'finding.SERVICE_FOREIGN_PODS.impact': '一部分请求会发到这 {strangers} 个 Pod，而 {part} 不在那里应答。',
  'finding.SERVICE_MISSING': '{part} 在运行（{pods}），但命名空间 {namespace} 里没有 Service 指向它。',
  'finding.SERVICE_MISSING.impact': '按名称访问它的请求到不了它。',
  'finding.SERVICE_PORT_UNKNOWN': 'Service {service} 指向名为 "{port}" 的端口，但它的 Pod 只有：{named}。',
  'finding.SERVICE_PORT_UNKNOWN.impact': '到该端口的每个连接都被拒绝。',
  'finding.EXPECTED_DATABASE_MISSING':
    '{container} 需要数据库 "{database}"，但 PostgreSQL 里没有（最接近的名字：{similar}；现有：{known}）。',
  'finding.EXPECTED_DATABASE_MISSING.impact': '程序每次启动都会退出。',
  'finding.NATS_SERVERS_APART':
    '有 {servers} 台 NATS 服务器在运行（{names}），被询问的那台没有到其他服务器的路由。',
  'finding.NATS_SERVERS_APART.impact': '一台服务器的客户端听不到另一台的，消息只能碰巧送达。',
  'finding.SCRAPE_TARGET_CLOSED':
    '抓取任务 "{job}"（{source}）访问 {target}，但 {container} 里没有进程监听该端口。打开的端口：{open}。',
  'finding.SCRAPE_TARGET_CLOSED.impact': 'Prometheus 拿不到它的指标，相关告警不会触发。',
  'finding.SCRAPE_PAGE_MISSING':
    '抓取任务 "{job}"（{source}）访问 {target}，{container} 对 {path} 返回状态 {status}，没有指标。',
  'finding.SCRAPE_PAGE_MISSING.impact': 'Prometheus 拿不到它的指标，相关告警不会触发。',
  'finding.SCRAPE_SELECTS_NOTHING':
    '抓取任务 "{job}"（{source}）寻找 {wanted}，但一个也没有。最接近的：{near}。',
  'finding.SCRAPE_SELECTS_NOTHING.impact': 'Prometheus 拿不到它的指标，相关告警不会触发。',
  'finding.ALERT_WITHOUT_METRIC':
    '规则 {rules}（{source}）需要指标 {metric}，但 Prometheus 读取的 {pages} 个页面里都没有它。',
  'finding.ALERT_WITHOUT_METRIC.impact': '无论发生什么，该规则都不会触发。',
  'finding.PUBLISHER_WITHOUT_CONNECTION':
    '{container} 无法发布消息：{message}（{minutes} 分钟内 {count} 行）。它以 {client} 的名义连着 NATS，所以原因不在 NATS。',
  'finding.PUBLISHER_WITHOUT_CONNECTION.impact': '应当发出的消息根本没有离开程序。',
  'finding.MESSAGE_NOT_USABLE': '{container} 无法使用收到的消息：{message}（{minutes} 分钟内 {count} 行）。',
  'finding.MESSAGE_NOT_USABLE.impact': '消息本应触发的动作不会发生。',
  'finding.SUBJECT_SILENT': '{listener} 在 {subject} 上监听，连接已有 {hours} 小时，至今没有收到消息。',
  'finding.HEARTBEAT_WITHOUT_AGENT':
    '{@agent-manager} 不计入 {agent} 的心跳：{seconds} 秒内在 {subject} 上收到 {count} 条，其中没有 Agent 的标识（字段：{fields}）。',
  'finding.HEARTBEAT_WITHOUT_AGENT.impact': '{@agent-manager} 会把正常的 Agent 当作失联。',
  'finding.SCHEMA_TWICE':
    '数据库 "{database}" 里有 "{used}" 的空表，但列不同（{tables}）。{table} 缺少：{missing}；多出：{added}。',
  'finding.SCHEMA_TWICE.impact': '被引到 "{database}" 的人会看到不同的列，而且没有数据。',
  'finding.IMAGES_DIFFER':
    '{part} 运行着两个镜像：{with} 个实例（如 {one}）为 {first}，{without} 个实例（如 {other}）为 {second}。',
  'finding.IMAGES_DIFFER.impact': '{part} 的行为取决于由哪个实例应答。',
  'finding.VARIABLE_NOT_FOLLOWED':
    '{container} 的变量 {variable} 指定数据库 "{database}"，但它的 {sessions} 个会话在：{used}。',
  'finding.VARIABLE_NOT_FOLLOWED.impact': '修改这个变量没有效果。',
  'finding.ADDRESS_NOT_FOLLOWED':
    '{container} 的 {variable} 是 {given}，程序实际调用的却是 {called}（{minutes} 分钟内 {count} 行）：{message}',
  'finding.ADDRESS_UNEXPLAINED':
    '{container} 的 {variable} 是 {given}，程序调用的却是 {called}。这个地址可能来自另一个无法读取的设置。',
  'finding.ADDRESS_NOT_FOLLOWED.impact': '修改这个设置没有效果。',
  'finding.AGENTS_SILENT': '已有 {thresholdSeconds} 秒以上没有任何采集代理的消息（已注册 {registered} 个）。',
  'finding.EVENT_LATENCY_HIGH': '事件从产生到入库需要 {latencySeconds} 秒。',
  'finding.EVENT_LATENCY_HIGH.impact': '告警和工作流会延迟触发。',
  'finding.EVENT_QUEUE_BACKLOG':
    '事件队列已有 {queue}/{queueCapacity}，每秒变化 {queueSlopePerSecond}：每秒进入 {receivedPerSecond}，入库 {storedPerSecond}。',
  'finding.EVENT_WORKERS_BUSY':
    '全部 {workers} 个事件协程也都在忙；处理一个事件需 {enrichSeconds} 秒，每秒到达 {receivedPerSecond} 个。数据库变快后才能看出协程是否够用。',
  'finding.EVENT_WORKERS_SATURATED':
    '全部 {workers} 个事件协程都在忙；处理一个事件需 {enrichSeconds} 秒，队列中有 {queue} 个。',
  'finding.EVENT_BATCHES_FULL':
    '每个批次都是满的（{batchSize}/{batchLimit}），每 {batchTimeoutMs} 毫秒写一批：瓶颈在写入节奏。',
  'finding.EVENT_WRITES_SLOW': '写入一个批次需要 {writeSeconds} 秒，事件都在等数据库。',
  'finding.EXECUTIONS_PENDING':
    '{stuck} 个执行一直 pending，最久的已 {oldestSeconds} 秒（工作流：{workflows}）。',
  'finding.EXECUTIONS_WAITING':
    '{stuck} 个执行在等待空闲协程，最久的已 {oldestSeconds} 秒（工作流：{workflows}）。',
  'finding.EXECUTIONS_PENDING.impact': '提交的工作流不会执行。',
  'finding.EXECUTOR_STARVED': '执行器协程 {workersBusy}/{workers} 全忙，队列已占 {queue}/{queueCapacity}。',
  'finding.EXECUTOR_QUEUE_FULL_LOGGED':
    '{@orchestrator-service} 日志显示队列已满（{minutes} 分钟内 {queueFull} 次）。',
  'finding.EXECUTOR_ERRORS_LOGGED':
    '{@orchestrator-service} 日志有执行器错误（{minutes} 分钟内 {errors} 条）。',
  'finding.WORKFLOW_FILE_BROKEN': '工作流文件 {file} 第 {line} 行：{reason}。',
  'finding.WORKFLOW_FILE_FAULTY': '工作流文件 {file} 第 {line} 行：{reason}；它有 {waiting} 个执行在等待。',
  'finding.WORKFLOW_FILE_UNUSUAL': '工作流文件 {file} 第 {line} 行：{reason}。没有执行因它而停滞。',
  'finding.STEP_TIMED_OUT':
    '步骤 {subject} 达到自身 {timeoutSeconds} 秒的上限（{times} 次，最近 {execution}）。',
  'finding.STEP_COMMAND_TIMED_OUT': '步骤 {subject} 的命令在 {@agent-manager} 中超时：{error}',
  'finding.COMMANDS_SATURATED':
    '{maxConcurrent} 个命令并发位全部占用，另有 {waiting} 个在等待（执行中 {inflight}）。',
  'finding.COMMANDS_TIME_OUT': '命令正在超时（每秒 {timeoutsPerSecond} 个）。',
  'finding.ROOT_CAUSE_FAILS': '根因分析失败（HTTP {status}）：{error}',
  'finding.ROOT_CAUSE_FAILS.impact': '故障得不到自动分析。',
  'finding.ROOT_CAUSE_FAILS_IN_SOME':
    '并非每次分析都失败：Service 背后 {asked} 个 Pod 中有 {failing} 个失败（{pods}）。',
  'finding.ROOT_CAUSE_MODEL_ERROR': '分析因模型失败：{error}',
  'finding.ROOT_CAUSE_GRAPH_UNAVAILABLE': '分析有结果，但没有用到知识图谱。',
  'finding.MODEL_MISSING': '{folder} 中没有模型 {subject}（现有：{files}）。',
  'finding.MODEL_EMPTY': '模型 {subject} 是空文件。',
  'finding.SKLEARN_IMPORT_FAILS': '容器内无法导入 scikit-learn：{error}',
  'finding.ANALYZER_MODEL_ERROR': '分析器最近一次关于模型的日志是错误：{message}',
  'finding.GRAPH_CREDENTIALS_REFUSED': 'Neo4j 拒绝了 {@reasoning-service} 的账号：{message}',
  'finding.GRAPH_CONNECTION_FAILS': '{@reasoning-service} 连不上 Neo4j：{message}',
  'finding.NEO4J_STARTING':
    'Neo4j 已运行 {runningSeconds:seconds}，还没有输出 "Started."。请在 {againSeconds:seconds}后再次询问。',
  'finding.OOM_KILLED':
    '{part} 因内存被杀（{subject}，上限 {limitMiB} MiB，退出码 137，重启 {restarts} 次）。',
  'finding.MEMORY_NEAR_LIMIT': '{part} 已用 {usedMiB}/{limitMiB} MiB（{subject}）。',
  'finding.NO_MEMORY_LIMIT': '{part} 没有内存上限（{subject}）。',
  'finding.CPU_HIGH': '{part} 占用 {cores} 核（{goroutines} 个 goroutine）。',
  'finding.CPU_AT_LIMIT': '{part} 已用 {usedMillicores}/{limitMillicores} 毫核（{subject}）。',
  'finding.CPU_THROTTLED':
    '{part} 在 {percent} % 的时间里因 {limitMillicores} 毫核的上限被限流（{subject}）。',
  'finding.CPU_LIMIT_TINY':
    '{part} 的上限只有 {limitMillicores} 毫核，太小，任何 profile 都无法说明是谁占用了 CPU。',
  'finding.CPU_BUSY_WITHOUT_LIMIT': '{part} 占用 {usedMillicores} 毫核且没有上限（{subject}）。',
  'finding.HOT_FUNCTION':
    '{part} 的 CPU 时间有 {percent} % 花在 {function} 及其调用的库上（{file}:{line}）。',
  'finding.HOT_FUNCTION_HELD_BACK':
    '{part} 得到的 CPU 时间有 {percent} % 花在 {function} 上（{file}:{line}），共 {cores} 核。所在机器繁忙，{waiting} % 的时间有进程在等待 CPU：它可能需要更多。',
  'finding.MEMORY_GROWS':
    '{part} 内存每分钟增长 {growthMiBPerMinute} MiB（{seconds} 秒内 {memoryFromMiB} → {memoryMiB} MiB）。',
  'finding.HEAP_GROWS_AT':
    '内存在 {function} 处增长（{file}:{line}）：{seconds} 秒增加 {grewMiB} MiB，共持有 {heldMiB} MiB。',
  'finding.STALE_CACHE':
    '{keys} 个 agent 缓存中 {orphans} 个在数据库中没有记录，{different} 个与记录不符（{rows} 行；例如 {sample}）。',
  'finding.UNPROCESSED_EVENTS': '{unprocessed} 个事件入库超过 {olderThanSeconds} 秒仍未处理。',
  'finding.INDEX_CORRUPT': '{table} 的索引 {subject} 已损坏：{error}',
  'finding.INDEX_CORRUPT.impact': '查询可能漏行或返回错误结果。',
  'finding.INDEX_BLOATED': '{table} 的索引 {subject}（{mib} MiB）填充率只有 {densityPercent} %。',
  'finding.INDEX_INVALID': '{table} 的索引 {subject} 无效：之前的 CREATE INDEX CONCURRENTLY 没有完成。',
  'finding.CONFIG_OVERRIDE_IN_USE':
    '{part} 的 {key}：程序按 {layer} {name}（{value}）建立了连接。文件中的 {fileValue} 没有被使用。',
  'finding.CONFIG_OVERRIDDEN': '{part} 的 {key}：文件中是 {fileValue}，但 {layer} {name} 以 {value} 生效。',
  'finding.CONTAINER_OLDER_THAN_CONFIG': '{subject} 在配置文件修改前 {behindSeconds} 秒就已启动。',
} as const satisfies Record<keyof typeof en, string>;
