/** SQL: a postcode as {@link postcode} reads it. Nearly all are written as they should be, which is seen sooner than mended. */
export function readPostcode(text: string): string {
  const isPlain = `regexp_full_match(${text}, '[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}') AND NOT starts_with(${text}, 'ZZ99')`;
  return `CASE WHEN ${isPlain} THEN replace(${text}, ' ', '') ELSE ${postcode(bareText(text))} END`;
}

/** SQL: the outward half of a British postcode; of another all but its last two characters. */
export function outcode(postcodeSql: string): string {
  return `CASE WHEN regexp_full_match(${postcodeSql}, '[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}') THEN left(${postcodeSql}, length(${postcodeSql}) - 3) ELSE left(${postcodeSql}, greatest(length(${postcodeSql}) - 2, 1)) END`;
}

function bareText(text: string): string {
  return `regexp_replace(upper(strip_accents(${text})), '[^A-Z0-9]', '', 'g')`;
}

/** SQL: of bare letters and digits a postcode, `O` and `0` by their place in a British one; none where it stands for no address. */
function postcode(bare: string): string {
  const inward = `replace(left(right(${bare}, 3), 1), 'O', '0') || replace(right(${bare}, 2), '0', 'O')`;
  const british = `regexp_full_match(${bare}, '[A-Z]{1,2}[0-9][A-Z0-9]?[0-9O][A-Z0]{2}')`;
  return `CASE WHEN ${bare} = '' OR starts_with(${bare}, 'ZZ99') THEN NULL WHEN ${british} THEN left(${bare}, length(${bare}) - 3) || ${inward} ELSE ${bare} END`;
}
