import type { Note } from './notes.ts';
import type { ReleasedTables } from './released-tables.ts';

/**
 * Tables as data: one row a line and measure, every dimension with its level. Pipe-delimited, as all of dars's CSV. The
 * notes come last, as rows of a table `notes`, so that they can't be parted from the figures.
 */
export function renderCsv(
  { tables }: ReleasedTables,
  notes: readonly Note[],
  columns: readonly string[],
): { text: string; rows: number } {
  const dimensions = columns.slice(1, -2).filter((_, index) => index % 2 === 0);
  const lines = tables.flatMap((table) =>
    table.lines.flatMap(({ at, values }) =>
      table.measures.map(({ name }, measure) => {
        const places = dimensions.flatMap((dimension) => {
          const index = table.dimensions.findIndex((each) => each.name.toUpperCase() === dimension);
          const place = at[index];
          return place === undefined ? ['', ''] : [place.code, place.levelName];
        });
        return [table.name, ...places, name, values[measure] ?? ''].map(quoted).join('|');
      }),
    ),
  );
  const blanks = dimensions.flatMap(() => ['', '']);
  for (const { heading, text } of notes) {
    for (const line of text) lines.push(['notes', ...blanks, heading, line].map(quoted).join('|'));
  }
  return { text: `${[columns.join('|'), ...lines].join('\n')}\n`, rows: lines.length };
}

function quoted(value: string): string {
  return /["|\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
