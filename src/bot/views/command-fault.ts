/** A symptom to choose, as somebody would type it (`D3`, `H2 redis`). */
export interface Choice {
  readonly id: string;
  readonly typed: string;
}

/** Catalogue key `command.<reason>`. */
export type CommandFault =
  | { readonly reason: 'unknown-verb'; readonly facts: { readonly word: string; readonly known: string } }
  /** `near`: the whole command with the verb that was probably meant. */
  | { readonly reason: 'near-verb'; readonly facts: { readonly word: string; readonly near: string } }
  | { readonly reason: 'missing'; readonly facts: { readonly verb: string; readonly what: string } }
  | {
      readonly reason: 'unknown-environment';
      /** `near`: the name that was probably meant. */
      readonly facts: { readonly word: string; readonly known: string; readonly near?: string };
    }
  | { readonly reason: 'bad-time'; readonly facts: { readonly word: string } }
  | { readonly reason: 'bad-duration'; readonly facts: { readonly word: string } }
  | {
      readonly reason: 'bad-log-time' | 'bad-log-level' | 'bad-log-trace';
      readonly facts: { readonly word: string };
    }
  | { readonly reason: 'bad-run'; readonly facts: { readonly word: string } }
  /** Nothing of what can be diagnosed fits these words. */
  | { readonly reason: 'unknown-symptom'; readonly facts: { readonly text: string } }
  /** They fit several symptoms; `choices`: each as it is typed. */
  | {
      readonly reason: 'several-symptoms';
      readonly facts: { readonly text: string };
      readonly choices: readonly Choice[];
    }
  /** The words ask for this command instead. */
  | { readonly reason: 'other-command'; readonly facts: { readonly command: string } }
  | { readonly reason: 'unknown-part'; readonly facts: { readonly word: string; readonly near?: string } }
  | { readonly reason: 'unknown-fix'; readonly facts: { readonly word: string } }
  /** `near`: the id that was probably meant. */
  | { readonly reason: 'near-fix'; readonly facts: { readonly word: string; readonly near: string } }
  | {
      readonly reason: 'fix-surplus' | 'fix-missing';
      readonly facts: { readonly fix: string; readonly name: string; readonly takes: string };
    }
  /** `value`: of `fix-surplus-near`, the name that was probably meant. */
  | {
      readonly reason: 'fix-surplus-near' | 'fix-value';
      readonly facts: {
        readonly fix: string;
        readonly name: string;
        readonly value: string;
        readonly takes: string;
      };
    }
  /** It takes no values at all. */
  | { readonly reason: 'fix-takes-none'; readonly facts: { readonly fix: string; readonly name: string } }
  | { readonly reason: 'surplus'; readonly facts: { readonly verb: string; readonly word: string } };
