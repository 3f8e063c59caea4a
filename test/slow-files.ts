/** Integration tests that `npm test` has no time for: `npm run test:rest` runs them (suite `servers`). */
export const slowFiles: readonly string[] = [
  'test/integration/approvals/forged.test.ts',
  'test/integration/approvals/old-rows.test.ts',
  'test/integration/approvals/postgres-fixes.test.ts',
  'test/integration/approvals/sessions-of-others.test.ts',
  'test/integration/audit/older-state.test.ts',
  'test/integration/audit/one-login.test.ts',
  'test/integration/audit/signatures.test.ts',
  'test/integration/audit/verdicts.test.ts',
  'test/integration/probes/nats.test.ts',
  'test/integration/search/search.test.ts',
  'test/integration/store/hostile-text.integration.test.ts',
  'test/integration/store/keys.integration.test.ts',
  'test/integration/store/upgrade.integration.test.ts',
];
