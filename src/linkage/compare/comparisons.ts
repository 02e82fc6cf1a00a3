import type { FieldSource } from '../column-mapping.ts';
import type { FieldKind } from '../known-fields.ts';
import { type Comparison, left, rarityOf, right } from './comparison.ts';
import { nameComparisons, shares } from './name-comparisons.ts';
import { oneEdit } from './text-sql.ts';

/** The comparisons of all fields that both sides have, in a fixed order. */
export function comparisonsFor(fields: readonly FieldSource['field'][], features: ReadonlySet<string>): Comparison[] {
  const has = (feature: string): boolean => features.has(feature);
  const of = (...kinds: FieldKind[]): string[] =>
    fields
      .filter(({ kind, name }) => kinds.includes(kind) && (has(name) || has(`${name}_text`)))
      .map(({ name }) => name);
  return [
    ...of('number').map(numberComparison),
    ...nameComparisons(features),
    ...of('date').map(dateComparison),
    ...of('sex').map(sexComparison),
    ...(has('postcode') ? [postcodeComparison(has('former_postcode'))] : []),
    ...(has('address') ? [addressComparison()] : []),
    ...of('place').map((name) => textComparison(name, true)),
    ...of('text').map((name) => textComparison(name, false)),
    ...of('email').map(emailComparison),
    ...of('telephone').map(telephoneComparison),
  ];
}

function missing(feature: string): string {
  return `${left(feature)} IS NULL OR ${right(feature)} IS NULL`;
}

type LevelSpec = Parameters<typeof shares>[0][number];

/** A field of one text. Agreement on it weighs what the text is worth; `between` are the levels up to different ones. */
function valueComparison(
  name: string,
  exact: number,
  between: readonly LevelSpec[],
  different: number,
  more: Partial<Comparison> = {},
): Comparison {
  return {
    name,
    features: [name, rarityOf(name)],
    derived: [],
    missing: missing(name),
    levels: shares([
      ['exact', `${left(name)} = ${right(name)}`, exact, left(rarityOf(name))],
      ...between,
      ['different', 'true', different],
    ]),
    ...more,
  };
}

const HOUSEHOLD = { cause: 'place', isShared: true } as const;

function numberComparison(name: string): Comparison {
  return valueComparison(name, 0.9, [['one edit', oneEdit(left(name), right(name)), 0.05]], 0.05);
}

/**
 * A date, by its digits and by its parts. Where parts are missing, those that both have are compared, as levels of their
 * own: a year that agrees where nothing else is known is worth less than one of three parts that agree.
 */
function dateComparison(name: string): Comparison {
  const [a, b] = [left(name), right(name)];
  const same = (part: string): string => `(${left(`${name}_${part}`)} = ${right(`${name}_${part}`)})`;
  const equal = (part: string): string => `CAST(coalesce(${same(part)}, false) AS TINYINT)`;
  const both = (part: string): string => `CAST(${same(part)} IS NOT NULL AS TINYINT)`;
  const [n, known, whole] = [`${name}_equal`, `${name}_known`, `${name}_whole`];
  const swapped = `(${same('y')} AND ${left(`${name}_m`)} = ${right(`${name}_d`)} AND ${left(`${name}_d`)} = ${right(`${name}_m`)})`;
  const years = `abs(${left(`${name}_y`)} - ${right(`${name}_y`)})`;
  return {
    name,
    features: [name, `${name}_y`, `${name}_m`, `${name}_d`, rarityOf(name)],
    derived: [
      {
        [n]: `${equal('y')} + ${equal('m')} + ${equal('d')}`,
        [known]: `${both('y')} + ${both('m')} + ${both('d')}`,
        [whole]: `(${a} IS NOT NULL AND ${b} IS NOT NULL)`,
      },
    ],
    missing: `${known} = 0`,
    levels: shares([
      ['exact', `${a} = ${b}`, 0.8, left(rarityOf(name))],
      [
        'one edit',
        `${whole} AND CASE WHEN hamming(${a}, ${b}) <= 1 THEN true WHEN ${swapped} THEN true WHEN hamming(${a}, ${b}) = 2 THEN damerau_levenshtein(${a}, ${b}) = 1 ELSE false END`,
        0.06,
      ],
      ['two parts of three', `${whole} AND ${n} = 2`, 0.03],
      ['two digits', `${whole} AND hamming(${a}, ${b}) <= 2`, 0.02],
      ['year only', `${whole} AND coalesce(${same('y')}, false)`, 0.01],
      ['year beside', `${whole} AND ${years} <= 1`, 0.01],
      ['known parts equal, two', `NOT ${whole} AND ${n} = 2 AND ${known} = 2`, 0.03],
      ['known part equal, year', `NOT ${whole} AND ${n} = 1 AND ${known} = 1 AND coalesce(${same('y')}, false)`, 0.02],
      ['known part equal', `NOT ${whole} AND ${n} = 1 AND ${known} = 1`, 0.01],
      ['known year near', `NOT ${whole} AND coalesce(${years} <= 2, false)`, 0.01],
      ['different', 'true', 0.04],
    ]),
  };
}

