import { Zip, ZipDeflate } from 'fflate';
import { TextBytes } from '../kernel/text-bytes.ts';
import { columnName, escapeCell, fittingCell } from './cell-text.ts';

/*
 * Workbooks (Office Open XML) of text cells, written as a stream, the same bytes for the same cells on every machine.
 * Why not a library: exceljs writes other bytes each time, loses carriage returns, and doesn't read `_x000D_` (its last
 * release is of 2023); SheetJS on npm is abandoned, with open advisories, and writes no stream; write-excel-file leaves
 * `_x000D_` in a text unescaped, so that it comes back as something else. Zip and deflate are fflate's, which is
 * JavaScript alone and so does not depend on the zlib that Node was built with.
 */

/** A sheet of rows under a header, or of cells at their places for people to read. */
export interface Sheet {
  readonly name: string;
  /** Column widths, in characters. */
  readonly widths: readonly number[];
  readonly content:
    | {
        readonly header: readonly string[];
        readonly rows: Iterable<readonly string[]>;
        /** From this column on, what is written as a number is one; by default all cells are text. */
        readonly numbersFrom?: number;
      }
    | { readonly cells: readonly { readonly row: number; readonly column: number; readonly text: string }[] };
}

/** No file has a time of its own: the earliest that a zip can say. */
const MTIME = new Date(1980, 0, 1);
const CHUNK = 1 << 17;
const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

/** The bytes of a workbook, in pieces. */
export function* writeWorkbook(sheets: readonly Sheet[]): Generator<Uint8Array> {
  const [ready, bytes]: [Uint8Array[], TextBytes] = [[], new TextBytes()];
  const zip = new Zip((error, piece) => {
    if (error !== null) throw error;
    ready.push(piece);
  });
  function* file(path: string, texts: Iterable<string>): Generator<Uint8Array> {
    const entry = new ZipDeflate(path, { level: 4 });
    entry.mtime = MTIME;
    zip.add(entry);
    for (const text of texts) {
      entry.push(bytes.of(text), false);
      yield* ready.splice(0);
    }
    entry.push(new Uint8Array(), true);
    yield* ready.splice(0);
  }
  yield* file('[Content_Types].xml', [contentTypes(sheets.length)]);
  yield* file('_rels/.rels', [
    `${XML}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  ]);
  yield* file('xl/workbook.xml', [workbook(sheets)]);
  yield* file('xl/_rels/workbook.xml.rels', [relationships(sheets.length)]);
  yield* file('xl/styles.xml', [stylesFor(sheets)]);
  for (const [index, sheet] of sheets.entries()) {
    yield* file(`xl/worksheets/sheet${index + 1}.xml`, inChunks(sheetXml(sheet)));
  }
  zip.end();
  yield* ready.splice(0);
}

function* inChunks(texts: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  let length = 0;
  for (const text of texts) {
    chunk.push(text);
    length += text.length;
    if (length < CHUNK) continue;
    yield chunk.join('');
    [chunk, length] = [[], 0];
  }
  yield chunk.join('');
}

function* sheetXml({ widths, content }: Sheet): Generator<string> {
  const isTable = 'header' in content;
  yield `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0">`;
  if (isTable) yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  yield '</sheetView></sheetViews>';
  if (widths.length > 0) {
    const columns = widths.map(
      (width, at) => `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`,
    );
    yield `<cols>${columns.join('')}</cols>`;
  }
  yield '<sheetData>';
  if (isTable) {
    yield rowXml(
      1,
      content.header.map((text, column) => ({ column, text })),
      HEADER_STYLE,
    );
    let row = 1;
    for (const cells of content.rows) {
      row += 1;
      yield rowXml(
        row,
        cells.map((text, column) => ({ column, text })),
        0,
        content.numbersFrom,
      );
    }
    yield `</sheetData><autoFilter ref="A1:${columnName(content.header.length - 1)}${row}"/></worksheet>`;
    return;
  }
  for (const row of [...new Set(content.cells.map((cell) => cell.row))].sort((a, b) => a - b)) {
    yield rowXml(
      row,
      content.cells.filter((cell) => cell.row === row),
      WRAPPED_STYLE,
    );
  }
  yield '</sheetData></worksheet>';
}

function rowXml(
  row: number,
  cells: readonly { readonly column: number; readonly text: string }[],
  style: number,
  numbersFrom = Number.POSITIVE_INFINITY,
): string {
  const filled = cells
    .filter(({ text }) => text !== '')
    .map(({ column, text }) => {
      if (column >= numbersFrom && NUMBER.test(text)) {
        return `<c r="${columnName(column)}${row}" s="${NUMBER_STYLE}"><v>${text}</v></c>`;
      }
      const place = `r="${columnName(column)}${row}"${style === 0 ? '' : ` s="${style}"`}`;
      return `<c ${place} t="inlineStr"><is><t xml:space="preserve">${escapeCell(fittingCell(text))}</t></is></c>`;
    });
  return `<row r="${row}">${filled.join('')}</row>`;
}

const NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d+)?$/;
const NUMBER_STYLE = 3;
const HEADER_STYLE = 1;
const WRAPPED_STYLE = 2;
const STYLES = `${XML}<styleSheet xmlns="${MAIN}"><fonts count="2"><font><sz val="11"/><name val="Arial"/></font><font><b/><sz val="11"/><name val="Arial"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf numFmtId="49" applyNumberFormat="1"/><xf numFmtId="49" fontId="1" applyNumberFormat="1" applyFont="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf><xf numFmtId="49" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs></styleSheet>`;

/** A style of numbers only where there are numbers: workbooks of text stay the bytes that they were. */
function stylesFor(sheets: readonly Sheet[]): string {
  const hasNumbers = sheets.some(({ content }) => 'header' in content && content.numbersFrom !== undefined);
  return hasNumbers
    ? STYLES.replace('<cellXfs count="3">', '<cellXfs count="4">').replace('</cellXfs>', '<xf numFmtId="0"/></cellXfs>')
    : STYLES;
}

function contentTypes(sheets: number): string {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const parts = Array.from(
    { length: sheets },
    (_, at) => `<Override PartName="/xl/worksheets/sheet${at + 1}.xml" ContentType="${type}.worksheet+xml"/>`,
  );
  return `${XML}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${type}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${type}.styles+xml"/>${parts.join('')}</Types>`;
}

function workbook(sheets: readonly Sheet[]): string {
  const named = sheets.map(
    ({ name }, at) => `<sheet name="${escapeCell(name)}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`,
  );
  return `${XML}<workbook xmlns="${MAIN}" xmlns:r="${REL}"><sheets>${named.join('')}</sheets></workbook>`;
}

function relationships(sheets: number): string {
  const parts = Array.from(
    { length: sheets },
    (_, at) => `<Relationship Id="rId${at + 1}" Type="${REL}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`,
  );
  const styles = `<Relationship Id="rId${sheets + 1}" Type="${REL}/styles" Target="styles.xml"/>`;
  return `${XML}<Relationships xmlns="${PACKAGE}/relationships">${parts.join('')}${styles}</Relationships>`;
}
