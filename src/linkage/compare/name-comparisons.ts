import { type Comparison, type Level, left, rarityOf, right } from './comparison.ts';
import { oneEdit, similarity } from './text-sql.ts';

/** The table of nicknames for each other: `one`, `other`, both by number. */
export const NICKNAME_PAIRS = '"#nickname pairs"';

/** Names that share fewer letters than this, by Jaro-Winkler, are thought to be different names. */
export const CLOSE_GIVEN = 0.9;
export const CLOSE_FAMILY = 0.92;
const SIMILAR_GIVEN = 0.78;
const SIMILAR_FAMILY = 0.8;
/** How much better names must agree across than straight before they are taken for swapped. */
const SWAP_GAIN = 0.3;

/**
 * Given and family name, told apart from a pair of records in which they were swapped: then the better of the two
 * agreements across stands for the family name, as a level of its own, and the other for the given name.
 */
export function nameComparisons(features: ReadonlySet<string>): Comparison[] {
  const hasGiven = features.has('given_name');
  const hasFamily = features.has('family_name');
  const both = hasGiven && hasFamily;
  return [
    ...(hasGiven ? [givenName(both, features.has('other_given_name'))] : []),
    ...(hasFamily ? [familyName(both, features.has('former_family_name'))] : []),
    ...(features.has('other_given_name') ? [otherGivenName()] : []),
  ];
}

const [lg, rg, lf, rf] = [left('given_name'), right('given_name'), left('family_name'), right('family_name')];

/**
 * How well names agree straight and across, and whether they are swapped. Names across are only held against each other
 * where two first letters are the same: most pairs have none, and this is the dearest part of a comparison.
 */
const ORDER: readonly Readonly<Record<string, string>>[] = [
  {
    n_gg: similarity(lg, rg),
    n_ff: similarity(lf, rf),
    n_across: `coalesce(ascii(${lg}) = ascii(${rf}), false) OR coalesce(ascii(${lf}) = ascii(${rg}), false)`,
  },
  {
    n_gf: `CASE WHEN n_across THEN ${similarity(lg, rf)} ELSE 0 END`,
    n_fg: `CASE WHEN n_across THEN ${similarity(lf, rg)} ELSE 0 END`,
  },
  { n_swapped: `(greatest(n_gf, n_fg) >= ${CLOSE_FAMILY} AND n_gf + n_fg > n_gg + n_ff + ${SWAP_GAIN})` },
  {
    // Which names are held against each other as given names.
    n_g1: `CASE WHEN NOT n_swapped OR n_gf < n_fg THEN ${lg} ELSE ${lf} END`,
    n_g2: `CASE WHEN NOT n_swapped OR n_gf >= n_fg THEN ${rg} ELSE ${rf} END`,
    n_g: 'CASE WHEN NOT n_swapped THEN n_gg WHEN n_gf < n_fg THEN n_gf ELSE n_fg END',
  },
];

function givenName(withOrder: boolean, withOthers: boolean): Comparison {
  const [g1, g2, g] = withOrder ? ['n_g1', 'n_g2', 'n_g'] : [lg, rg, 'n_gg'];
  const byOther = `${left('other_given_name')} = ${g2} OR ${g1} = ${right('other_given_name')}`;
  return {
    name: 'given_name',
    features: [
      'given_name',
      'given_name_nick',
      rarityOf('given_name'),
      ...(withOrder ? ['family_name', rarityOf('family_name')] : []),
      ...(withOthers ? ['other_given_name'] : []),
    ],
    lookups: [
      {
        join: `LEFT JOIN ${NICKNAME_PAIRS} n ON n.one = l.given_name_nick AND n.other = r.given_name_nick`,
        column: 'n_nickname',
        sql: '(n.one IS NOT NULL)',
      },
    ],
    derived: withOrder ? ORDER : [{ n_gg: similarity(lg, rg) }],
    missing: `${g1} IS NULL OR ${g2} IS NULL`,
    levels: shares([
      [
        'exact',
        `${g1} = ${g2}`,
        0.8,
        withOrder
          ? `CASE WHEN n_swapped AND n_gf >= n_fg THEN ${right(rarityOf('given_name'))} ELSE ${left(rarityOf('given_name'))} END`
          : left(rarityOf('given_name')),
      ],
      ['nickname', 'n_nickname', 0.04],
      ['close', `${g} >= ${CLOSE_GIVEN}`, 0.06],
      ['initial', `(length(${g1}) = 1 OR length(${g2}) = 1) AND left(${g1}, 1) = left(${g2}, 1)`, 0.02],
      ...(withOthers ? [['other given name', byOther, 0.01] as const] : []),
      ['similar', `${g} >= ${SIMILAR_GIVEN}`, 0.03],
      ['different', 'true', 0.04],
    ]),
    cause: 'sex',
    isName: true,
  };
}

