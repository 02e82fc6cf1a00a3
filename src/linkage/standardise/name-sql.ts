import { quoteText } from '../../relation/print-sql.ts';

/** Letters that lose nothing but an accent in the eyes of their users, though Unicode does not decompose them. */
const FOLDED: readonly (readonly [string, string])[] = [
  ['ß', 'SS'],
  ['ẞ', 'SS'],
  ['Æ', 'AE'],
  ['Œ', 'OE'],
  ['Ø', 'O'],
  ['Ł', 'L'],
  ['Đ', 'D'],
  ['Ð', 'D'],
  ['Þ', 'TH'],
];

const TITLES = 'MR MRS MS MISS MASTER DR PROF PROFESSOR SIR LADY LORD DAME REV REVEREND CAPT COL'.split(' ');
const SUFFIXES = 'JR JNR SR SNR II III IV'.split(' ');

/** What stands where a name is not known (NHS England's linkage pipeline ignores the same). */
const NO_NAMES =
  'UNKNOWN|NOTKNOWN|NOTGIVEN|NONAME|NK|BABY|BABYBOY|BABYGIRL|BABYOF|MALEBABY|FEMALEBABY|INFANT|MALE|FEMALE|TWIN|TWINONE|TWINTWO|XXX|TEST'.split(
    '|',
  );

/** SQL: upper case without accents, apostrophes taken out, everything else but letters turned into single blanks. */
export function letters(text: string): string {
  const folded = FOLDED.reduce(
    (sql, [from, to]) => `replace(${sql}, '${from}', '${to}')`,
    `upper(strip_accents(${text}))`,
  );
  return `trim(regexp_replace(regexp_replace(${folded}, '[''’\`´]', '', 'g'), '[^\\p{L}]+', ' ', 'g'))`;
}

/** SQL: words without titles and suffixes, unless these are all there is. */
export function withoutTitles(words: string): string {
  const dropped = [...TITLES, ...SUFFIXES].map(quoteText).join(', ');
  return `CASE WHEN len(${words}) > 1 THEN coalesce(nullif(list_filter(${words}, word -> word NOT IN (${dropped})), []), ${words}) ELSE ${words} END`;
}

/** SQL: words joined to one, or null where there are none. */
export function oneName(words: string): string {
  return `nullif(array_to_string(${words}, ''), '')`;
}

/** SQL: the name, or null where it says that there is none. */
export function knownName(name: string): string {
  return `CASE WHEN ${name} NOT IN (${NO_NAMES.map(quoteText).join(', ')}) THEN ${name} END`;
}

/**
 * SQL: American Soundex of a word in capital letters: a letter and three digits, vowels part equal codes and H and W
 * don't. Null for a word that does not begin with A to Z.
 */
export function soundex(word: string): string {
  const coded = `replace(translate(${word}, 'BFPVCGJKQSXZDTLMNRAEIOUYHW', '111122222222334556000000--'), '-', '')`;
  const single = '123456'
    .split('')
    .reduce((sql, digit) => `regexp_replace(${sql}, '${digit}+', '${digit}', 'g')`, coded);
  return `CASE WHEN regexp_matches(${word}, '^[A-Z]') THEN left(${word}, 1) || left(replace(substr(${single}, 2), '0', '') || '000', 3) END`;
}
