/** Ten kinds of secret, each with a part that must never be seen anywhere (`core`). None was ever valid. */
export const plantedSecrets = [
  {
    kind: 'URL with a password',
    value: 'postgres://app:Tr0ub4dor-and-3@db.internal:5432/app',
    core: 'Tr0ub4dor-and-3',
  },
  {
    kind: 'Slack bot token',
    value: ['xoxb', '2147483647', 'pLaNtEdBotT0ken'].join('-'),
    core: 'pLaNtEdBotT0ken',
  },
  { kind: 'personal access token', value: `ghp_${'Pl4ntEd'.repeat(6)}`, core: 'Pl4ntEdPl4ntEd' },
  {
    kind: 'PEM private key',
    value: `-----BEGIN PRIVATE KEY-----\nMIIEvPLANTEDkey0123456789abcdefghij\nQUJDREVGplanted2\n-----END PRIVATE KEY-----`,
    core: 'MIIEvPLANTEDkey0123456789abcdefghij',
  },
  {
    kind: 'bearer header',
    value: 'Authorization: Bearer plantedbearer.0123456789',
    core: 'plantedbearer.0123456789',
  },
  { kind: 'AWS access key', value: `AKIA${'PLANTED0'.repeat(2)}`, core: 'PLANTED0PLANTED0' },
  {
    kind: 'connection string',
    value: 'host=db user=app password=planted-libpq-9 sslmode=require',
    core: 'planted-libpq-9',
  },
  {
    kind: 'base64',
    value: 'cGxhbnRlZC1zdXBlci1zZWNyZXQtcGFzc3dvcmQ5OTc3',
    core: 'cGxhbnRlZC1zdXBlci1zZWNyZXQ',
  },
  {
    kind: 'JSON web token',
    value: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwbGFudGVkIn0.c2lnbmF0dXJlcGxhbnRlZA',
    core: 'eyJzdWIiOiJwbGFudGVkIn0',
  },
  { kind: 'AWS secret key', value: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYPLANTEDKEY', core: 'bPxRfiCYPLANTEDKEY' },
] as const;

/** Kinds of secret that can be read in `text`: should be none. */
export function leaked(text: string): readonly string[] {
  return plantedSecrets.filter((secret) => text.includes(secret.core)).map((secret) => secret.kind);
}
