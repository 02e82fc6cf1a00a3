/**
 * How far a relation is from the people in it. identified: rows of people with what identifies them. pseudonymised:
 * tokens in place of identifiers. counted: raw counts, not yet safe. aggregated: counts under disclosure control.
 */
export type DisclosureClass = 'identified' | 'pseudonymised' | 'counted' | 'aggregated';
