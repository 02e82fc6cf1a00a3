import type { FlatTable } from './flat-table.ts';

/** What the values of a column are, as far as they can be loaded (Arrow's Schema.fbs). */
export type ArrowType =
  | { readonly kind: 'integer'; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: 'float'; readonly bits: 16 | 32 | 64 }
  | { readonly kind: 'text'; readonly offsetBits: 32 | 64 }
  | { readonly kind: 'text-view' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'null' }
  /** Days from 1970 on. */
  | { readonly kind: 'days' }
  /** `zoned`: a moment, which is another day in another place. */
  | { readonly kind: 'instant'; readonly perSecond: 1 | 1_000 | 1_000_000 | 1_000_000_000; readonly zoned: boolean }
  | { readonly kind: 'other'; readonly name: string };

export interface ArrowField {
  readonly name: string;
  /** Of the values; those of the dictionary if there is one. */
  readonly type: ArrowType;
  readonly dictionary: { readonly id: number; readonly index: ArrowType & { readonly kind: 'integer' } } | undefined;
  /** What it takes of a record batch, its children's share included. */
  readonly share: Share;
  /** What its values take of a dictionary batch, if it has a dictionary. */
  readonly valueShare: Share;
}

/** Of a record batch's lists: how many nodes and buffers belong to a column, and how many lists of further buffers. */
export interface Share {
  readonly nodes: number;
  readonly buffers: number;
  readonly views: number;
}

const SCHEMA = { endianness: 0, fields: 1 } as const;
const FIELD = { name: 0, typeType: 2, type: 3, dictionary: 4, children: 5 } as const;
const DICTIONARY = { id: 0, indexType: 1 } as const;
const MAX_DEPTH = 64;
const UNITS = [1, 1_000, 1_000_000, 1_000_000_000] as const;
const MILLISECONDS = 1;
const DENSE = 1;

const INT32 = { kind: 'integer', bits: 32, signed: true } as const;
const ONE_PRIMITIVE: Share = { nodes: 1, buffers: 2, views: 0 };

/** By their numbers in the union Type: the name of a type and how many buffers it has, its children's not counted. */
const TYPES: readonly (readonly [name: string, buffers: number] | undefined)[] = [
  undefined,
  ['Null', 0],
  ['Int', 2],
  ['FloatingPoint', 2],
  ['Binary', 3],
  ['Utf8', 3],
  ['Bool', 2],
  ['Decimal', 2],
  ['Date', 2],
  ['Time', 2],
  ['Timestamp', 2],
  ['Interval', 2],
  ['List', 2],
  ['Struct', 1],
  ['Union', 1],
  ['FixedSizeBinary', 2],
  ['FixedSizeList', 1],
  ['Map', 2],
  ['Duration', 2],
  ['LargeBinary', 3],
  ['LargeUtf8', 3],
  ['LargeList', 2],
  ['RunEndEncoded', 0],
  ['BinaryView', 2],
  ['Utf8View', 2],
  ['ListView', 3],
  ['LargeListView', 3],
];

/** The columns of a schema. `before5`: of a metadata version before 5, when unions had a validity as well. */
export function parseSchema(schema: FlatTable, before5: boolean): ArrowField[] {
  if (schema.short(SCHEMA.endianness) !== 0) throw new RangeError('the values are big-endian');
  return schema.tables(SCHEMA.fields).map((field) => parseField(field, before5, 0));
}

function parseField(field: FlatTable, before5: boolean, depth: number): ArrowField {
  if (depth > MAX_DEPTH) throw new RangeError('types are nested too deep');
  const [type, buffers] = TYPES[field.byte(FIELD.typeType)] ?? [];
  const details = field.table(FIELD.type);
  if (type === undefined || buffers === undefined || details === undefined) throw new RangeError('an unknown type');
  const children = field.tables(FIELD.children).map((child) => parseField(child, before5, depth + 1));
  const offsets = type === 'Union' && details.short(0) === DENSE ? 1 : 0;
  const validity = before5 && (type === 'Union' || type === 'RunEndEncoded') ? 1 : 0;
  const own: Share = {
    nodes: 1,
    buffers: buffers + offsets + validity,
    views: type === 'Utf8View' || type === 'BinaryView' ? 1 : 0,
  };
  const encoding = field.table(FIELD.dictionary);
  const index = encoding?.table(DICTIONARY.indexType);
  const valueShare = children.reduce((sum, child) => plus(sum, child.share), own);
  return {
    name: field.text(FIELD.name) ?? '',
    type: parseType(type, details),
    dictionary: encoding && {
      id: encoding.size(DICTIONARY.id),
      index: index === undefined ? INT32 : parseInteger(index),
    },
    share: encoding === undefined ? valueShare : ONE_PRIMITIVE,
    valueShare,
  };
}

function parseType(name: string, details: FlatTable): ArrowType {
  switch (name) {
    case 'Int':
      return parseInteger(details);
    case 'FloatingPoint':
      return { kind: 'float', bits: pick([16, 32, 64] as const, details.short(0)) };
    case 'Utf8':
      return { kind: 'text', offsetBits: 32 };
    case 'LargeUtf8':
      return { kind: 'text', offsetBits: 64 };
    case 'Utf8View':
      return { kind: 'text-view' };
    case 'Bool':
      return { kind: 'boolean' };
    case 'Null':
      return { kind: 'null' };
    case 'Date':
      return details.short(0, MILLISECONDS) === MILLISECONDS
        ? { kind: 'instant', perSecond: 1_000, zoned: false }
        : { kind: 'days' };
    case 'Timestamp':
      return { kind: 'instant', perSecond: pick(UNITS, details.short(0)), zoned: (details.text(1) ?? '') !== '' };
    default:
      return { kind: 'other', name };
  }
}

function parseInteger(details: FlatTable): ArrowType & { readonly kind: 'integer' } {
  const bits = details.int(0);
  if (bits !== 8 && bits !== 16 && bits !== 32 && bits !== 64) throw new RangeError('an unknown type');
  return { kind: 'integer', bits, signed: details.byte(1) !== 0 };
}

function pick<T>(from: readonly T[], index: number): T {
  const picked = from[index];
  if (picked === undefined) throw new RangeError('an unknown type');
  return picked;
}

export function plus(a: Share, b: Share): Share {
  return { nodes: a.nodes + b.nodes, buffers: a.buffers + b.buffers, views: a.views + b.views };
}
