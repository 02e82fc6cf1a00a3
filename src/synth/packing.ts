import { add, type Sql, type Step } from './sql.ts';

/**
 * Several small columns in one BIGINT, lowest bits first, with the width of each. In memory DuckDB gives every column of
 * every 122,880 rows at least two blocks of 256 KB, so that a column of one bit costs as much as one of sixteen.
 */
export type Packing = Readonly<Record<string, number>>;

/** Values are whole numbers from 0 up that fit their width, or BOOLEAN where the width is 1. */
export function packed(packing: Packing): Sql {
  return places(packing)
    .map(({ name, from }) => `(${name}::BIGINT << ${from})`)
    .join(' | ');
}

/** Adds the columns that are packed in one. */
export function unpack(column: string, packing: Packing): Step {
  return add(
    Object.fromEntries(
      places(packing).map(({ name, from, width }) => {
        const value = `((${column} >> ${from}) & ${2 ** width - 1})::INTEGER`;
        return [name, width === 1 ? `${value} = 1` : value];
      }),
    ),
  );
}

function places(packing: Packing): readonly { readonly name: string; readonly from: number; readonly width: number }[] {
  let from = 0;
  return Object.entries(packing).map(([name, width]) => {
    const place = { name, from, width };
    from += width;
    return place;
  });
}
