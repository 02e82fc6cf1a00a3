import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { optOutDuty, saysApplied } from '../../src/kernel/opt-out-answer.ts';
import type { Entry } from '../../src/ledger/ledger.ts';
import { RELEASE_HEADER } from '../../src/register/layouts/data-release-register.ts';
import { rowsOfRange, standingRows } from '../../src/register/register-views.ts';
import { type ReadSheet, readWorkbook } from '../../src/spreadsheet/read-workbook.ts';
import { days, expectedFigures, type Files, published, realLedger, registerOfDays } from './support.ts';

/* The register that NHS Digital published for February 2021: imported, published again, counted. */

let entries: readonly Entry[];
let sheets: readonly ReadSheet[];
let files: Files;

beforeAll(async () => {
  ({ entries, sheets } = await realLedger());
  files = await published(entries, days('2021-02'));
});

function cells(all: readonly ReadSheet[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, rows } of all)
    for (const [row, texts] of rows) for (const [column, text] of texts) found.set(`${name} ${row} ${column}`, text);
  return found;
}

function csv(path: string): string[][] {
  return parse(files.get(path) ?? Buffer.alloc(0), { record_delimiter: '\r\n' });
}

describe('publishing it again', () => {
  test('gives every cell of every sheet, and no other', () => {
    const again = readWorkbook(files.get('data-release-register.xlsx') ?? Buffer.alloc(0)) ?? [];
    expect(again.map(({ name }) => name)).toEqual(sheets.map(({ name }) => name));
    const [before, after] = [cells(sheets), cells(again)];
    const different = [...before].filter(([place, text]) => after.get(place) !== text).map(([place]) => place);
    expect([before.size, after.size, different]).toEqual([55_247, 55_247, []]);
  });

  test('gives every row in CSV as well, line breaks and trailing blanks included', () => {
    const rows = csv('data-release-register.DataReleases.csv');
    expect(rows[0]).toEqual([...RELEASE_HEADER]);
    expect(rows).toHaveLength(5080);
    const sheet = sheets.find(({ name }) => name === 'DataReleases');
    rows.forEach((row, index) => {
      expect(row).toEqual(row.map((_, column) => sheet?.rows.get(index + 1)?.get(column) ?? ''));
    });
    const purposes = csv('data-release-register.PurposeStatements.csv');
    expect(purposes).toHaveLength(586);
    expect(purposes.flat().some((text) => text.includes('\r\n'))).toBe(true);
    expect(rows.some((row) => row[8] === 'NIC-154590-YG6QH ')).toBe(true);
  });

  test('gives the layout of today too: a row a file, its month, and what each version grants', () => {
    const uses = csv('data-uses-register.DataReleases.csv');
    expect(uses).toHaveLength(5080);
    expect(new Set(uses.slice(1).map((row) => row[8]))).toEqual(new Set(['Feb-21']));
    expect(csv('data-uses-register.Agreements.csv')).toHaveLength(586);
    expect(csv('data-uses-register.Datasets.csv').length).toBeGreaterThan(4258);
  });

  test('gives one data use an agreement version in the fields of HDR UK', () => {
    const uses = JSON.parse(files.get('data-uses.json')?.toString() ?? '[]') as Record<string, unknown>[];
    expect(uses).toHaveLength(585);
    for (const use of uses) expect(String(use['lay_summary'] ?? '').split(' ').length).toBeLessThanOrEqual(300);
    const ucl = uses.find((use) => use['project_id_text'] === 'DARS-NIC-28591-H5Q3X-v0.18');
    expect(ucl).toMatchObject({
      organisation_name: 'University College London (UCL)',
      national_data_optout: 'No',
      data_sensitivity_level: 'De-Personalised',
      access_date: '2021-02-01',
    });
  });
});

