import type { LinkFile } from '../../engine/link-file.ts';
import type { LinkSession } from '../../engine/link-session.ts';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { type ColumnMapping, columnNamed, mapColumns } from '../../linkage/column-mapping.ts';
import type { SourceTable } from '../../linkage/standardise/source-table.ts';
import type { CommandContext } from './command-context.ts';

/** A file that was opened and loaded. */
export interface Side {
  readonly mapping: ColumnMapping;
  /** The SQL type of its identifiers, which links give out again. */
  readonly idType: string;
  readonly table: SourceTable;
}

/** What the command line says of a file. */
export interface SideFlags {
  readonly id: string | undefined;
  readonly mapping: string | undefined;
  readonly history: string | true | undefined;
  readonly delimiter: string | undefined;
}

/** Opens a file and loads the columns that are mapped; says which. */
export async function openSide(
  session: LinkSession,
  { reporter }: CommandContext,
  path: string,
  side: 'A' | 'B',
  { id, mapping: text, history, delimiter }: SideFlags,
): Promise<Side> {
  const option = `--${side.toLowerCase()}`;
  const file: LinkFile = await session.open(path, delimiter);
  const idColumn = id === undefined ? undefined : columnNamed(id, file.columns, `${option}-id`);
  const mapping = mapColumns(text, file.columns, option, idColumn);
  const orderedBy = typeof history === 'string' ? columnNamed(history, file.columns, `${option}-history`) : undefined;
  const { fields, asText } = mapping;
  if (fields.length === 0) {
    throw new Fault(ExitCode.usage, 'no-fields', `${file.name}: no column is mapped or named as a known field`, {
      // A first line that is no header may be somebody's, so it is not quoted.
      hint: `it has ${counted(file.columns.length, 'column')}; map them with ${option} field=column,… (a file without a header needs one)`,
    });
  }
  for (const name of asText) reporter.note(`${option}: ${name} is no known field; it is compared as plain text`);
  const table = `#file ${side}`;
  const used = fields.flatMap(({ columns }) => columns);
  const others = [idColumn, orderedBy].filter((column) => column !== undefined);
  const loaded = await file.load(table, [...new Set([...others, ...used])]);
  if (loaded.isLatin1) reporter.note(`${file.name} is not UTF-8; it was read as Latin-1`);
  const names = fields.map(({ field, columns }) =>
    columns.join('+') === field.name ? field.name : `${field.name}=${columns.join('+')}`,
  );
  reporter.note(`${side}: ${file.name}, ${counted(loaded.rows, 'row')}: ${names.join(', ')}`);
  return {
    mapping,
    idType: idColumn === undefined ? 'BIGINT' : file.typeOf(idColumn),
    table: {
      label: file.name,
      table,
      id: idColumn,
      fields,
      lists: file.lists,
      ...(history === undefined ? {} : { history: { orderedBy } }),
    },
  };
}

/** Fields that one side alone has help nobody; that is worth a word, since a mapping may have been forgotten. */
export function noteOneSided({ reporter }: CommandContext, left: Side, right: Side | undefined): void {
  if (right === undefined) return;
  const names = ({ mapping }: Side): string[] => mapping.fields.map(({ field }) => field.name);
  const [a, b] = [names(left), names(right)];
  if (!a.some((name) => b.includes(name))) {
    throw new Fault(ExitCode.usage, 'no-fields', 'the two files have no field in common', {
      hint: `A has ${a.join(', ')}; B has ${b.join(', ')}`,
    });
  }
  for (const [side, only] of [
    ['A', a.filter((name) => !b.includes(name))],
    ['B', b.filter((name) => !a.includes(name))],
  ] as const) {
    if (only.length > 0) reporter.note(`only ${side} has ${only.join(', ')}`);
  }
}
