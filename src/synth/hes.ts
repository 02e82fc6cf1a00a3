import { NOT_A_DATE, NOT_GIVEN, yearsBetween } from './calendar.ts';
import { bits, draw } from './draw.ts';
import { always, date, type Sql } from './sql.ts';
import type { Portion } from './visits.ts';

/** Columns numbered as HES numbers them: 01, 02 and so on. */
export function numbered(
  count: number,
  column: (number: number, two: string) => readonly [string, Sql],
): Readonly<Record<string, Sql>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => column(index + 1, String(index + 1).padStart(2, '0'))),
  );
}

/** The upper ends, in days, of the ages under one year that HES codes as 7001 to 7006; 7007 is the rest. */
const INFANT_AGES = [1, 7, 29, 91, 182, 273];

/** Age as HES codes it: years, and codes under one year; null where the date of birth stands for none. */
export function hesAge(day: Sql, ymd: Sql): Sql {
  const years = yearsBetween('dob_ymd', ymd);
  const infants = INFANT_AGES.map((days, index) => `WHEN ${day} - reported_dob < ${days} THEN ${7001 + index}`);
  return `CASE WHEN reported_dob <= ${NOT_A_DATE} THEN NULL WHEN ${years} > 0 THEN least(${years}, 120) ${infants.join(' ')} ELSE 7007 END::INTEGER`;
}

const NOT_GIVEN_DATE = date(String(NOT_GIVEN));
export const NOT_A_DATE_DATE = date(String(NOT_A_DATE));

/** A date of an event; of 1,024 rows one says that none was given, one that it was no date. */
export function mostly(day: Sql, drawn: Sql, from: number): Sql {
  return `CASE ${bits(drawn, from, 10)} WHEN 0 THEN ${NOT_GIVEN_DATE} WHEN 1 THEN ${NOT_A_DATE_DATE} ELSE ${date(day)} END`;
}

/** The year as every HES row states it, with the number of its extract: the month, 01 to 12, or 99 when it is final. */
export function yearColumns({ world, year }: Portion): Readonly<Record<string, Sql>> {
  const month = Math.floor(((world.asAt - year.firstDay) / year.days) * 12) + 1;
  const extract = month > 12 ? '99' : String(month).padStart(2, '0');
  return { FYEAR: always(year.label), PARTYEAR: always(`${year.begins}${extract}`) };
}

/** Whom a row of HES is about, as reported. */
export const PATIENT_COLUMNS: Readonly<Record<string, Sql>> = {
  NEWNHSNO: 'nhs_number',
  NEWNHSNO_CHECK: 'nhs_check',
  NHSNOIND: 'nhs_status',
  LOPATID: 'local_id',
  DOB: date('reported_dob'),
  MYDOB: 'mydob',
  HOMEADD: 'home',
  SEX: 'sex',
  ETHNOS: 'ethnos',
  LSOA11: 'lsoa',
  MSOA11: 'msoa',
  GPPRAC: 'practice',
  REGGMP: 'practitioner',
};

export const PROVIDER_COLUMNS: Readonly<Record<string, Sql>> = {
  PROCODE: 'provider5',
  PROCODE3: 'provider',
  PROCODE5: 'provider5',
  PROCODET: 'provider',
  PROTYPE: always('TRUST'),
  SITETRET: 'site',
};

/** Fourteen digits; not unique by construction, but that two rows share one is rare. */
export function susRecord({ world, activity }: Portion, key: Sql): Sql {
  return `(10000000000000 + ${draw(world.seed, `${activity}/record`, key)} % 89999999999999)::VARCHAR`;
}
