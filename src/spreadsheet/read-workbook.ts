import { unzipSync } from 'fflate';
import { SaxesParser } from 'saxes';
import { placeOf, unescapeCell } from './cell-text.ts';

/** The texts of a sheet's cells, by row (1-based) and column (0-based); empty cells are left out. */
export interface ReadSheet {
  readonly name: string;
  readonly rows: ReadonlyMap<number, ReadonlyMap<number, string>>;
}

/** The registers of today unpack to some hundred megabytes; what unpacks to more is not one. */
const LARGEST = 1 << 30;
const CHUNK = 1 << 20;

/**
 * Reads a workbook: every cell as the text that its XML holds, numbers as they are written, line breaks, blanks and
 * carriage returns kept. Undefined where the bytes are no workbook.
 */
export function readWorkbook(bytes: Uint8Array): ReadSheet[] | undefined {
  try {
    let total = 0;
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!/^\/?xl\/(workbook\.xml|sharedStrings\.xml|_rels\/workbook\.xml\.rels|worksheets\/[^/]+\.xml)$/.test(name))
          return false;
        total += originalSize;
        if (total > LARGEST) throw new Error('too large');
        return true;
      },
    });
    const part = (path: string): Uint8Array | undefined => files[`xl/${path}`] ?? files[`/xl/${path}`];
    const shared = part('sharedStrings.xml');
    const strings = shared === undefined ? [] : readStrings(shared);
    const targets = readTargets(part('_rels/workbook.xml.rels') ?? new Uint8Array());
    return readSheetNames(part('workbook.xml') ?? new Uint8Array()).map(({ name, id }) => {
      const target = (targets.get(id) ?? '').replace(/^\/?(xl\/)?/, '');
      const sheet = part(target);
      if (sheet === undefined) throw new Error('no such sheet');
      return { name, rows: readRows(sheet, strings) };
    });
  } catch {
    return undefined;
  }
}

interface Handlers {
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text?: (text: string) => void;
  readonly close?: (name: string) => void;
}

/** Local names only: workbooks come with and without namespace prefixes. */
function parse(xml: Uint8Array, { open, text, close }: Handlers): void {
  const parser = new SaxesParser({ fragment: false });
  const local = (name: string): string => name.slice(name.indexOf(':') + 1);
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('doctype', () => {
    throw new Error('a workbook has no document type');
  });
  parser.on('opentag', ({ name, attributes }) => open?.(local(name), attributes as Record<string, string>));
  parser.on('text', (piece) => text?.(piece));
  parser.on('cdata', (piece) => text?.(piece));
  parser.on('closetag', ({ name }) => close?.(local(name)));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let at = 0; at < xml.length; at += CHUNK) {
    parser.write(decoder.decode(xml.subarray(at, at + CHUNK), { stream: true }));
  }
  parser.write(decoder.decode());
  parser.close();
}

/** Collects what stands in `<t>`, phonetic hints left out, into one text for each element named `item`. */
function textCollector(): { readonly handlers: Handlers; take(): string } {
  let [depth, hints, collected] = [0, 0, ''];
  return {
    handlers: {
      open: (name) => {
        if (name === 't') depth += 1;
        if (name === 'rPh') hints += 1;
      },
      text: (piece) => {
        if (depth > 0 && hints === 0) collected += piece;
      },
      close: (name) => {
        if (name === 't') depth -= 1;
        if (name === 'rPh') hints -= 1;
      },
    },
    take: () => {
      const text = unescapeCell(collected);
      collected = '';
      return text;
    },
  };
}

function readStrings(xml: Uint8Array): string[] {
  const strings: string[] = [];
  const { handlers, take } = textCollector();
  parse(xml, {
    ...handlers,
    close: (name) => {
      handlers.close?.(name);
      if (name === 'si') strings.push(take());
    },
  });
  return strings;
}

function readTargets(xml: Uint8Array): Map<string, string> {
  const targets = new Map<string, string>();
  parse(xml, {
    open: (name, attributes) => {
      if (name === 'Relationship') targets.set(attributes['Id'] ?? '', attributes['Target'] ?? '');
    },
  });
  return targets;
}

function readSheetNames(xml: Uint8Array): { readonly name: string; readonly id: string }[] {
  const sheets: { name: string; id: string }[] = [];
  parse(xml, {
    open: (name, attributes) => {
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => /(^|:)id$/.test(key))?.[1] ?? '';
      sheets.push({ name: attributes['name'] ?? '', id });
    },
  });
  return sheets;
}

function readRows(xml: Uint8Array, strings: readonly string[]): Map<number, Map<number, string>> {
  const rows = new Map<number, Map<number, string>>();
  const { handlers, take } = textCollector();
  let [row, column, type, value, inValue] = [0, -1, '', '', false];
  parse(xml, {
    open: (name, attributes) => {
      handlers.open?.(name, attributes);
      if (name === 'row') {
        row = Number(attributes['r'] ?? row + 1);
        column = -1;
      } else if (name === 'c') {
        const place = placeOf(attributes['r'] ?? '');
        column = place?.column ?? column + 1;
        row = place?.row ?? row;
        type = attributes['t'] ?? 'n';
        value = '';
      } else if (name === 'v') {
        inValue = true;
      }
    },
    text: (piece) => {
      if (inValue) value += piece;
      else handlers.text?.(piece);
    },
    close: (name) => {
      handlers.close?.(name);
      if (name === 'v') inValue = false;
      if (name !== 'c') return;
      const inline = take();
      const text = type === 's' ? strings[Number(value)] : type === 'inlineStr' ? inline : unescapeCell(value);
      if (text === undefined) throw new Error('no such string');
      if (text === '') return;
      const cells = rows.get(row) ?? new Map<number, string>();
      rows.set(row, cells.set(column, text));
    },
  });
  return rows;
}
