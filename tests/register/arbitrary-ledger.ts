import fc from 'fast-check';
import { fileReference } from '../../src/kernel/file-reference.ts';
import type { EntryBody } from '../../src/ledger/ledger.ts';
import { releasedFile } from '../ledger/bodies.ts';
import { accessed, delivered, described, releasedOn } from './facts.ts';

/** What a ledger says, day by day. */
export type Said = readonly (readonly [day: string, body: EntryBody])[];

/** Few of everything, so that rows, names and versions meet; spelled so that no writer or parser has it easy. */
const REFERENCES = [
  'DARS-NIC-147750-8GS7S-v2.2',
  'DARS-NIC-147750-8GS7S-v2.10',
  'DARS-NIC-20-AAAAA-v1.0',
  'DARS-NIC-1234-BBBBB-v0.1 ',
  'NWIS',
];
const ORGANISATIONS = ['University of Example', 'University  of example', 'Ünivérsity, "E"', 'Trust\r\nof 2021', ''];
const DATASETS = ['hes_apc', 'hes_op', 'ecds', '42'];
const TITLES = ['Hospital Episodes', 'Hospital – Episodes', '<i>Emergency</i> & care', '42'];
const TEXTS = [
  'To learn whether 2021 and 42, 007 or 4294967295 are words; 20 as well.',
  'To learn  whether 2021 and 42, 007 or 4294967295 are words; 20 as well.',
  'Lone \ud800 and 𝒜𝒷 and NUL \u0000, tab\t, _x000D_ and\r\nbreaks. ﬁne naïve',
  `Long ${'purpose of the study '.repeat(1700)}`,
  '',
];
const ANSWERS = ['Yes - patient objections upheld', 'No - data flow is not identifiable', 'no - x, "y"', 'neither'];
const DUTIES = ['none', 'section-251', 'consent', 'statutory'] as const;
const FORMS = ['identifiable', 'pseudonymised', 'aggregated'] as const;
const FREQUENCIES = ['one-off', 'monthly', 'quarterly', 'annual'] as const;
const ROW_FIELDS = ['organisation', 'dataset', 'legal_basis', 'opt_outs', 'sensitive', 'agreement', 'purpose', 'none'];

const KINDS = [
  ...['described', 'described', 'intended', 'intended', 'intended', 'delivered', 'delivered', 'accessed'],
  ...['edition', 'imported', 'imported', 'amended', 'amended', 'withdrawn', 'renamed', 'refused'],
] as const;

interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly days: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const step = fc.record({
  kind: fc.constantFrom(...KINDS),
  days: fc.nat(25),
  a: fc.nat(999),
  b: fc.nat(999),
  c: fc.nat(999),
});

/** Ledgers in which everything happens that the register knows, and to the same few things, in any order. */
export const arbitraryLedger: fc.Arbitrary<Said> = fc
  .array(step, { minLength: 1, maxLength: 60, size: 'max' })
  .map(ledgerOf);

function ledgerOf(steps: readonly Step[]): Said {
  const said: [string, EntryBody][] = [];
  let time = Date.UTC(2026, 0, 1);
  for (const each of steps) {
    time += each.days * 86_400_000;
    const day = new Date(time).toISOString().slice(0, 10);
    said.push([day, bodyOf(each, day, said)]);
  }
  return said;
}

function pick<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

