/** Work that a scheduler repeats, such as expiring remediations; returns how many rows it moved. */
export interface Sweeper {
  sweep(): Promise<number>;
}
