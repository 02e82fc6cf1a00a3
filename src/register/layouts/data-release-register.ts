import { isWithin, rangeInWords } from '../../kernel/date-range.ts';
import { placeOf } from '../../spreadsheet/cell-text.ts';
import type { Sheet } from '../../spreadsheet/write-workbook.ts';
import type { AgreementVersion } from '../agreement-facts.ts';
import { type IndexedRegister, Is } from '../indexed-register.ts';
import type { Register } from '../register.ts';
import { cellsOf, type RegisterRow } from '../register-row.ts';
import { amendedRows, rowsOfRange } from '../register-views.ts';
import { again } from '../store/again.ts';
import { readmeCells, termsCells } from './notes.ts';

/*
 * The Data Release Register as NHS Digital published it up to 2021: six sheets, one row a physical file (or a dataset
 * and agreement, for system access). Headers are exact, line breaks and the blank at the end included.
 */

export const RELEASE_HEADER = [
  'RowID',
  'Organisation Name',
  'Type of Data Provided',
  'Data provided to customer:\nIdentifiable, Anonymised - ICO code compliant, Aggregated -anonymised ',
  'Sensitive or Non-Sensitive',
  'Legal Basis for Provision of Data (Dissemination)',
  'Purpose',
  'Frequency',
  'NIC Number',
  'MR Number (where relevant)',
  'Patient Opt-Outs applied',
  'Common law duty of confidentiality',
] as const;

export const PURPOSE_HEADER = [
  'Reference Number',
  'Organisation',
  'Objective for Processing',
  'Processing Activities',
  'Expected Output',
  'Expected Measurable Benefits',
  'Yielded Benefits',
  'Organisation Type',
] as const;

/** The facts of an agreement version behind each column of the purpose statements. */
export const PURPOSE_FIELDS = [
  'agreement',
  'organisation',
  'objective',
  'processing',
  'outputs',
  'benefits',
  'yielded_benefits',
  'organisation_type',
] as const;

export const SHEETS = {
  readme: 'README',
  title: 'Title sheet',
  releases: 'DataReleases',
  purposes: 'PurposeStatements',
  terms: 'FurtherExplanationOfTerms',
  amendments: 'AmendmentsToPreviousRegisters',
} as const;

const RELEASE_WIDTHS = [14, 32, 36, 30, 16, 44, 10, 14, 30, 12, 44, 44];

/** A table of the register: what one sheet, and one CSV file, hold. Its rows are made anew whenever they are read. */
export interface RegisterTable {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: Iterable<readonly string[]>;
}

/** The three tables of the layout: what was given out in these days, why, and what earlier registers said wrongly. */
export interface ReleaseTables {
  readonly releases: RegisterTable;
  readonly purposes: RegisterTable;
  readonly amendments: RegisterTable;
}

export function releaseTables(indexed: IndexedRegister): ReleaseTables {
  return {
    releases: {
      name: SHEETS.releases,
      header: RELEASE_HEADER,
      rows: again(() => cellsOfAll(rowsOfRange(indexed))),
    },
    purposes: { name: SHEETS.purposes, header: PURPOSE_HEADER, rows: again(() => purposeStatements(indexed)) },
    amendments: {
      name: SHEETS.amendments,
      header: RELEASE_HEADER,
      rows: again(() => cellsOfAll(amendedRows(indexed))),
    },
  };
}

function* cellsOfAll(rows: Iterable<RegisterRow>): Generator<readonly string[]> {
  for (const row of rows) yield cellsOf(row);
}

/** The sheets of the workbook. Texts for readers are those of an edition that covers these days, or our own. */
export function releaseSheets(
  { releases, purposes, amendments }: ReleaseTables,
  register: Register,
  custodian: string,
): Sheet[] {
  const { editions, range } = register;
  const edition = editions.findLast(({ period }) => isWithin(period.to, range));
  const notes = edition === undefined ? undefined : register.notesOf(edition);
  const noted = (sheet: string, own: readonly (readonly [string, string])[]): Sheet => ({
    name: sheet,
    widths: sheet === SHEETS.terms ? [60, 110] : [130],
    content: {
      cells: (notes === undefined ? own : (notes.find((each) => each.sheet === sheet)?.cells ?? [])).flatMap(
        ([place, text]) => {
          const at = placeOf(place);
          return at === undefined ? [] : [{ ...at, text }];
        },
      ),
    },
  });
  const table = ({ name, header, rows }: RegisterTable, widths: readonly number[]): Sheet => ({
    name,
    widths,
    content: { header, rows },
  });
  return [
    noted(SHEETS.readme, readmeCells(custodian)),
    noted(SHEETS.title, [
      ['B2', 'Data Release Register'],
      ['B4', custodian],
      ['B6', `Data released ${rangeInWords(range)}`],
    ]),
    table(releases, RELEASE_WIDTHS),
    table(purposes, [30, 32, 60, 60, 60, 60, 60, 24]),
    noted(SHEETS.terms, termsCells(custodian)),
    table(amendments, RELEASE_WIDTHS),
  ];
}

/** The versions that the rows of these days stand on, and those that an edition of these days describes. */
function* purposeStatements(indexed: IndexedRegister): Generator<readonly string[]> {
  const { register, referenceOf } = indexed;
  const named = new Uint8Array(register.versionCount);
  for (const rows of [indexed.numbers(Is.ofRange), indexed.amended])
    for (const row of rows) named[referenceOf[row] ?? -1] = 1;
  const editions = new Set(
    register.editions.filter(({ period }) => isWithin(period.to, register.range)).map(({ edition }) => edition),
  );
  for (let number = 0; number < register.versionCount; number += 1) {
    const version = register.version(number);
    const { edition } = version.facts;
    if (named[number] === 1 || (edition !== undefined && editions.has(edition))) yield purposeCells(version);
  }
}

function purposeCells({ facts }: AgreementVersion): string[] {
  return PURPOSE_FIELDS.map((field) => facts[field] ?? '');
}
