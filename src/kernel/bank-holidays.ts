import { addDays, type CalendarDate, dayOfWeek } from './calendar-date.ts';

const [SUNDAY, MONDAY, SATURDAY] = [0, 1, 6];

/**
 * What no rule gives: days that a royal proclamation added in England and Wales, and holidays that it moved. As
 * published at https://www.gov.uk/bank-holidays (Open Government Licence); a day proclaimed after this was written
 * goes into `holidays` of dars.yaml.
 */
const PROCLAIMED: readonly { readonly day: string; readonly insteadOf?: string; readonly for: string }[] = [
  { day: '2002-06-03', for: 'the Golden Jubilee' },
  { day: '2002-06-04', insteadOf: '2002-05-27', for: 'spring' },
  { day: '2011-04-29', for: 'a royal wedding' },
  { day: '2012-06-04', insteadOf: '2012-05-28', for: 'spring' },
  { day: '2012-06-05', for: 'the Diamond Jubilee' },
  { day: '2020-05-08', insteadOf: '2020-05-04', for: 'early May, on VE Day' },
  { day: '2022-06-02', insteadOf: '2022-05-30', for: 'spring' },
  { day: '2022-06-03', for: 'the Platinum Jubilee' },
  { day: '2022-09-19', for: 'the State Funeral of Queen Elizabeth II' },
  { day: '2023-05-08', for: 'the coronation of King Charles III' },
];

/** The bank holidays of England in a year, in order; right from 2002 on. (Banking and Financial Dealings Act 1971.) */
export function bankHolidays(year: number): readonly CalendarDate[] {
  const at = (monthAndDay: string): CalendarDate => `${String(year).padStart(4, '0')}-${monthAndDay}` as CalendarDate;
  const easter = easterSunday(year);
  const usual = [
    ...observed([at('01-01')]),
    addDays(easter, -2),
    addDays(easter, 1),
    mondayFrom(at('05-01')),
    mondayFrom(at('05-25')),
    mondayFrom(at('08-25')),
    ...observed([at('12-25'), at('12-26')]),
  ];
  const proclaimed = PROCLAIMED.filter(({ day }) => day.startsWith(at('')));
  const moved = new Set(proclaimed.map(({ insteadOf }) => insteadOf));
  return [...usual.filter((day) => !moved.has(day)), ...proclaimed.map(({ day }) => day as CalendarDate)].sort();
}

/** Days as they are observed: one on a weekend gives the next weekday that is not one of them already. */
function observed(days: readonly CalendarDate[]): CalendarDate[] {
  const kept = days.filter((day) => !isWeekend(day));
  for (const day of days.filter(isWeekend)) {
    let substitute = day;
    while (isWeekend(substitute) || kept.includes(substitute)) substitute = addDays(substitute, 1);
    kept.push(substitute);
  }
  return kept;
}

export function isWeekend(day: CalendarDate): boolean {
  return dayOfWeek(day) === SUNDAY || dayOfWeek(day) === SATURDAY;
}

/** The first Monday on a day or after it. */
function mondayFrom(day: CalendarDate): CalendarDate {
  return addDays(day, (7 + MONDAY - dayOfWeek(day)) % 7);
}

/** Easter in the Gregorian calendar, by the algorithm that Nature printed in 1876 and Meeus made known. */
function easterSunday(year: number): CalendarDate {
  const [a, b, c] = [year % 19, Math.floor(year / 100), year % 100];
  const d = Math.floor((b - Math.floor((b + 8) / 25) + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - d + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const days = h + l - 7 * m + 22; // of March
  return addDays(`${String(year).padStart(4, '0')}-03-01` as CalendarDate, days - 1);
}