function sexComparison(name: string): Comparison {
  return {
    name,
    features: [name],
    derived: [],
    missing: missing(name),
    levels: shares([
      ['equal', `${left(name)} = ${right(name)}`, 0.97],
      ['different', 'true', 0.03],
    ]),
    cause: 'sex',
  };
}

function postcodeComparison(withFormer: boolean): Comparison {
  const [a, b] = [left('postcode'), right('postcode')];
  const former = `coalesce(list_contains(r_former_postcode, ${a}), false) OR coalesce(list_contains(l_former_postcode, ${b}), false)`;
  return {
    name: 'postcode',
    features: [
      'postcode',
      'postcode_out',
      'postcode_area',
      rarityOf('postcode'),
      ...(withFormer ? ['former_postcode'] : []),
    ],
    derived: [],
    missing: missing('postcode'),
    levels: shares([
      ['exact', `${a} = ${b}`, 0.7, left(rarityOf('postcode'))],
      ...(withFormer ? [['former', former, 0.1] as const] : []),
      ['one edit', oneEdit(a, b), 0.06],
      ['outcode', `${left('postcode_out')} = ${right('postcode_out')}`, 0.08],
      ['area', `${left('postcode_area')} = ${right('postcode_area')}`, 0.06],
      ['different', 'true', 0.1],
    ]),
    ...HOUSEHOLD,
  };
}

function addressComparison(): Comparison {
  const [a, b] = [left('address'), right('address')];
  const common = (feature: string): string => `bit_count(${left(feature)} & ${right(feature)})`;
  const shared = `least(${common('address_bits')}, ${common('address_bits_2')})`;
  const fewest = `least(${left('address_words')}, ${right('address_words')})`;
  const sameBits = (feature: string): string => `${left(feature)} = ${right(feature)}`;
  return {
    name: 'address',
    features: ['address', 'address_words', 'address_bits', 'address_bits_2', rarityOf('address')],
    derived: [{ address_shared: shared, address_fewest: fewest }],
    missing: missing('address'),
    levels: shares([
      ['exact', `${a} = ${b}`, 0.6, left(rarityOf('address'))],
      [
        'same words',
        `${sameBits('address_bits')} AND ${sameBits('address_bits_2')} AND ${sameBits('address_words')}`,
        0.05,
      ],
      [
        'close',
        `CASE WHEN address_shared >= 0.66 * address_fewest THEN true WHEN left(${a}, 3) = left(${b}, 3) THEN jaro_winkler_similarity(${a}, ${b}) >= 0.9 ELSE false END`,
        0.2,
      ],
      ['some words', 'address_shared >= 0.45 * address_fewest', 0.05],
      ['different', 'true', 0.1],
    ]),
    ...HOUSEHOLD,
  };
}

function textComparison(name: string, isPlace: boolean): Comparison {
  const close = `jaro_winkler_similarity(${left(name)}, ${right(name)}) >= 0.85`;
  return valueComparison(name, 0.8, [['close', close, 0.1]], 0.1, isPlace ? HOUSEHOLD : {});
}

function emailComparison(name: string): Comparison {
  const between: readonly LevelSpec[] = [
    ['local part', `${left('email_local')} = ${right('email_local')}`, 0.1],
    ['close', `jaro_winkler_similarity(${left(name)}, ${right(name)}) >= 0.88`, 0.1],
  ];
  return valueComparison(name, 0.7, between, 0.1, { features: [name, 'email_local', rarityOf(name)] });
}

function telephoneComparison(name: string): Comparison {
  return valueComparison(name, 0.75, [['one edit', oneEdit(left(name), right(name)), 0.05]], 0.2, HOUSEHOLD);
}
