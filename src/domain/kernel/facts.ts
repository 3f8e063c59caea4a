/** Numbers and short strings that show something; secrets never stand here. */
export type FactValue = string | number | boolean | null;
export type Facts = Readonly<Record<string, FactValue>>;
