import { isWithin } from '../kernel/date-range.ts';
import type { Register } from './register.ts';
import type { RegisterRow } from './register-row.ts';

/** Why an id does not name one row. */
export type NotNamed = { readonly none: true } | { readonly several: readonly RegisterRow[] };

/** The row that an id names; ids of imported rows begin anew in every edition, so its days may be needed as well. */
export function rowNamed(
  register: Register,
  id: string,
  days: { readonly from: string; readonly to: string } | undefined,
): RegisterRow | NotNamed {
  const named: RegisterRow[] = [];
  for (const row of register.rows())
    if (row.id === id && (days === undefined || isWithin(row.released.to, days))) named.push(row);
  const [only] = named;
  if (only === undefined) return { none: true };
  return named.length === 1 ? only : { several: named };
}
