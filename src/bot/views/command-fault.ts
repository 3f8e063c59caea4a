/** Catalogue key `command.<reason>`. */
export type CommandFault =
  | { readonly reason: 'unknown-verb'; readonly facts: { readonly word: string; readonly known: string } }
  | { readonly reason: 'missing'; readonly facts: { readonly verb: string; readonly what: string } }
  | {
      readonly reason: 'unknown-environment';
      readonly facts: { readonly word: string; readonly known: string };
    }
  | { readonly reason: 'bad-time'; readonly facts: { readonly word: string } }
  | { readonly reason: 'bad-duration'; readonly facts: { readonly word: string } }
  | {
      readonly reason: 'bad-log-time' | 'bad-log-level' | 'bad-log-trace';
      readonly facts: { readonly word: string };
    }
  | { readonly reason: 'bad-run'; readonly facts: { readonly word: string } }
  | { readonly reason: 'surplus'; readonly facts: { readonly verb: string; readonly word: string } };
