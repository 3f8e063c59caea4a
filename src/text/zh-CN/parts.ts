import type { parts as english } from '../en/parts.ts';

/** Names of parts, their states and severities. */
export const parts = {
  'part.agent-manager': 'agent-manager',
  'part.orchestrator-service': 'orchestrator-service',
  'part.reasoning-service': 'reasoning-service',
  'part.collect-agent': '采集 Agent',
  'part.collect-agent.subject': '采集 Agent',
  'part.postgres': 'PostgreSQL',
  'part.redis': 'Redis',
  'part.nats': 'NATS',
  'part.neo4j': 'Neo4j',
  'part.runtime': '运行环境',
  'state.down': '故障',
  'state.degraded': '异常',
  'state.unknown': '无法查看',
  'state.up': '正常',
  'state.not-configured': '未配置',
  'state.looking': '检查中…',
  'severity.critical': '严重',
  'severity.warning': '警告',
  'severity.info': '提示',
} as const satisfies Readonly<Record<keyof typeof english, string>>;
