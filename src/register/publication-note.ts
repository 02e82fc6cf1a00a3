import { parseCalendarDate } from '../kernel/calendar-date.ts';
import type { DateRange } from '../kernel/date-range.ts';
import { parseDateRange } from '../kernel/date-range.ts';

/*
 * The note that a custodian signs for a publication: which log, which days, which state of the ledger, and the SHA-256
 * of every file. It ties what people read to the checkpoint, which covers the ledger alone.
 */

export interface PublicationNote {
  readonly origin: string;
  readonly custodian: string;
  readonly range: DateRange;
  readonly size: number;
  /** SHA-256 of the ledger's last line, and the root of the tree over its entries. */
  readonly head: string;
  readonly root: string;
  /** Path -> SHA-256. */
  readonly files: ReadonlyMap<string, string>;
}

const FORMAT = 'dars publication/1';

export function formatPublicationNote(note: PublicationNote): string {
  const { origin, custodian, range, size, head, root, files } = note;
  return [
    FORMAT,
    `origin ${origin}`,
    `custodian ${custodian.replaceAll(/[\s\p{Cc}]+/gu, ' ')}`,
    `days ${range.from} ${range.to}`,
    `ledger ${size} ${head}`,
    `root ${root}`,
    '',
    ...[...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, sha256]) => `${sha256}  ${path}`),
    '',
  ].join('\n');
}

/** The note that a text spells; undefined where it is none. */
export function parsePublicationNote(text: string): PublicationNote | undefined {
  const [head = '', ...rest] = text.split('\n\n');
  const [format, ...lines] = head.split('\n');
  const told = new Map(
    lines.map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
  const [from, to] = (told.get('days') ?? '').split(' ').map(parseCalendarDate);
  const [size = '', hash = ''] = (told.get('ledger') ?? '').split(' ');
  const root = told.get('root') ?? '';
  const files = new Map<string, string>();
  for (const line of rest.join('\n\n').split('\n')) {
    if (line === '') continue;
    const [, sha256 = '', path = ''] = /^([0-9a-f]{64}) {2}([A-Za-z0-9._/-]+)$/.exec(line) ?? [];
    if (path === '' || path.split('/').some((part) => part === '..' || part === '.' || part === '')) return undefined;
    files.set(path, sha256);
  }
  if (format !== FORMAT || from === undefined || to === undefined || !/^\d{1,15}$/.test(size)) return undefined;
  return {
    origin: told.get('origin') ?? '',
    custodian: told.get('custodian') ?? '',
    range: { from, to },
    size: Number(size),
    head: hash,
    root,
    files,
  };
}

/** How a range was asked for, for file names and titles: `2026-Q3` where it is a quarter. */
export function rangeName(range: DateRange): string {
  const quarter = `${range.from.slice(0, 4)}-Q${Math.ceil(Number(range.from.slice(5, 7)) / 3)}`;
  for (const name of [range.from.slice(0, 7), quarter, range.from.slice(0, 4)]) {
    const named = parseDateRange(name);
    if (named?.from === range.from && named.to === range.to) return name;
  }
  return `${range.from} to ${range.to}`;
}
