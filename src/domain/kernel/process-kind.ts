/** Kinds of processes, each with rights and a signing key of its own (R-A15). */
export const processKinds = ['bot', 'worker', 'scheduler'] as const;

export type ProcessKind = (typeof processKinds)[number];
