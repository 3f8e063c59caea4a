/** The one card of a fix. */
export const cardPurpose = 'remediation';
/** Before the user id of its reader: once it is sent, its channel is that of the conversation. */
export const directPurpose = 'remediation-direct:';
/** A temporary change that is over its time, with the button that takes it back. */
export const overduePurpose = 'remediation-overdue';

/** User id of the only reader of this copy of a card. */
export const readerOf = (purpose: string): string | undefined =>
  purpose.startsWith(directPurpose) ? purpose.slice(directPurpose.length) : undefined;

/** R-A10: messages with which people decide. The bot draws them from the fix as it is stored, no matter who asked for it. */
export const isCard = (purpose: string): boolean =>
  purpose === cardPurpose || purpose === overduePurpose || readerOf(purpose) !== undefined;
