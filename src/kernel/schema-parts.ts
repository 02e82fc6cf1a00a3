import { z } from 'zod';
import { type CalendarDate, parseCalendarDate } from './calendar-date.ts';

/** A day, `YYYY-MM-DD`, that the calendar has. */
export const calendarDate = z
  .string({ error: 'expected a date as YYYY-MM-DD' })
  .refine((text) => parseCalendarDate(text) !== undefined, 'expected a date as YYYY-MM-DD that the calendar has')
  .transform((text) => text as CalendarDate)
  .meta({ format: 'date', description: 'a day, YYYY-MM-DD' });

/** Both ends included. */
export const period = z
  .strictObject({
    from: calendarDate.describe('the first day'),
    to: calendarDate.describe('the last day; it is included'),
  })
  .refine(({ from, to }) => from <= to, 'the period ends before it begins');

/** A name that may appear in file names and SQL identifiers without harm. */
export const safeName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'expected lower-case letters, digits, hyphens and underscores, 63 at most');

/** Text that says something. */
export const words = z.string({ error: 'expected a text' }).trim().min(1, 'expected a text that is not empty');
