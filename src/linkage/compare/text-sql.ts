/**
 * SQL: whether two texts differ by one letter put in, left out, replaced or swapped with its neighbour. Cheap tests go
 * first: Damerau-Levenshtein costs ten times as much as counting differing places.
 */
export function oneEdit(a: string, b: string): string {
  return `CASE WHEN length(${a}) = length(${b}) THEN CASE WHEN hamming(${a}, ${b}) <= 1 THEN true WHEN hamming(${a}, ${b}) = 2 THEN damerau_levenshtein(${a}, ${b}) = 1 ELSE false END WHEN abs(length(${a}) - length(${b})) = 1 THEN levenshtein(${a}, ${b}) = 1 ELSE false END`;
}

/** SQL: Jaro-Winkler similarity, 0 where a text is missing. */
export function similarity(a: string, b: string): string {
  return `coalesce(jaro_winkler_similarity(${a}, ${b}), 0)`;
}
