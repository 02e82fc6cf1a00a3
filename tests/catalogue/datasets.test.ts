import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { afterAll, describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { makeArtificialHesWorld } from '../../fixtures/artificial-hes/make.ts';
import { type Dataset, datasetSchema, findColumn } from '../../src/catalogue/dataset.ts';
import { hasValidCheckDigit, normaliseNhsNumber } from '../../src/kernel/nhs-number.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOLDER = join(ROOT, 'src', 'catalogue', 'datasets');
const ARTIFICIAL = join(ROOT, 'fixtures', 'artificial-hes');

const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
const datasets = new Map(files.map((file) => [basename(file, '.yaml'), load(file)]));

/** Real and artificial files of a dataset: every column must be known, every value must be of its column's type. */
const CSV_FILES = {
  hes_apc: 'artificial_hes_apc_0102_truncated.csv',
  hes_op: 'artificial_hes_op_0304_truncated.csv',
  hes_ae: 'artificial_hes_ae_0708_truncated.csv',
  dids: 'dids/example_500.csv',
};

/** What each declared type accepts: real deliveries write 5.0 for 5, and a midnight behind some dates. */
const ACCEPTED = {
  text: /^/,
  integer: /^-?\d+(\.0+)?$/,
  decimal: /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/,
  date: /^(\d{4}-\d{2}-\d{2}|\d{8})( 00:00:00)?$/,
};

const DATE_CONCEPTS = ['date', 'date_of_birth', 'date_of_death'];

/** Concepts that name a person by themselves, and so the least class that a column of them may have. */
const IDENTIFYING_CONCEPTS = ['nhs_number', 'name', 'address', 'telephone', 'email', 'date_of_birth'];

describe('catalogue of datasets', () => {
  it('has the datasets that the design names', () => {
    expect([...datasets.keys()].sort()).toEqual(['deaths', 'dids', 'ecds', 'hes_ae', 'hes_apc', 'hes_op', 'pds']);
  });

  it.each([...datasets])('%s is named as its file, with its own abbreviation', (name, dataset) => {
    expect(dataset.dataset).toBe(name);
    const same = [...datasets.values()].filter((other) => other.abbreviation === dataset.abbreviation);
    expect(same).toHaveLength(1);
  });

  it.each([...datasets])('%s has no column twice, whatever the case', (_, dataset) => {
    const names = dataset.columns.map((column) => column.name.toUpperCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it.each([...datasets])('%s has the columns that its head names', (_, dataset) => {
    expect(findColumn(dataset, dataset.person_key)).toMatchObject({
      class: 'identifier',
      concept: 'nhs_number',
      type: 'text',
    });
    for (const name of dataset.key) expect(findColumn(dataset, name), name).toBeDefined();
    if (dataset.date !== undefined)
      expect(findColumn(dataset, dataset.date)).toMatchObject({ type: 'date', concept: 'date' });
    for (const date of dataset.missing_dates) expect(date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  });

  it.each([...datasets])('%s says of every date what it is a date of, and of nothing else', (_, dataset) => {
    const wrong = dataset.columns.filter(
      (column) => (column.type === 'date') !== DATE_CONCEPTS.includes(column.concept ?? ''),
    );
    expect(wrong.map((column) => column.name)).toEqual([]);
  });

  it.each([...datasets])('%s classes as identifiers what names a person by itself', (_, dataset) => {
    const wrong = dataset.columns.filter(
      (column) => IDENTIFYING_CONCEPTS.includes(column.concept ?? '') && column.class !== 'identifier',
    );
    expect(wrong.map((column) => column.name)).toEqual([]);
    // A pseudonym that somebody else made would link a release with theirs.
    const foreign = dataset.columns.filter((column) => /TOKEN_PERSON_ID|HESID|DEID$/.test(column.name));
    expect(foreign.filter((column) => column.class !== 'identifier')).toEqual([]);
  });

  it.each([...datasets])('%s gives dates of death and detention only for a stronger reason', (_, dataset) => {
    const sensitive = dataset.columns.filter(
      (column) =>
        column.concept === 'date_of_death' ||
        /^(LEGL|LEGAL|DETN|DET|P?CONSULT|P?REFERER|REFERRER|ETHRAW)/.test(column.name),
    );
    expect(sensitive.filter((column) => column.class !== 'sensitive')).toEqual([]);
  });

  it.each(['hes_apc', 'hes_op', 'hes_ae', 'ecds'])('%s knows every column of a real delivery', (name) => {
    const delivered = readFileSync(join(ARTIFICIAL, 'delivered-columns', `${name}.txt`), 'utf8')
      .trim()
      .split('\n');
    expect(delivered.filter((column) => findColumn(dataset(name), column) === undefined)).toEqual([]);
  });

  it.each(Object.entries(CSV_FILES))(
    '%s knows every column of the artificial file, and its types fit every value',
    (name, file) => {
      const rows = readCsv(join(ARTIFICIAL, file));
      const header = Object.keys(rows[0] ?? {});
      expect(header.filter((column) => findColumn(dataset(name), column) === undefined)).toEqual([]);
      const broken = header.filter((column) => {
        const { type } = findColumn(dataset(name), column) ?? { type: 'text' };
        return rows.some((row) => row[column] !== '' && !ACCEPTED[type].test(row[column] ?? ''));
      });
      expect(broken).toEqual([]);
    },
  );

  it.each(Object.entries(CSV_FILES))('%s has a key that names one row of the artificial file', (name, file) => {
    const keys = readCsv(join(ARTIFICIAL, file)).map((row) =>
      dataset(name)
        .key.map((column) => row[column])
        .join('|'),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each(Object.entries(CSV_FILES))(
    '%s counts as missing every date before 1900 of the artificial file',
    (name, file) => {
      const dates = dataset(name).columns.filter(
        (column) => column.type === 'date' && column.concept !== 'date_of_birth',
      );
      const early = readCsv(join(ARTIFICIAL, file)).flatMap((row) =>
        dates.map((column) => (row[column.name] ?? '').slice(0, 10)).filter((day) => day !== '' && day < '1900'),
      );
      expect([...new Set(early)].filter((day) => !dataset(name).missing_dates.includes(day))).toEqual([]);
    },
  );
});

describe('the linked world of artificial HES', () => {
  const folder = mkdtempSync(join(tmpdir(), 'dars-artificial-hes-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const world = makeArtificialHesWorld(join(folder, 'one'), 7);
  const pds = readCsv(world.pds);
  const known = new Map(pds.map((record) => [record['nhs_number'] ?? '', record]));

  it('is the same for the same seed, and another for another', () => {
    const again = makeArtificialHesWorld(join(folder, 'again'), 7);
    const other = makeArtificialHesWorld(join(folder, 'other'), 8);
    for (const [name, path] of Object.entries(world)) {
      const bytes = readFileSync(path);
      expect(readFileSync(again[name as keyof typeof again]).equals(bytes), name).toBe(true);
      expect(readFileSync(other[name as keyof typeof other]).equals(bytes), name).toBe(name === 'dids');
    }
  });

  it.each(['hes_apc', 'hes_op', 'hes_ae'] as const)('%s is the artificial file with a last column', (name) => {
    const made = readFileSync(world[name], 'utf8').split('\n');
    const original = readFileSync(join(ARTIFICIAL, CSV_FILES[name]), 'utf8').split('\n');
    expect(made.map((line) => line.slice(0, Math.max(0, line.lastIndexOf(','))))).toEqual(original);
    expect(made[0]?.endsWith(',NEWNHSNO')).toBe(true);
  });

  it('invents only valid numbers of the range that is never issued', () => {
    const imaging = new Set(readCsv(world.dids).map((row) => row['NHS_NUMBER'] ?? ''));
    const numbers = [
      ...known.keys(),
      ...readFileSync(world.opt_outs, 'utf8').split(',\n').slice(0, -1),
      ...hesRows().flatMap((row) => normaliseNhsNumber(row['NEWNHSNO'] ?? '') ?? []),
    ].filter((number) => !imaging.has(number));
    expect(numbers.filter((number) => !/^999\d{7}$/.test(number) || !hasValidCheckDigit(number))).toEqual([]);
  });

  it('has each number once in PDS, successions that end, but for one cycle, and only columns of the catalogue', () => {
    expect(known.size).toBe(pds.length);
    const columns = Object.keys(pds[0] ?? {});
    expect(columns).toContain('postcode');
    expect(dataset('pds').columns.map(({ name }) => name)).toEqual(expect.arrayContaining(columns));
    const lengths = pds.map((record) => {
      let steps = 0;
      for (let at = record; at['replaced_by'] && steps < 9; steps += 1) at = known.get(at['replaced_by']) ?? {};
      return steps;
    });
    expect(lengths.filter((steps) => steps === 9)).toHaveLength(2);
    expect(Math.max(...lengths.filter((steps) => steps < 9))).toBe(3);
  });

  it('has the shares of bad numbers that its README states', () => {
    const written = hesRows().map((row) => row['NEWNHSNO'] ?? '');
    const share = (test: (text: string) => boolean): number => written.filter(test).length / written.length;
    expect(share((text) => text === '')).toBeCloseTo(0.03, 2);
    expect(share((text) => /^\d{3} \d{3} \d{4}$/.test(text))).toBeCloseTo(0.05, 2);
    expect(share((text) => /^\d{3}-\d{3}-\d{4}$/.test(text))).toBeCloseTo(0.02, 2);
    const numbers = written.flatMap((text) => normaliseNhsNumber(text) ?? []);
    expect(numbers.some((number) => !known.has(number))).toBe(true);
    expect(numbers.some((number) => known.get(number)?.['replaced_by'])).toBe(true);
  });

  it('lists opted-out numbers one a line, each followed by a comma', () => {
    expect(readFileSync(world.opt_outs, 'utf8')).toMatch(/^(\d{10},\n){55}$/);
  });

  function hesRows(): Row[] {
    return [world.hes_apc, world.hes_op, world.hes_ae].flatMap(readCsv);
  }
});

type Row = Record<string, string>;

function readCsv(path: string): Row[] {
  return parseCsv(readFileSync(path, 'utf8'), { columns: true }) as Row[];
}

function load(file: string): Dataset {
  return datasetSchema.parse(parseYaml(readFileSync(join(FOLDER, file), 'utf8')));
}

function dataset(name: string): Dataset {
  const found = datasets.get(name);
  if (found === undefined) throw new Error(`no dataset ${name}`);
  return found;
}
