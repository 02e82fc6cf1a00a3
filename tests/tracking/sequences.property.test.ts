import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TestWorkspace } from '../support/make-workspace.ts';
import { darsHere } from '../support/run-dars.ts';
import { type Known, recipientOf } from './recipient.ts';
import {
  dayOfMonth,
  deathsCsv,
  deliveredReports,
  makeStudy,
  type PdsRecord,
  pdsCsv,
  runMonth,
  uploadCsv,
  withoutDestination,
} from './study.ts';

/*
 * Years of a study: people move, die, are removed, get new numbers, become sensitive, opt out and come back; members
 * come and go; deliveries fail, are given up or withdrawn. Whatever happens, what the recipient makes of everything
 * that arrived must be what they may know of the world, and nothing may be told twice.
 */

const RUNS = 5 * Math.max(1, Number(process.env['DARS_PROPERTY_RUNS'] ?? '1') || 1);
const PEOPLE = 5;

interface Person {
  readonly practice: string;
  readonly postcode: string;
  readonly death: readonly [status: string, day: string] | undefined;
  readonly removal: string | undefined;
  readonly confidentiality: '' | 'S' | 'I';
  /** How often they got a new number. */
  readonly numbers: number;
  readonly registrations: Readonly<Record<string, string>>;
  readonly optedOut: boolean;
  readonly isMember: boolean;
  readonly inPds: boolean;
}

const NEWBORN: Person = {
  practice: 'P1',
  postcode: 'LS1 1AA',
  death: undefined,
  removal: undefined,
  confidentiality: '',
  numbers: 0,
  registrations: {},
  optedOut: false,
  isMember: true,
  inPds: true,
};

type Change = readonly [who: number, (person: Person) => Person];
interface Month {
  readonly changes: readonly Change[];
  readonly ends: 'delivered' | 'late' | 'given up' | 'withdrawn';
}

const arbitraryDeath = fc.constantFrom<Person['death'][]>(
  undefined,
  ['1', '2026-01-05'],
  ['2', '2026-01-05'],
  ['2', '2026-01-06'],
  ['U', ''],
);
const arbitraryChange: fc.Arbitrary<(person: Person) => Person> = fc.oneof(
  fc.constantFrom('P1', 'P2', 'P3').map((practice) => (each: Person) => ({ ...each, practice })),
  fc.constantFrom('LS1 1AA', 'YO1 7HH').map((postcode) => (each: Person) => ({ ...each, postcode })),
  arbitraryDeath.map((death) => (each: Person) => ({ ...each, death })),
  fc.constantFrom(undefined, 'EMB', 'SCT').map((removal) => (each: Person) => ({ ...each, removal })),
  fc
    .constantFrom<Person['confidentiality'][]>('', 'S', 'I')
    .map((confidentiality) => (each: Person) => ({ ...each, confidentiality })),
  fc.constant((each: Person) => ({ ...each, numbers: Math.min(8, each.numbers + 1) })),
  fc
    .tuple(fc.constantFrom('2026-02-01', '2026-03-01'), fc.constantFrom(undefined, 'I219', 'C349'))
    .map(([day, cause]) => (each: Person) => {
      const { [day]: _, ...others } = each.registrations;
      return { ...each, registrations: cause === undefined ? others : { ...others, [day]: cause } };
    }),
  fc.boolean().map((optedOut) => (each: Person) => ({ ...each, optedOut })),
  fc.boolean().map((isMember) => (each: Person) => ({ ...each, isMember })),
  fc.boolean().map((inPds) => (each: Person) => ({ ...each, inPds })),
);
const arbitraryMonth: fc.Arbitrary<Month> = fc.record({
  changes: fc.array(fc.tuple(fc.nat(PEOPLE - 2), arbitraryChange), { minLength: 1, maxLength: 8 }),
  ends: fc.constantFrom('delivered', 'delivered', 'delivered', 'late', 'given up', 'withdrawn'),
});

const numberOf = (who: number, turn: number): string => `99900000${who}${turn}`;
const bornOf = (who: number): string => `19${50 + 7 * who}-0${1 + who}-1${who}`;
const studyOf = (who: number): string => `STUDY-${who}`;

function write(study: TestWorkspace, people: readonly Person[]): void {
  const records = people.flatMap((person, who): PdsRecord[] => {
    if (!person.inPds) return [];
    const old = Array.from({ length: person.numbers }, (_, turn) => ({
      nhs: numberOf(who, turn),
      replacedBy: numberOf(who, turn + 1),
    }));
    const [deathStatus, died] = person.death ?? ['', ''];
    return [
      ...old,
      {
        nhs: numberOf(who, person.numbers),
        confidentiality: person.confidentiality,
        practice: person.practice,
        postcode: person.postcode,
        born: bornOf(who),
        deathStatus,
        died,
        removal: person.removal ?? '',
      },
    ];
  });
  study.write('data/pds.csv', pdsCsv(records));
  // A registration has the number of its time, which is the first one here.
  const registrations = people.flatMap(({ registrations: of }, who) =>
    Object.entries(of).map(([registered, cause]) => ({ nhs: numberOf(who, 0), registered, cause })),
  );
  study.write('data/deaths.csv', deathsCsv(registrations));
  study.write(
    'data/opt-outs.dat',
    `${['9990009999', ...people.flatMap(({ optedOut }, who) => (optedOut ? [numberOf(who, 0)] : []))].join('\n')}\n`,
  );
  study.write(
    'cohort/NIC-147750_members.csv',
    uploadCsv(
      people.map(({ isMember }, who) => ({
        study: studyOf(who),
        status: isMember ? 'add' : 'delete',
        nhs: numberOf(who, 0),
        born: bornOf(who),
      })),
    ),
  );
}