describe('the figures of the site', () => {
  test('are those that were counted in the workbook by another program', () => {
    const found = JSON.parse(files.get('figures.json')?.toString() ?? '{}');
    const expected = expectedFigures();
    expect(found).toMatchObject({
      rows: expected.rows,
      organisations: expected.organisations,
      agreements: expected.agreements,
      datasets: expected.datasets,
      agreement_dataset_pairs: expected.ref_dataset_pairs,
      by_row_id_prefix: expected.by_rowid_prefix,
      by_identifiability: expected.by_identifiability,
      by_sensitivity: expected.by_sensitivity,
      by_frequency: expected.by_frequency,
      by_opt_outs: expected.by_optout,
      by_legal_basis: expected.by_legal_basis_stripped,
      mixed_opt_outs: expected.org_dataset_with_both_yes_and_no_optout,
    });
    const { None: blank, ...duties } = expected.by_cldc;
    expect(found.by_common_law_duty).toEqual({ ...duties, '': blank });
  });

  test('138 times one organisation got a dataset both with and without opt-outs, and each is listed', () => {
    const rows = csv('mixed-opt-outs.csv').slice(1);
    expect(rows).toHaveLength(138);
    for (const [, , month, applied, withheld, why, whyNot] of rows) {
      expect([month, Number(applied) > 0, Number(withheld) > 0]).toEqual(['Feb-21', true, true]);
      expect(why).toMatch(/^Yes - /);
      expect(whyNot).toMatch(/^No - /);
    }
    expect(files.get('index.html')?.toString()).toContain('138 times one organisation');
  });
});

describe('the opt-out rule', () => {
  test('agrees with 5,049 of the 5,079 rows, as the literal rule does', () => {
    const rows = csv('data-release-register.DataReleases.csv').slice(1);
    const verdicts = rows.map((row) => {
      const flow = { identifiability: row[3] ?? '', legalBasis: row[5] ?? '', commonLawDuty: row[11] ?? '' };
      const literal =
        row[3] === 'Identifiable' && (/ection 251/.test(row[11] ?? '') || /s251|261\(7\)/.test(row[5] ?? ''));
      return { rule: optOutDuty(flow).required, literal, register: saysApplied(row[10] ?? '') };
    });
    expect(verdicts.filter(({ rule, literal }) => rule !== literal)).toEqual([]);
    expect(verdicts.filter(({ rule, register }) => rule === register)).toHaveLength(5049);
    expect(verdicts.filter(({ rule, register }) => rule && !register)).toHaveLength(8);
    expect(verdicts.filter(({ rule, register }) => !rule && register)).toHaveLength(22);
  });
});

test('the front page weighs less than 200 KB with everything that it loads', () => {
  const loaded = ['index.html', 'assets/register.css'].map((path) => files.get(path)?.length ?? Number.NaN);
  expect(loaded.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(200_000);
});

test('every link of every page of the real register leads to a file of the publication, and to a place in it', () => {
  const pages = [...files].filter(([path]) => path.endsWith('.html'));
  const places = new Map(
    pages.map(([path, bytes]) => [
      path,
      new Set([...bytes.toString('utf8').matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)),
    ]),
  );
  const broken = new Set<string>();
  let links = 0;
  for (const [path, bytes] of pages) {
    for (const [, href = ''] of bytes.toString('utf8').matchAll(/ (?:href|src|action)="([^"]*)"/g)) {
      links += 1;
      const { pathname, hash } = new URL(href.replaceAll('&amp;', '&'), `file:///${path}`);
      const target = decodeURIComponent(pathname.slice(1));
      const place = decodeURIComponent(hash.slice(1));
      const found = files.has(target) && (place === '' || places.get(target)?.has(place) === true);
      if (!found) broken.add(`${path}: ${href}`);
    }
  }
  expect([...broken].slice(0, 10)).toEqual([]);
  expect([pages.length > 1000, links > 20_000]).toEqual([true, true]);
});

test('an edition is known from its own days on, and not before', () => {
  expect([...standingRows(registerOfDays(entries, '2021-01'))]).toEqual([]);
  expect([...rowsOfRange(registerOfDays(entries, '2021-Q1'))]).toHaveLength(5079);
  expect([...rowsOfRange(registerOfDays(entries, '2021-Q2'))]).toEqual([]);
  expect([...standingRows(registerOfDays(entries, '2021-Q2'))]).toHaveLength(5079);
});
