import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesUnder, readDelivered } from '../support/delivered.ts';
import { HES, makeWorkspace, PDS, type Tree } from '../support/make-workspace.ts';
import { openRecipient } from '../support/recipient.ts';
import { darsHere } from '../support/run-dars.ts';
import { expectStopped } from './expect-stopped.ts';

/** What breaks out of a quoted name, a quoted text, a comment or a dollar quote, if anything does. */
const ATTACKS = [
  '\'); DROP TABLE "#succession"; --',
  "\"; COPY (SELECT 1) TO '/tmp/dars-was-here'; --",
  '$$ || (SELECT 1) || $$',
  "\\'; SELECT 1; --",
  '%s {0} $' + '{7*7} \u202e \u001b[31m',
  `${'A'.repeat(100_000)}'`,
];

const short = (text: string): string => text.slice(0, 30);
const product = (tree: Tree): Tree => (tree['products'] as Tree[])[0] ?? {};

describe.each(ATTACKS.map((attack) => ({ attack, called: short(attack) })))('the text $called', ({ attack }) => {
  it('is a value like any other where a condition compares with it', async () => {
    using workspace = await makeWorkspace({
      pipeline: (tree) => {
        product(tree)['where'] = {
          any_of: [
            { DIAG_4_02: { in: [attack] } },
            { SEX: { starts_with: attack } },
            { LSOA11: { between: [attack, attack] } },
          ],
        };
      },
    });
    const { status, stdout, stderr } = await darsHere(workspace.root, ['run', 'diabetes-apc']);
    expect(stderr).not.toContain('dars:');
    expect(status).toBe(0);
    expect(stdout).toContain('0 rows, 10 columns');
  });

  it('is a column like any other, and not read, where a header names it', async () => {
    const header = `"${attack.replaceAll('"', '""')}"`;
    using workspace = await makeWorkspace({
      files: {
        'data/hes_apc/hes_apc_2425.csv': HES.replace('LOPATID', header),
        'data/pds.csv': PDS.replace('address_line_5', header),
      },
    });
    const { status, stdout } = await darsHere(workspace.root, ['run', 'diabetes-apc']);
    expect(status).toBe(0);
    expect(stdout).toContain('4 rows, 10 columns');
  });

  it('is no name of a pipeline, a product, a dataset or a field', async () => {
    const pipeline = (tree: Tree): void => {
      tree['pipeline'] = attack;
      Object.assign(product(tree), {
        name: attack,
        fields: [attack, { name: attack, from: 'SEX' }, { from: 'SEX', as: attack }],
      });
    };
    const says = [
      'pipeline: expected lower-case',
      'products[0].name: expected',
      'fields[0]: expected',
      'fields[1].name: expected',
      'fields[2].as: expected',
    ];
    await expectStopped({ pipeline }, { exit: 10, says }, () => {}, ['check']);
  });

  it('is no name of a column in a mapping of dars.yaml that the file does not have', async () => {
    const workspace = (tree: Tree): void => {
      ((tree['sources'] as Tree)['hes_apc'] as Tree)['columns'] = { SEX: attack };
    };
    await expectStopped({ workspace }, { exit: 11, says: ['has no column SEX'] });
  });
});

it('what was attacked stands: the tables are there and nothing was written elsewhere', () => {
  expect(() => readFileSync('/tmp/dars-was-here')).toThrow('ENOENT');
});

it('a dataset, a class or a column of a catalogue has a plain name', async () => {
  const entry = {
    dataset: 'x"; DROP',
    title: 't',
    abbreviation: "X'",
    owner: 'o',
    person_key: "K'",
    key: ["K'"],
    columns: [{ name: "K'); --", class: 'identifier', description: 'd' }],
  };
  using workspace = await makeWorkspace({
    workspace: (tree) => {
      tree['catalogue'] = 'catalogue';
    },
    files: { 'catalogue/x.yaml': JSON.stringify(entry) },
  });
  const { status, stderr } = await darsHere(workspace.root, ['check']);
  for (const place of ['dataset', 'abbreviation', 'columns[0].name'])
    expect(stderr).toContain(`catalogue/x.yaml:1 ${place}: `);
  expect(status).toBe(10);
});

it.each(['opt_outs', 'cohort', 'geography'])('a dataset is not called %s, as another input is', async (dataset) => {
  const entry = {
    dataset,
    title: 't',
    abbreviation: 'T',
    owner: 'o',
    person_key: 'K',
    key: ['K'],
    columns: [{ name: 'K', type: 'text', class: 'identifier', description: 'd' }],
  };
  using workspace = await makeWorkspace({
    workspace: (tree) => {
      tree['catalogue'] = 'catalogue';
    },
    files: { 'catalogue/x.yaml': JSON.stringify(entry) },
  });
  const { status, stderr } = await darsHere(workspace.root, ['check']);
  expect(stderr).toContain('catalogue/x.yaml:1 dataset: is what another input of a release is called');
  expect(status).toBe(10);
});

it('a file may be named as it likes', async () => {
  const name = `it's "hes"; $$ --.csv`;
  using workspace = await makeWorkspace({ files: { [`data/odd/${name}`]: HES.replace('2024-07-09', 'x') } });
  workspace.change('dars.yaml', (tree) => {
    ((tree['sources'] as Tree)['hes_apc'] as Tree)['path'] = `data/odd/${name}`;
  });
  expect((await darsHere(workspace.root, ['run', 'diabetes-apc'])).stderr).toContain(`${name}, row 3, column EPIEND`);
  workspace.write(`data/odd/${name}`, HES);
  expect((await darsHere(workspace.root, ['run', 'diabetes-apc'])).status).toBe(0);
  expect(readFileSync(join(workspace.root, 'state/ledger.jsonl'), 'utf8')).not.toContain(name);
});

it('values that look like SQL, CSV or a formula come out as they went in', async () => {
  const odd = ['=1+1"; DROP', "'x'), ('", 'a|b,c', '$$'];
  const cells = ['E110|I10X', 'E119|', 'E101|-   ', 'E112|&   '];
  const content = cells.reduce(
    (csv, cell, index) => csv.replace(`${cell}|`, () => `${cell.slice(0, 5)}"${odd[index]?.replaceAll('"', '""')}"|`),
    HES,
  );
  await using recipient = await openRecipient();
  using workspace = await makeWorkspace({
    recipient,
    files: { 'data/hes_apc/hes_apc_2425.csv': content },
    agreement: (tree) => {
      const [grant] = tree['datasets'] as Tree[];
      Object.assign(grant ?? {}, { where: undefined });
    },
    pipeline: (tree) => {
      Object.assign(product(tree), { fields: ['EPIKEY', 'DIAG_4_02'], where: { DIAG_4_02: { in: odd } } });
    },
  });
  expect((await darsHere(workspace.root, ['run', 'diabetes-apc'])).stderr).not.toContain('dars:');
  const out = join(workspace.root, 'out');
  const file = filesUnder(out).find((path) => path.endsWith('.csv.gpg')) ?? '';
  const rows = await readDelivered(join(out, file), recipient);
  expect(
    rows
      .slice(1)
      .map((row) => row.slice(row.indexOf('|', 33) + 1))
      .sort(),
  ).toEqual(['"=1+1""; DROP"', '$$', "'x'), ('", '"a|b,c"'].sort());
});
