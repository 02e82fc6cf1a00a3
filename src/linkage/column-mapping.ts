import { counted } from '../kernel/counted.ts';
import { quoted } from '../kernel/document.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { nearest } from '../kernel/nearest.ts';
import { fieldOfColumn, fieldSpelling, KNOWN_FIELDS, type KnownField, knownField } from './known-fields.ts';

/** Which columns of a table a field is made of: one, or several (the parts of a date, the lines of an address). */
export interface FieldSource {
  readonly field: KnownField;
  readonly columns: readonly string[];
}

/** What a mapping says of a table. */
export interface ColumnMapping {
  readonly fields: readonly FieldSource[];
  /** Columns that no field takes. */
  readonly ignored: readonly string[];
  /** Names that are no known fields, and so are compared as plain text. */
  readonly asText: readonly string[];
}

/**
 * Reads `given_name=firstname,date_of_birth=y+m+d` for a table of these columns. Columns that are named as fields are
 * need no mapping. `option` is what the user wrote, for messages. `id` is the column that identifies rows: it is only
 * compared if it is mapped, or an NHS number, by which others are found as well. Throws a Fault of usage.
 */
export function mapColumns(
  text: string | undefined,
  columns: readonly string[],
  option: string,
  id?: string,
): ColumnMapping {
  const fields: FieldSource[] = [];
  const asText: string[] = [];
  for (const part of (text ?? '').split(',').filter((each) => each.trim() !== '')) {
    const at = part.indexOf('=');
    if (at < 0) {
      throw usage(
        `${option}: ${quoted(part)} is not field=column`,
        'for example given_name=firstname,family_name=surname',
      );
    }
    const name = part.slice(0, at);
    const field = knownField(name) ?? textField(name, option);
    if (knownField(name) === undefined) asText.push(field.name);
    if (fields.some((each) => each.field.name === field.name)) {
      throw usage(`${option} maps ${field.name} twice`, 'join columns with +, as address=street+town');
    }
    const sources = part
      .slice(at + 1)
      .split('+')
      .map((column) => columnNamed(column, columns, option));
    fields.push({ field, columns: sources });
  }
  const taken = new Set(fields.flatMap((each) => each.columns));
  for (const column of columns) {
    const field = fieldOfColumn(column);
    if (column === id && field?.name !== 'nhs_number') continue;
    if (field === undefined || taken.has(column) || fields.some((each) => each.field.name === field.name)) continue;
    // A full name says nothing more where its parts are known.
    if (field.kind === 'full-name' && fields.some((each) => /^(given|family)-name$/.test(each.field.kind))) continue;
    fields.push({ field, columns: [column] });
    taken.add(column);
  }
  return { fields, ignored: columns.filter((column) => !taken.has(column)), asText };
}

/** The column that a name means: as it is spelled, or without regard to case and blanks. */
export function columnNamed(name: string, columns: readonly string[], option: string): string {
  const wanted = name.trim();
  const found =
    columns.find((column) => column === wanted) ??
    columns.find((column) => fieldSpelling(column) === fieldSpelling(wanted));
  if (found !== undefined) return found;
  const near = nearest(wanted, columns);
  throw usage(
    `${option}: there is no column ${quoted(wanted)}`,
    // Of columns that nobody asked for none is named: a first line that is no header may be somebody's.
    near === undefined
      ? `none of its ${counted(columns.length, 'column')} is like it`
      : `did you mean ${quoted(near)}?`,
  );
}

/** A name that no field has is taken for a text of the user's own, unless it looks like a mistyped field. */
function textField(name: string, option: string): KnownField {
  const spelled = fieldSpelling(name);
  const near = nearest(
    spelled,
    KNOWN_FIELDS.flatMap((field) => [field.name, ...field.aliases]).filter((each) => each.length > 4),
  );
  if (near !== undefined) throw usage(`${option}: there is no field ${quoted(name)}`, `did you mean ${near}?`);
  if (!/^[a-z][a-z0-9_]{0,40}$/.test(spelled)) {
    throw usage(`${option}: ${quoted(name)} can’t be the name of a field`, 'letters, digits and underscores');
  }
  return { name: spelled, kind: 'text', aliases: [] };
}

function usage(message: string, hint: string): Fault {
  return new Fault(ExitCode.usage, 'column-mapping', message, { hint });
}
