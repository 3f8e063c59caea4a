/** An `approvals` section that resolves to people in every tier, for configurations in tests. */
export const policy =
  'approvals: { approvers: { oncall: { users: [U1] }, leads: { users: [U2, U3] } }, tiers: { 1: { by: [oncall] }, 2: { by: [oncall, leads] }, 3: { by: [leads] } } }';
