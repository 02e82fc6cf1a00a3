import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Carelessness, corrupted, type MadePerson, withOneMistake } from './corrupt.ts';
import { Draw } from './draw.ts';
import type { BenchmarkSet } from './sets.ts';

/** A tidy administrative source that lags behind people's lives. */
const CLERK: Carelessness = {
  typing: 0.05,
  missing: 0.03,
  date: 0.04,
  moved: 0.15,
  renamed: 0.06,
  familiar: 0.05,
  swapped: 0.01,
};
/** Forms read by machine, filled in by hand. */
const SCANNER: Carelessness = {
  typing: 0.25,
  missing: 0.12,
  date: 0.15,
  moved: 0.1,
  renamed: 0.04,
  familiar: 0.08,
  swapped: 0.04,
};

/**
 * Sets made of the people of a synthetic PDS, in households: a cohort of which half are in PDS; a register in which people
 * stand up to five times, with other names for its columns and another way to write dates; and a list of names and dates
 * of birth alone, in which one in ten stands twice with one mistake, full of namesakes of common heritage.
 */
export async function makeSets(pds: string, folder: string): Promise<readonly BenchmarkSet[]> {
  mkdirSync(folder, { recursive: true });
  const people = await read(pds);
  const [known, unknown] = [people.filter((_, index) => index % 5 < 3), people.filter((_, index) => index % 5 >= 3)];
  const draw = new Draw(20_261);

  const spine = known.map(
    (each) => [each.person, each.given, each.other, each.family, each.born, each.sex, each.postcode] as const,
  );
  const cohort = [...known.filter((_, index) => index % 2 === 0), ...unknown.filter((_, index) => index % 3 === 0)].map(
    (each) => corrupted(each, people, CLERK, draw),
  );
  write(
    join(folder, 'spine.csv'),
    ['person,given_name,other_given_name,family_name,date_of_birth,gender,postcode'],
    spine,
  );
  write(
    join(folder, 'cohort.csv'),
    ['person,forename,surname,dob,sex,post_code'],
    cohort.map(({ person, given, family, born, sex, postcode }) => [
      person,
      given,
      family.toUpperCase(),
      born.split('-').reverse().join('/'),
      ['', 'M', 'F'][Number(sex)] ?? '',
      postcode,
    ]),
  );

  const copies = people
    .slice(0, people.length / 3)
    .flatMap((each) => Array.from({ length: 1 + draw.below(5) }, () => corrupted(each, people, SCANNER, draw)));
  write(
    join(folder, 'register.csv'),
    ['person,name1,name2,y,m,d,street,place,zip'],
    copies.map(({ person, given, family, born, address, town, postcode }) => [
      person,
      given,
      family,
      ...(born === '' ? ['', '', ''] : born.split('-').map((part) => String(Number(part)))),
      address,
      town,
      postcode,
    ]),
  );
  const listed = people.slice(0, people.length / 4);
  const again = listed.filter((_, index) => index % 9 === 0).map((each) => withOneMistake(each, draw));
  write(
    join(folder, 'names.csv'),
    ['person,fname,lname,by,bm,bd'],
    [...listed, ...again].map(({ person, given, family, born }) => [
      person,
      given.toUpperCase(),
      family.toUpperCase(),
      ...born.split('-').map((part) => String(Number(part))),
    ]),
  );
  // Rows have numbers, not names of people, as identifiers; the number of a row is what `dars link` gives without one.
  const person = 'person';
  return [
    {
      name: 'made cohort',
      truth: { a: join(folder, 'cohort.csv'), aId: 'row', b: join(folder, 'spine.csv'), bId: 'row', person },
      options: [
        ...['--a-id', 'row', '--b-id', 'row'],
        ...['--a', 'given_name=forename,family_name=surname,date_of_birth=dob,sex=sex,postcode=post_code'],
      ],
      published: '',
    },
    {
      name: 'made register',
      truth: { a: join(folder, 'register.csv'), aId: 'row', person },
      options: [
        ...['--dedupe', '--a-id', 'row', '--a'],
        'given_name=name1,family_name=name2,date_of_birth=d+m+y,address=street,city=place,postcode=zip',
      ],
      published: '',
    },
    {
      name: 'made names',
      truth: { a: join(folder, 'names.csv'), aId: 'row', person },
      options: ['--dedupe', '--a-id', 'row', '--a', 'given_name=fname,family_name=lname,date_of_birth=by+bm+bd'],
      published: '',
    },
  ];
}

async function read(pds: string): Promise<readonly MadePerson[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const rows = await connection.runAndReadAll(
      `SELECT nhs_number AS person, coalesce(given_name, '') AS given, coalesce(other_given_name, '') AS other, coalesce(family_name, '') AS family,
         coalesce(strftime(date_of_birth, '%Y-%m-%d'), '') AS born, coalesce(gender, '') AS sex, coalesce(postcode, '') AS postcode,
         coalesce(address_line_2, '') AS address, coalesce(address_line_4, '') AS town
       FROM read_parquet('${pds.replaceAll("'", "''")}') WHERE replaced_by IS NULL AND date_of_birth IS NOT NULL ORDER BY nhs_number`,
    );
    return rows.getRowObjects() as unknown as MadePerson[];
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function write(path: string, [header = '']: readonly string[], rows: readonly (readonly string[])[]): void {
  const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row, index) => [String(index + 1), ...row].map(quoted).join(','));
  writeFileSync(path, `row,${header}\n${lines.join('\n')}\n`);
}
