/** What is wrong with a bundle, each with the file it is about; the order in which they are told. */
export const bundleFaults = [
  'no-bundle', // no gzip of a tar archive, or one without a manifest
  'damaged', // it ends too early, or does not unpack
  'unsafe', // an entry that would leave its folder, a link, a device, a name that comes twice
  'too-large', // more than a bundle may hold
  'altered', // a file is not the one that the manifest describes
  'missing', // a file of the manifest is not there
  'extra', // a file that the manifest does not name
] as const;

export interface BundleFinding {
  readonly fault: (typeof bundleFaults)[number];
  /** Path in the bundle; absent: the bundle as a whole. */
  readonly path?: string;
}
