/** The most that a cell of a spreadsheet can hold. */
const LONGEST = 32_767;
const CUT = '… [cut: a spreadsheet cell holds no more; the CSV file and the web page have the whole text]';

/** A text as a cell can hold it. */
export function fittingCell(text: string): string {
  if (text.length <= LONGEST) return text;
  const cut = text.slice(0, LONGEST - CUT.length);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}${CUT}`;
}

/**
 * A text as XML of a workbook spells it (ST_Xstring): what XML can't hold or would change, a carriage return above all,
 * as `_x000D_`; and what only looks like that with its underscore escaped.
 */
export function escapeCell(text: string): string {
  return text
    .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replaceAll(UNSPEAKABLE, (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

/** The text that an escaped one stands for, once XML has been read. */
export function unescapeCell(text: string): string {
  return text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}

const UNSPEAKABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be escaped
  /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** `A`, `Z`, `AA` for 0, 25, 26. */
export function columnName(index: number): string {
  return index < 26
    ? String.fromCharCode(65 + index)
    : `${columnName(Math.floor(index / 26) - 1)}${columnName(index % 26)}`;
}

/** The row, 1-based, and the column, 0-based, of a place such as `B23`. */
export function placeOf(place: string): { readonly row: number; readonly column: number } | undefined {
  const [, letters = '', digits = ''] = /^([A-Z]{1,3})([1-9]\d{0,6})$/.exec(place) ?? [];
  if (letters === '') return undefined;
  const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
  return { row: Number(digits), column };
}
