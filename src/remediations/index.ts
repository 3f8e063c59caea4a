import { connectNetwork } from './compose/container/connect-network.remediation.ts';
import { recreateWithImage } from './compose/container/recreate-with-image.remediation.ts';
import { removeOverrideAnew } from './compose/container/remove-override.remediation.ts';
import { restartService } from './compose/container/restart-service.remediation.ts';
import { setLimits } from './compose/container/set-limits.remediation.ts';
import { startService } from './compose/container/start-service.remediation.ts';
import { fetchModel } from './compose/file/fetch-model.remediation.ts';
import { setConfigKeyInFile } from './compose/file/set-config-key.remediation.ts';
import { setConfigTextInFile } from './compose/file/set-config-text.remediation.ts';
import { setStepTimeoutInFile } from './compose/file/set-step-timeout.remediation.ts';
import { removeOverride } from './kubernetes/config/remove-override.remediation.ts';
import { setConfigKey } from './kubernetes/config/set-config-key.remediation.ts';
import { setConfigText } from './kubernetes/config/set-config-text.remediation.ts';
import { setStepTimeout } from './kubernetes/config/set-step-timeout.remediation.ts';
import { copyRegistrationToken } from './kubernetes/credentials/copy-registration-token.remediation.ts';
import { resetNeo4jPassword } from './kubernetes/credentials/reset-neo4j-password.remediation.ts';
import { fetchModelOnKubernetes } from './kubernetes/model/fetch-model.remediation.ts';
import { allowConnection } from './kubernetes/network/allow-connection.remediation.ts';
import { setSelector } from './kubernetes/network/set-selector.remediation.ts';
import { removeNodeSelector } from './kubernetes/rollout/remove-node-selector.remediation.ts';
import { restartWorkload } from './kubernetes/rollout/restart-workload.remediation.ts';
import { rollbackWorkload } from './kubernetes/rollout/rollback-workload.remediation.ts';
import { setImage } from './kubernetes/rollout/set-image.remediation.ts';
import { setProbe } from './kubernetes/rollout/set-probe.remediation.ts';
import { setResources } from './kubernetes/rollout/set-resources.remediation.ts';
import { startWorkload } from './kubernetes/rollout/start-workload.remediation.ts';
import { createStream } from './nats/create-stream.remediation.ts';
import { archiveOldRows } from './postgres/archive-old-rows.remediation.ts';
import { createIndexes } from './postgres/create-indexes.remediation.ts';
import { deleteOldRows } from './postgres/delete-old-rows.remediation.ts';
import { endBlockingSession } from './postgres/end-blocking-session.remediation.ts';
import { rebuildIndex } from './postgres/rebuild-index.remediation.ts';
import { setMaxConnections } from './postgres/set-max-connections.remediation.ts';
import { terminateIdleSessions } from './postgres/terminate-idle-sessions.remediation.ts';
import { deleteKeys } from './redis/delete-keys.remediation.ts';
import { setEvictionPolicy } from './redis/set-eviction-policy.remediation.ts';
import { setMemoryLimit } from './redis/set-memory-limit.remediation.ts';

/** Every action there is. A file that is not listed here fails a test. */
export const remediations = [
  restartService,
  startService,
  setLimits,
  setConfigKeyInFile,
  setStepTimeoutInFile,
  setConfigTextInFile,
  restartWorkload,
  startWorkload,
  rollbackWorkload,
  setResources,
  setSelector,
  removeNodeSelector,
  setImage,
  setProbe,
  setConfigKey,
  setStepTimeout,
  setConfigText,
  removeOverride,
  allowConnection,
  copyRegistrationToken,
  resetNeo4jPassword,
  setEvictionPolicy,
  terminateIdleSessions,
  endBlockingSession,
  createIndexes,
  rebuildIndex,
  setMaxConnections,
  archiveOldRows,
  deleteOldRows,
  setMemoryLimit,
  deleteKeys,
  createStream,
  connectNetwork,
  fetchModel,
  fetchModelOnKubernetes,
  recreateWithImage,
  removeOverrideAnew,
] as const;
export type RemediationId = (typeof remediations)[number]['id'];
/** Instructions that stand in for one that cannot be offered. */
export type StandIn = (typeof remediations)[number]['instruction'];
