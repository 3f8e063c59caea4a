/** Kinds of processes, each with rights and a signing key of its own (R-A15). */
export const processKinds = ['bot', 'worker', 'scheduler'] as const;

export type ProcessKind = (typeof processKinds)[number];

/** Those and who receives alerts, which signs nothing and writes nothing down: each has a login of its own. */
export const loginKinds = [...processKinds, 'alerts'] as const;

export type LoginKind = (typeof loginKinds)[number];
