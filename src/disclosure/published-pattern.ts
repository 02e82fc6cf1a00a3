import type { Publication } from './audit/publication.ts';
import type { Instance } from './instance/instance.ts';
import type { Pattern } from './suppress/suppression.ts';
import { at } from './tables/sparse-rows.ts';

/** What anybody reads of an instance when a pattern is hidden: here the true counts of hidden cells are left behind. */
export function publicationOf({ system, values }: Instance, pattern: Pattern): Publication {
  return {
    system,
    lower: values.map((value, column) => (at(pattern, column) === 1 ? Number.NEGATIVE_INFINITY : value)),
    upper: values.map((value, column) => (at(pattern, column) === 1 ? Number.POSITIVE_INFINITY : value)),
  };
}

/** The pattern of the file itself. Of cells that count the same one that is shown shows all; unpublished ones are hidden. */
export function ownPattern({ cells, system }: Instance): Pattern {
  const pattern = new Uint8Array(system.columns).fill(1);
  for (const { column, hidden } of cells) if (!hidden) pattern[column] = 0;
  return pattern;
}
