import type { Identifiability } from '../agreement/agreement-schema.ts';

/** How much each tells of a person; a product may ask for what is granted, or less. */
export const DETAIL: Readonly<Record<Identifiability, number>> = { aggregated: 0, pseudonymised: 1, identifiable: 2 };

/** What goes out where this is asked for under such a grant; asking for more is refused elsewhere. */
export function atMost(asked: Identifiability, granted: Identifiability): Identifiability {
  return DETAIL[asked] > DETAIL[granted] ? granted : asked;
}
