import type { Scope } from '../../../../src/disclosure/tabulation/scope.ts';

/** All rows of a dataset. */
export const EVERYTHING: Scope = { dataset: 'd', from: '', to: '9999-12-31', conditions: [], people: '' };
