/** Why a container waits where its image cannot be got. Source: kubelet, `pkg/kubelet/images/types.go`. */
const reasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
]);

/** Whether a container that waits for this reason has no image. */
export const isWithoutImage = (reason: string): boolean => reasons.has(reason);
