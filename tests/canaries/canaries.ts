import { HES_HEADER, MASTER_KEY, PDS_HEADER } from '../support/make-workspace.ts';

/*
 * People and secrets that nothing else could be taken for. Where one of these values is found, it leaked.
 */

const PERSON = {
  number: '9998887774',
  oldNumber: '9998887766',
  family: 'QUETZALSMYTHE',
  given: 'XIOMARABELLE',
  postcode: 'ZE3 9QX',
  address: '17 CANARYBIRD MEWS',
  birth: '1931-07-23',
  local: 'LOPCANARY7Q',
};

/** Somebody who opted out: not even in the ciphertext may be what is theirs. */
const OPTED_OUT = { number: '9997776663', family: 'VANDERQUILL', birth: '1947-09-13', episode: '599999999901' };

export const PASSPHRASE = 'correct horse canary staple';

/** Rows of the canaries for the sources of `makeWorkspace` and of `manyEpisodes`. */
export const CANARY_PDS = [
  `${PERSON.number},,,${PERSON.family},${PERSON.given},,${PERSON.birth},2,${PERSON.address},,,,,${PERSON.postcode},A81001,,,,`,
  `${PERSON.oldNumber},${PERSON.number},,${PERSON.family},${PERSON.given},,${PERSON.birth},2,,,,,,,A81001,,,,`,
  `${OPTED_OUT.number},,,${OPTED_OUT.family},${PERSON.given},,${OPTED_OUT.birth},1,${PERSON.address},,,,,${PERSON.postcode},A81001,,,,`,
];
export const CANARY_HES = [
  `599999999902|${PERSON.number}|2024-05-01|2024-05-01|2024-05-03|E110|I10X|2|071931|E01000001|${PERSON.local}`,
  `599999999903|${spaced(PERSON.oldNumber, ' ')}|2024-05-01|2024-05-01|2024-05-03|E110|I10X|2|071931|E01000001|${PERSON.local}`,
  `${OPTED_OUT.episode}|${OPTED_OUT.number}|2024-05-01|2024-05-01|2024-05-03|E110|I10X|1|091947|E01000001|${PERSON.local}`,
];

/** The sources of a small workspace with the canaries in them. */
export const CANARY_FILES = {
  'data/pds.csv': `${[PDS_HEADER, ...CANARY_PDS].join('\n')}\n`,
  'data/hes_apc/hes_apc_2425.csv': `${[HES_HEADER, ...CANARY_HES].join('\n')}\n`,
  'data/opt-outs.dat': `${OPTED_OUT.number}\n`,
};

const COHORT_HEADER =
  'UNIQUE_REFERENCE,STATUS,NHS_NO,FAMILY_NAME,GIVEN_NAME,OTHER_GIVEN_NAME,GENDER,DATE_OF_BIRTH,POSTCODE,ADDRESS_LINE1,ADDRESS_LINE2,ADDRESS_LINE3,ADDRESS_LINE4,ADDRESS_LINE5,PERSON_MIN_DATE,PERSON_MAX_DATE';

/** The canaries as participants of a study; the one who opted out is among them. */
export const CANARY_COHORT = `${[
  COHORT_HEADER,
  `STUDY-1,add,${PERSON.oldNumber},${PERSON.family},${PERSON.given},,2,${PERSON.birth},${PERSON.postcode},,,,,,,`,
  `STUDY-2,add,${OPTED_OUT.number},${OPTED_OUT.family},${PERSON.given},,1,${OPTED_OUT.birth},,,,,,,,`,
].join('\n')}\n`;

/** The episodes of the canary that a recipient gets; the sign that the search works where something is to be found. */
export const RELEASED = '599999999902';

export interface Canary {
  readonly name: string;
  /** The value as bytes, in one of the ways in which it could be written. */
  readonly bytes: Buffer;
}

/** What must not be found, in every spelling that we could think of. `secrets` are armoured keys of the workspace. */
export function canaries(secrets: Readonly<Record<string, string>>): Canary[] {
  const texts: [string, string][] = [
    ...Object.entries({
      number: PERSON.number,
      'old number': PERSON.oldNumber,
      'opted-out number': OPTED_OUT.number,
    }).flatMap(([name, number]): [string, string][] => [
      [name, number],
      [name, spaced(number, ' ')],
      [name, spaced(number, '-')],
    ]),
    ...[PERSON.birth, OPTED_OUT.birth].flatMap((birth) =>
      spellings(birth).map((text): [string, string] => ['date of birth', text]),
    ),
    ...[PERSON.family, PERSON.given, OPTED_OUT.family].flatMap((name): [string, string][] => [
      ['name', name],
      ['name', name.toLowerCase()],
    ]),
    ['postcode', PERSON.postcode],
    ['postcode', PERSON.postcode.replace(' ', '')],
    ['address', PERSON.address],
    ['local patient id', PERSON.local],
    ['episode of somebody who opted out', OPTED_OUT.episode],
    ['master key', MASTER_KEY],
    ['master key', MASTER_KEY.toUpperCase()],
    ['passphrase', PASSPHRASE],
    // A line of armour is enough to know it by; its first and last lines are the same in every key.
    ...Object.entries(secrets).flatMap(([name, armour]) =>
      armour
        .split('\n')
        .filter((line) => line.length > 40 && !line.includes('---'))
        .slice(0, -1)
        .map((line): [string, string] => [name, line]),
    ),
  ];
  const binary: Canary[] = [PERSON.number, PERSON.oldNumber, OPTED_OUT.number].map((number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(number));
    return { name: 'number, as an integer', bytes };
  });
  binary.push({ name: 'master key, as bytes', bytes: Buffer.from(MASTER_KEY, 'hex') });
  return [...texts.flatMap(([name, text]) => encodings(name, text)), ...binary];
}

function encodings(name: string, text: string): Canary[] {
  const plain = Buffer.from(text, 'utf8');
  const found: Canary[] = [{ name, bytes: plain }];
  if (plain.length > 60) return found;
  found.push({ name: `${name}, in UTF-16`, bytes: Buffer.from(text, 'utf16le') });
  found.push({ name: `${name}, in hexadecimal`, bytes: Buffer.from(plain.toString('hex')) });
  // In Base64 a text is spelled in three ways, by what stands before it; what its neighbours change is left out.
  for (const before of [0, 1, 2]) {
    const spelled = Buffer.concat([Buffer.alloc(before), plain, Buffer.alloc(2)]).toString('base64');
    const core = spelled.slice(Math.ceil((before * 8) / 6), Math.floor(((before + plain.length) * 8) / 6));
    if (core.length >= 10) found.push({ name: `${name}, in Base64`, bytes: Buffer.from(core) });
  }
  return found;
}

function spaced(number: string, separator: string): string {
  return [number.slice(0, 3), number.slice(3, 6), number.slice(6)].join(separator);
}

function spellings(day: string): string[] {
  const [year = '', month = '', date = ''] = day.split('-');
  return [
    day,
    `${year}${month}${date}`,
    `${date}/${month}/${year}`,
    `${date}${month}${year}`,
    `${date}.${month}.${year}`,
    `${date}-${month}-${year}`,
    `${year}/${month}/${date}`,
  ];
}

/** The names of the canaries that are in these bytes, each once. */
export function found(bytes: Buffer, among: readonly Canary[]): string[] {
  return [...new Set(among.filter(({ bytes: value }) => bytes.includes(value)).map(({ name }) => name))];
}