function bodyOf({ kind, a, b, c }: Step, day: string, said: readonly (readonly [string, EntryBody])[]): EntryBody {
  const back = (of: string): string | undefined => {
    const found = said.filter(([, body]) => body.kind === of);
    return found.length === 0 ? undefined : String(pick(found, b)[1][of === 'edition' ? 'edition' : 'release']);
  };
  const by = 'A Named Person';
  switch (kind) {
    case 'described':
      return describedBody(a, b, c, a % 3 === 0 ? back('edition') : undefined);
    case 'intended': {
      const numbers = Array.from({ length: 1 + (c % 3) }, (_, at) => 1 + ((a + at * (1 + (b % 2))) % 12));
      const files = numbers.map((number, at) => ({
        ...releasedFile(number),
        dataset: pick(DATASETS, c + at),
        identifiability: pick(FORMS, a + at),
        sensitive: b % 2 === 0,
        common_law_duty: pick(DUTIES, b),
        frequency: pick(FREQUENCIES, c),
        opt_outs: pick(ANSWERS, b + at),
      }));
      const [, body] = releasedOn(day, `r${c % 7}`, numbers, {
        agreement: pick(REFERENCES, a),
        recipient: { name: pick(ORGANISATIONS, b), fingerprint: 'A'.repeat(40), destination: 'd' },
        files,
        ...(a % 4 === 0 ? { replaces: fileReference(1 + (b % 12)), because: pick(TEXTS, c) } : {}),
      })[0] as readonly [string, EntryBody];
      return body;
    }
    case 'delivered':
      return delivered(back('intended') ?? `r${c % 7}`, c % 5 === 0 ? '2026-04-15' : day);
    case 'accessed':
      return accessed(`SystemAccess000${a % 4}`, '2026-01-01', pick(['2026-01-31', '2026-03-31', '2026-06-30'], b), {
        agreement: pick(REFERENCES, c),
        organisation: pick(ORGANISATIONS, a),
        title: pick(TITLES, b),
        opt_outs: pick(ANSWERS, c),
        ...(c % 3 === 0 ? { late: pick(TEXTS, a) } : {}),
      });
    case 'edition':
      return {
        ...{ kind, edition: String(a % 3).repeat(64), name: 'x.xlsx' },
        period: pick(
          [
            { from: '2026-01-01', to: '2026-01-31' },
            { from: '2026-02-01', to: '2026-04-30' },
          ],
          b,
        ),
        ...{ rows: 1, agreements: 1, notes: c % 2 === 0 ? [] : [{ sheet: 'README', cells: [['B2', pick(TEXTS, a)]] }] },
        ...(c % 3 === 0 ? { late: 'lost' } : {}),
        by,
      };
    case 'imported': {
      const cell = (index: number) => (index % 4 === 0 ? null : `cell ${index % 9}`);
      return {
        ...{ kind, edition: back('edition') ?? '9'.repeat(64), sheet: pick(['releases', 'amendments'], a), row: 1 },
        cells: [
          ...[`DSfC000${b % 4}`, pick(ORGANISATIONS, b), pick(TITLES, c), pick(['Identifiable', 'Aggregated'], a)],
          ...[pick(['Sensitive', 'Non Sensitive'], b), cell(a), cell(b), pick(['One-Off', 'System Access'], c)],
          ...[pick(REFERENCES, c), cell(c), pick(ANSWERS, a), cell(a + b)],
        ],
      };
    }
    case 'amended': {
      const why = { from: 'x', reason: pick(TEXTS, b), by };
      if (a % 3 === 0) {
        const field = pick(['title', 'objective', 'organisation', 'commercial', 'funder'], b);
        const to = field === 'commercial' ? c % 2 === 0 : pick(TEXTS, c);
        return { kind, agreement: pick(REFERENCES, c), field, to, ...why };
      }
      const { id, seq } = rowSaid(said, c);
      const entry = b % 2 === 0 ? {} : { entry: seq };
      return { kind, file: id, ...entry, field: pick(ROW_FIELDS, a), to: toOf(pick(ROW_FIELDS, a), b), ...why };
    }
    case 'withdrawn': {
      const { id, seq } = rowSaid(said, a);
      return { kind, file: id, entry: seq, reason: pick(TEXTS, b), by };
    }
    case 'renamed': {
      const what = a % 2 === 0 ? 'organisation' : 'dataset';
      const names = what === 'organisation' ? ORGANISATIONS : [...TITLES, ...DATASETS];
      return { kind, what, from: pick(names, b), to: pick(names, c), reason: pick(TEXTS, a), by };
    }
    case 'refused':
      return { kind, pipeline: 'p', agreement: 'a', refusals: [] };
  }
}

function toOf(field: string, b: number): string | boolean {
  if (field === 'sensitive') return b % 2 === 0;
  if (field === 'organisation') return pick(ORGANISATIONS, b);
  if (field === 'agreement') return pick(REFERENCES, b);
  if (field === 'opt_outs') return pick(ANSWERS, b);
  return pick(TITLES, b);
}

/** The id of a row that some entry before may have made, and that entry's place. */
function rowSaid(said: readonly (readonly [string, EntryBody])[], index: number): { id: string; seq: number } {
  const rows = said.flatMap(([, body], at) => {
    const files = body.kind === 'intended' ? (body['files'] as readonly { readonly file: string }[]) : [];
    const cells = body.kind === 'imported' ? (body['cells'] as readonly string[]) : [];
    const ids = [...files.map(({ file }) => file), ...cells.slice(0, 1)];
    if (body.kind === 'accessed') ids.push(String(body['file']));
    return ids.map((id) => ({ id, seq: at + 1 }));
  });
  return rows.length === 0 ? { id: 'FILE0000001', seq: 1 } : pick(rows, index);
}

function describedBody(a: number, b: number, c: number, edition: string | undefined): EntryBody {
  const dataset = described().datasets?.[0];
  const datasets = [0, 1].slice(0, c % 3).map((at) => ({
    ...(dataset as NonNullable<typeof dataset>),
    dataset: pick(DATASETS, a + at),
    title: pick(TITLES, b + at),
    identifiability: pick(FORMS, c),
    opt_outs: pick(ANSWERS, a),
  }));
  const whole = described({
    agreement: pick(REFERENCES, b),
    organisation: pick(ORGANISATIONS, a),
    title: pick([...TEXTS.slice(0, 3), 'A study'], c),
    objective: pick(TEXTS, b),
    benefits: pick(TEXTS, c),
    processors: c % 2 === 0 ? [] : [pick(ORGANISATIONS, c)],
    commercial: a % 2 === 0,
    ...(c % 3 === 0 ? {} : { datasets }),
    ...(b % 3 === 0 ? { reason: 'said again' } : {}),
    ...(edition === undefined ? {} : { edition, row: 1 }),
  });
  if (c % 3 !== 0) return whole;
  const { datasets: _none, term: _term, organisation_type: _type, title: _title, ...some } = whole;
  return some;
}
