import type { BlockingKey } from './blocking-keys.ts';

/** Records that agree on all keys of a rule are compared. */
export interface BlockingRule {
  readonly label: string;
  readonly keys: readonly BlockingKey[];
  /** Given and family name of the one are held against family and given name of the other. */
  readonly isSwapped: boolean;
}

/** Below so many records three coarse keys together find nothing that two don't. */
const MANY = 20_000;

/**
 * Every rule that could be used: each key alone, every two of different fields, swapped names with something else, and,
 * where records are many and two coarse keys are shared by too many of them, every three. Which are used is decided by
 * counting (see block.ts).
 */
export function blockingRules(keys: readonly BlockingKey[], records: number): BlockingRule[] {
  const rules: BlockingRule[] = keys.filter(({ isCoarse }) => !isCoarse).map((key) => rule([key]));
  const pairs = keys.flatMap((first, index) =>
    keys.slice(index + 1).flatMap((second) => (first.field === second.field ? [] : [[first, second] as const])),
  );
  rules.push(...pairs.map((pair) => rule(pair)));
  const coarse = keys.filter(({ isCoarse }) => isCoarse);
  if (records >= MANY) {
    for (const [i, first] of coarse.entries()) {
      for (const [j, second] of coarse.entries()) {
        for (const third of coarse.slice(j + 1)) {
          if (j > i && new Set([first.field, second.field, third.field]).size === 3)
            rules.push(rule([first, second, third]));
        }
      }
    }
  }
  return [...rules, ...swapped(keys)];
}

function rule(keys: readonly BlockingKey[], isSwapped = false): BlockingRule {
  const label = keys.map(({ label: each }) => each).join(' + ');
  return { label: isSwapped ? `swapped ${label}` : label, keys, isSwapped };
}

/** Names swapped: the keys of the one stand for those of the other, so they are made alike for both. */
function swapped(keys: readonly BlockingKey[]): BlockingRule[] {
  const find = (label: string): BlockingKey | undefined => keys.find((key) => key.label === label);
  const [given, family] = [find('given_name_sound'), find('family_name_sound')];
  const [givenName, familyName] = [find('given_name_root'), find('family_name')];
  if (given === undefined || family === undefined || givenName === undefined || familyName === undefined) return [];
  const whole = [{ ...givenName, label: 'given_name', sql: '"given_name"' }, familyName].map(
    ({ former: _, ...key }) => key,
  );
  const others = keys.filter(({ label }) => /_(y|md)$|^postcode_out$|^city$/.test(label));
  return [rule(whole, true), ...others.map((key) => rule([given, family, key], true))];
}
