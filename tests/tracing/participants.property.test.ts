import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HES_HEADER, PDS_HEADER } from '../support/make-workspace.ts';
import { openRecipient, type Recipient } from '../support/recipient.ts';
import { type Participant, study } from './support.ts';

/*
 * A bespoke linkage against what it means, written down the slow and obvious way: one record after another, with nothing
 * of the program in it. Participants have their number and date of birth, so that who is found is not in doubt.
 */

interface Person {
  readonly number: number;
  readonly replacedBy?: number;
  readonly isInvalid: boolean;
  readonly born: string;
}

interface Row {
  readonly key: string;
  readonly number: number;
  readonly end: string;
  readonly diagnosis: string;
}

interface World {
  readonly people: readonly Person[];
  readonly rows: readonly Row[];
  readonly optedOut: readonly number[];
  readonly participants: readonly Participant[];
}

const NUMBERS = Array.from({ length: 24 }, (_, index) => 9990001000 + index);
const day = fc.integer({ min: 0, max: 2800 }).map((n) => {
  const at = new Date(Date.UTC(2019, 0, 1) + n * 86_400_000);
  return at.toISOString().slice(0, 10);
});
const number_ = fc.constantFrom(...NUMBERS);

const world: fc.Arbitrary<World> = fc
  .record({
    // The last eight numbers may have been superseded by one of the others.
    replaced: fc.array(fc.option(fc.integer({ min: 0, max: 15 })), { minLength: 8, maxLength: 8 }),
    invalid: fc.array(number_, { maxLength: 3 }),
    rows: fc.array(fc.tuple(number_, day, fc.constantFrom('E110', 'E101', 'J180')), { minLength: 40, maxLength: 80 }),
    optedOut: fc.array(number_, { minLength: 1, maxLength: 6 }),
    participants: fc.array(
      fc.record({
        number: number_,
        isRight: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
        from: fc.option(day),
        to: fc.option(day),
        basis: fc.constantFrom('', 'consent', 'section-251'),
        status: fc.constantFrom('add', 'add', 'add', 'delete'),
      }),
      { minLength: 10, maxLength: 20 },
    ),
  })
  .map(({ replaced, invalid, rows, optedOut, participants }) => {
    const people = NUMBERS.map((number, index): Person => {
      const by = index < 16 ? null : (replaced[index - 16] ?? null);
      return {
        number,
        ...(by === null ? {} : { replacedBy: NUMBERS[by] ?? 0 }),
        isInvalid: invalid.includes(number),
        born: `19${50 + index}-0${1 + (index % 9)}-1${index % 9}`,
      };
    });
    return {
      people,
      rows: rows.map(([number, end, diagnosis], index) => ({
        key: String(500_000_000_000 + index),
        number,
        end,
        diagnosis,
      })),
      optedOut,
      participants: participants.map(({ number, isRight, from, to, basis, status }, index): Participant => {
        const person = currentOf(number, people);
        return {
          ref: `R${index}`,
          nhs: String(number),
          born: isRight ? (person?.born ?? '1900-01-01') : '1901-11-23',
          basis,
          status,
          ...(from === null ? {} : { from }),
          ...(to === null || (from !== null && to < from) ? {} : { to }),
        };
      }),
    };
  });

function currentOf(number: number, people: readonly Person[]): Person | undefined {
  const found = people.find((each) => each.number === number);
  if (found === undefined || found.isInvalid) return undefined;
  return found.replacedBy === undefined ? found : currentOf(found.replacedBy, people);
}

function expected({ people, rows, optedOut, participants }: World): { rows: string[]; matches: string[] } {
  const added = participants.filter(({ status }) => status === 'add');
  const personOf = ({ nhs, born }: Participant): Person | undefined => {
    const person = currentOf(Number(nhs), people);
    return person?.born === born ? person : undefined;
  };
  const out = { rows: [] as string[], matches: [] as string[] };
  for (const participant of added) {
    const person = personOf(participant);
    if (person === undefined || added.some((other) => other !== participant && personOf(other) === person)) continue;
    const tree = people.filter(({ number }) => rootOf(number, people) === rootOf(person.number, people));
    const isOptedOut = tree.some(({ number }) => optedOut.includes(number));
    if (isOptedOut && participant.basis !== 'consent') continue;
    out.matches.push(participant.ref);
    for (const row of rows) {
      const isTheirs = currentOf(row.number, people) === person;
      const isGranted = row.end >= '2019-04-01' && row.end <= '2026-03-31' && row.diagnosis.startsWith('E1');
      const isInStay = row.end >= (participant.from ?? '') && row.end <= (participant.to ?? '9999');
      if (isTheirs && isGranted && isInStay) out.rows.push(`${participant.ref} ${row.key}`);
    }
  }
  return { rows: out.rows.sort(), matches: out.matches.sort() };
}

/** The last number of the way, through invalid records as well: opt-outs act on all of a tree. */
function rootOf(number: number, people: readonly Person[]): number {
  const by = people.find((each) => each.number === number)?.replacedBy;
  return by === undefined ? number : rootOf(by, people);
}

let recipient: Recipient;
beforeAll(async () => {
  recipient = await openRecipient();
});
afterAll(() => recipient[Symbol.asyncDispose]());

test('gives out exactly the rows of those found, who did not opt out or are exempt, within grant and own dates', async () => {
  await fc.assert(
    fc.asyncProperty(world, async (made) => {
      const pds = made.people.map(
        ({ number, replacedBy, isInvalid, born }) =>
          `${number},${replacedBy ?? ''},${isInvalid ? 'I' : ''},,,,${born},,,,,,,,,,,,`,
      );
      const hes = made.rows.map(
        ({ key, number, end, diagnosis }) => `${key}|${number}|${end}|${end}|${end}|${diagnosis}||1|011970|E01000001|L`,
      );
      using done = await study(recipient, made.participants, {
        files: {
          'data/pds.csv': [PDS_HEADER, ...pds, ''].join('\n'),
          'data/hes_apc/hes_apc_2425.csv': [HES_HEADER, ...hes, ''].join('\n'),
          'data/opt-outs.dat': [...made.optedOut, ''].join('\n'),
        },
      });
      expect(done.ran.status).toBe(0);
      const told = done.rows.map((row) => row.split('|').slice(0, 2).join(' ')).sort();
      const matched = done.matches.map((row) => row.split('|')[0] ?? '').sort();
      expect({ rows: told, matches: matched }).toEqual(expected(made));
    }),
    { numRuns: Number(process.env['DARS_PROPERTY_RUNS'] ?? 4) },
  );
}, 600_000);