/** One name is the beginning or the end of the other: Berg and van der Berg, Jones and Smith-Jones. */
const PART = `(length(${lf}) >= 4 AND (starts_with(${rf}, ${lf}) OR ends_with(${rf}, ${lf}))) OR (length(${rf}) >= 4 AND (starts_with(${lf}, ${rf}) OR ends_with(${lf}, ${rf})))`;

function familyName(withOrder: boolean, withFormer: boolean): Comparison {
  const former = `coalesce(list_contains(r_former_family_name, ${lf}), false) OR coalesce(list_contains(l_former_family_name, ${rf}), false)`;
  return {
    name: 'family_name',
    features: [
      'family_name',
      rarityOf('family_name'),
      ...(withOrder ? ['given_name', rarityOf('given_name')] : []),
      ...(withFormer ? ['former_family_name'] : []),
    ],
    derived: withOrder ? ORDER : [{ n_ff: similarity(lf, rf) }],
    missing: `${withOrder ? 'NOT n_swapped AND ' : ''}(${lf} IS NULL OR ${rf} IS NULL)`,
    levels: shares([
      ...(withOrder
        ? [
            [
              'swapped',
              'n_swapped',
              0.03,
              `CASE WHEN n_gf >= n_fg THEN ${right(rarityOf('family_name'))} ELSE ${left(rarityOf('family_name'))} END`,
            ] as const,
          ]
        : []),
      ['exact', `${lf} = ${rf}`, 0.8, left(rarityOf('family_name'))],
      ...(withFormer ? [['former', former, 0.03] as const] : []),
      ['close', `n_ff >= ${CLOSE_FAMILY}`, 0.07],
      ['part', PART, 0.02],
      ['similar', `n_ff >= ${SIMILAR_FAMILY}`, 0.04],
      ['different', 'true', 0.06],
    ]),
    isShared: true,
    isName: true,
  };
}

function otherGivenName(): Comparison {
  const [a, b] = [left('other_given_name'), right('other_given_name')];
  return {
    name: 'other_given_name',
    features: ['other_given_name', rarityOf('other_given_name')],
    derived: [],
    missing: `${a} IS NULL OR ${b} IS NULL`,
    levels: shares([
      ['exact', `${a} = ${b}`, 0.75, left(rarityOf('other_given_name'))],
      ['initial', `(length(${a}) = 1 OR length(${b}) = 1) AND left(${a}, 1) = left(${b}, 1)`, 0.08],
      [
        'close',
        `CASE WHEN ${oneEdit(a, b)} THEN true ELSE jaro_winkler_similarity(${a}, ${b}) >= ${CLOSE_GIVEN} END`,
        0.1,
      ],
      ['different', 'true', 0.07],
    ]),
    isName: true,
  };
}

/** Levels from `[label, condition, expected share, rarity]`; shares are brought to a sum of 1. */
export function shares(
  levels: readonly (readonly [label: string, when: string, expected: number, rarity?: string])[],
): Level[] {
  const sum = levels.reduce((total, [, , expected]) => total + expected, 0);
  return levels.map(([label, when, expected, rarity]) => ({
    label,
    when,
    expected: expected / sum,
    ...(rarity === undefined ? {} : { rarity }),
  }));
}