/** What the recipient may know of a member after a delivery, given what they knew before. */
function mayKnow(person: Person, who: number, before: Known | undefined): Known | undefined {
  const isReported = person.isMember && !person.optedOut && person.confidentiality !== 'I' && person.inPds;
  // Nothing more is told of who was deleted, not even that.
  if (!person.isMember) return before;
  if (!isReported) return before === undefined ? undefined : { ...before, reported: false };
  const sensitive = person.confidentiality === 'S';
  const events = new Map<string, string>();
  const put = (event: string, value: string | undefined): void => {
    if (value !== undefined) events.set(event, value);
  };
  const knew = (event: string): string | undefined => before?.events.get(event);
  put('NHS_NUMBER', numberOf(who, person.numbers));
  put('REMOVAL', person.removal);
  put('PRACTICE', sensitive ? knew('PRACTICE') : person.practice);
  put('AREA', sensitive ? knew('AREA') : person.postcode);
  const death = person.death?.[0] === 'U' ? undefined : person.death;
  if (!sensitive) put('DEATH', death?.join(' '));
  else if (death === undefined || knew('DEATH')?.startsWith(`${death[0]} `) === true) put('DEATH', knew('DEATH'));
  else put('DEATH', `${death[0]} `);
  const registrations = Object.entries(person.registrations).map(([day, cause]) => [day, `${day} ${cause}`] as const);
  return { reported: true, events, registrations: new Map(registrations) };
}

const plain = (known: Known | undefined): unknown =>
  known === undefined
    ? undefined
    : {
        reported: known.reported,
        events: [...known.events].sort(),
        registrations: [...known.registrations.values()].sort(),
      };

async function live(months: readonly Month[]): Promise<void> {
  using study = await makeStudy();
  let people: readonly Person[] = Array.from({ length: PEOPLE }, () => NEWBORN);
  const withdrawn = new Set<string>();
  for (const [month, { changes, ends }] of months.entries()) {
    people = people.map((person, who) =>
      changes.filter(([of]) => of === who).reduce((each, [, change]) => change(each), person),
    );
    write(study, people);
    const before = await recipientOf(study, withdrawn);
    if (ends === 'late' || ends === 'given up') {
      const failed = await withoutDestination(study, () => runMonth(study, month));
      expect(failed.status, failed.stderr).toBe(15);
      expect(plainAll(await recipientOf(study, withdrawn))).toEqual(plainAll(before));
    }
    if (ends === 'given up') {
      const lines = readFileSync(join(study.root, 'state/ledger.jsonl'), 'utf8').trim().split('\n');
      const waiting = lines.map((line) => JSON.parse(line)).findLast(({ kind }) => kind === 'intended').release;
      const given = await darsHere(study.root, [
        '--as-of',
        dayOfMonth(month),
        'deliver',
        waiting,
        '--abandon',
        '--because',
        'a test',
      ]);
      expect(given.status, given.stderr).toBe(0);
    }
    const ran = await runMonth(study, month);
    expect(ran.status, ran.stderr).toBe(0);
    const after = await recipientOf(study, withdrawn);
    for (const [who, person] of people.entries()) {
      const study_ = studyOf(who);
      expect(plain(after.get(study_)), `${study_} in month ${month}`).toEqual(
        plain(mayKnow(person, who, before.get(study_))),
      );
    }
    if (ends === 'withdrawn') {
      const files = [...(await deliveredReports(study)).keys()].slice(-4);
      const done = await darsHere(study.root, [
        '--as-of',
        dayOfMonth(month),
        'register',
        'withdraw',
        ...files,
        '--reason',
        'a test',
      ]);
      expect(done.status, done.stderr).toBe(0);
      for (const file of files) withdrawn.add(file);
    }
  }
}

const plainAll = (all: ReadonlyMap<string, Known>): unknown => [...all].map(([study, known]) => [study, plain(known)]);

describe('what a recipient makes of all that was delivered', () => {
  test('is what they may know of the world, whatever happened', { timeout: 600_000 }, async () => {
    await fc.assert(fc.asyncProperty(fc.array(arbitraryMonth, { minLength: 2, maxLength: 5 }), live), {
      numRuns: RUNS,
    });
  });
});
