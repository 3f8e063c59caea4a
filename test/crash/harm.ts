/** What a worker comes to at its point; `servers`: its parent does something to them while it waits there. */
export type Harm = 'SIGKILL' | 'SIGSTOP' | 'blocked' | 'servers';

/** How a worker ends that could not go on without PostgreSQL. */
export const exitWhenAway = 3;
