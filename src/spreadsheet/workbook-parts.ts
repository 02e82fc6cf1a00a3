import { textCollector } from './text-collector.ts';
import { XmlEvents, type XmlHandlers } from './xml-events.ts';

/** The files of a workbook that say what its cells hold. */
export const IS_PART = /^\/?xl\/(workbook\.xml|sharedStrings\.xml|_rels\/workbook\.xml\.rels|worksheets\/[^/]+\.xml)$/;

/** The registers of today unpack to some hundred megabytes; what would take more memory than this is not one. */
export const MOST_HELD = 1 << 30;

const CHUNK = 1 << 20;

/** The shared strings, and the sheets in their order with the path of each below `xl/`. */
export interface WorkbookParts {
  readonly strings: readonly string[];
  readonly sheets: readonly { readonly name: string; readonly path: string }[];
}

/** Reads the small files of a workbook; throws where they are none. `part` gives a file by its path below `xl/`. */
export function workbookParts(part: (path: string) => Uint8Array | undefined): WorkbookParts {
  const shared = part('sharedStrings.xml');
  const targets = readTargets(part('_rels/workbook.xml.rels') ?? new Uint8Array());
  const sheets = readSheetNames(part('workbook.xml') ?? new Uint8Array());
  return {
    strings: shared === undefined ? [] : readStrings(shared),
    sheets: sheets.map(({ name, id }) => ({ name, path: (targets.get(id) ?? '').replace(/^\/?(xl\/)?/, '') })),
  };
}

/** Reads a whole XML document. */
export function parseXml(xml: Uint8Array, handlers: XmlHandlers): void {
  const events = new XmlEvents(handlers);
  for (let at = 0; at < xml.length; at += CHUNK) events.write(xml.subarray(at, at + CHUNK));
  events.end();
}

function readStrings(xml: Uint8Array): string[] {
  const strings: string[] = [];
  const { handlers, take } = textCollector();
  parseXml(xml, {
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
  parseXml(xml, {
    open: (name, attributes) => {
      if (name === 'Relationship') targets.set(attributes['Id'] ?? '', attributes['Target'] ?? '');
    },
  });
  return targets;
}

function readSheetNames(xml: Uint8Array): { readonly name: string; readonly id: string }[] {
  const sheets: { name: string; id: string }[] = [];
  parseXml(xml, {
    open: (name, attributes) => {
      if (name !== 'sheet') return;
      const id = Object.entries(attributes).find(([key]) => /(^|:)id$/.test(key))?.[1] ?? '';
      sheets.push({ name: attributes['name'] ?? '', id });
    },
  });
  return sheets;
}
