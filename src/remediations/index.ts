import { connectNetwork } from './compose/connect-network.remediation.ts';
import { fetchModel } from './compose/fetch-model.remediation.ts';
import { recreateWithImage } from './compose/recreate-with-image.remediation.ts';
import { removeOverrideAnew } from './compose/remove-override.remediation.ts';
import { restartService } from './compose/restart-service.remediation.ts';
import { setConfigKeyInFile } from './compose/set-config-key.remediation.ts';
import { setConfigTextInFile } from './compose/set-config-text.remediation.ts';
import { setLimits } from './compose/set-limits.remediation.ts';
import { setStepTimeoutInFile } from './compose/set-step-timeout.remediation.ts';
import { startService } from './compose/start-service.remediation.ts';
import { allowConnection } from './kubernetes/allow-connection.remediation.ts';
import { copyRegistrationToken } from './kubernetes/copy-registration-token.remediation.ts';
import { fetchModelOnKubernetes } from './kubernetes/fetch-model.remediation.ts';
import { removeNodeSelector } from './kubernetes/remove-node-selector.remediation.ts';
import { removeOverride } from './kubernetes/remove-override.remediation.ts';
import { resetNeo4jPassword } from './kubernetes/reset-neo4j-password.remediation.ts';
import { restartWorkload } from './kubernetes/restart-workload.remediation.ts';
import { rollbackWorkload } from './kubernetes/rollback-workload.remediation.ts';
import { setConfigKey } from './kubernetes/set-config-key.remediation.ts';
import { setConfigText } from './kubernetes/set-config-text.remediation.ts';
import { setImage } from './kubernetes/set-image.remediation.ts';
import { setProbe } from './kubernetes/set-probe.remediation.ts';
import { setResources } from './kubernetes/set-resources.remediation.ts';
import { setSelector } from './kubernetes/set-selector.remediation.ts';
import { setStepTimeout } from './kubernetes/set-step-timeout.remediation.ts';
import { startWorkload } from './kubernetes/start-workload.remediation.ts';
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
