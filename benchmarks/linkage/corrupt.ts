import { NICKNAMES } from '../../src/linkage/nicknames.ts';
import type { Draw } from './draw.ts';

/** A person as a made set has them: texts, empty where not known. */
export interface MadePerson {
  readonly person: string;
  readonly given: string;
  readonly other: string;
  readonly family: string;
  /** YYYY-MM-DD */
  readonly born: string;
  readonly sex: string;
  readonly address: string;
  readonly town: string;
  readonly postcode: string;
}

/** How careless the writer is: shares of records that each kind of mistake befalls. */
export interface Carelessness {
  readonly typing: number;
  readonly missing: number;
  readonly date: number;
  readonly moved: number;
  readonly renamed: number;
  readonly familiar: number;
  readonly swapped: number;
}

const KEYS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const LOOK_ALIKE: Readonly<Record<string, string>> = {
  o: '0',
  l: '1',
  i: 'l',
  m: 'rn',
  u: 'v',
  e: 'c',
  s: '5',
  h: 'b',
};

/** The same person as another record may have them. `others` are people to borrow an address or a name from. */
export function corrupted(
  person: MadePerson,
  others: readonly MadePerson[],
  careless: Carelessness,
  draw: Draw,
): MadePerson {
  const stranger = (): MadePerson => draw.of(others) ?? person;
  let { given, other, family, born, sex, address, town, postcode } = person;
  if (draw.chance(careless.moved)) ({ address, town, postcode } = stranger());
  if (sex === '2' && draw.chance(careless.renamed)) {
    const married = stranger().family;
    family = draw.chance(0.3) ? `${family}-${married}` : married;
  }
  if (draw.chance(careless.familiar)) given = draw.chance(0.3) ? given.slice(0, 1) : familiar(given, draw);
  if (other !== '' && draw.chance(0.4)) other = draw.chance(0.5) ? other.slice(0, 1) : '';
  if (draw.chance(careless.swapped)) [given, family] = [family, given];
  const typed = (text: string): string => (draw.chance(careless.typing) ? mistyped(text, draw) : text);
  [given, family, address, town, postcode] = [
    typed(given),
    typed(family),
    typed(address),
    typed(town),
    typed(postcode),
  ];
  if (draw.chance(careless.date)) born = otherDate(born, draw);
  if (draw.chance(careless.date / 10)) sex = sex === '1' ? '2' : '1';
  const kept = (text: string): string => (draw.chance(careless.missing) ? '' : text);
  return {
    person: person.person,
    given: kept(given),
    other,
    family: kept(family),
    born: kept(born),
    sex: kept(sex),
    address: kept(address),
    town: kept(town),
    postcode: kept(postcode),
  };
}

/** The same person with one mistake in a name or in the date of birth. */
export function withOneMistake(person: MadePerson, draw: Draw): MadePerson {
  switch (draw.below(3)) {
    case 0:
      return { ...person, given: mistyped(person.given, draw) };
    case 1:
      return { ...person, family: mistyped(person.family, draw) };
    default:
      return { ...person, born: otherDate(person.born, draw) };
  }
}

function familiar(given: string, draw: Draw): string {
  const group = NICKNAMES.find((names) => names.includes(given.toUpperCase()));
  const name = group === undefined ? undefined : draw.of(group);
  return name === undefined ? given : name.charAt(0) + name.slice(1).toLowerCase();
}

function mistyped(text: string, draw: Draw): string {
  if (text.length < 2) return text;
  const at = draw.below(text.length);
  const letter = text.charAt(at);
  const [before, after] = [text.slice(0, at), text.slice(at + 1)];
  switch (draw.below(5)) {
    case 0:
      return before + after;
    case 1:
      return before + letter + letter + after;
    case 2:
      return before + after.charAt(0) + letter + after.slice(1);
    case 3:
      return before + neighbour(letter, draw) + after;
    default:
      return before + (LOOK_ALIKE[letter.toLowerCase()] ?? letter) + after;
  }
}

function neighbour(letter: string, draw: Draw): string {
  const row = KEYS.find((keys) => keys.includes(letter.toLowerCase()));
  if (row === undefined) return /\d/.test(letter) ? String(draw.below(10)) : letter;
  const at = row.indexOf(letter.toLowerCase()) + (draw.chance(0.5) ? 1 : -1);
  return row.charAt(Math.max(0, Math.min(row.length - 1, at)));
}

function otherDate(born: string, draw: Draw): string {
  const [year = '', month = '', day = ''] = born.split('-');
  const two = (value: number): string => String(value).padStart(2, '0');
  switch (draw.below(5)) {
    case 0:
      return Number(day) <= 12 ? `${year}-${day}-${month}` : born;
    case 1:
      return `${Number(year) + (draw.chance(0.5) ? 1 : -1)}-${month}-${day}`;
    case 2:
      return `${year}-${two(1 + draw.below(12))}-${day}`;
    case 3:
      return `${year.slice(0, 2)}${year.charAt(3)}${year.charAt(2)}-${month}-${day}`;
    default:
      return `${year}-${month}-${two(1 + draw.below(28))}`;
  }
}
