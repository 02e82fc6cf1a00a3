import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { findColumn } from '../../src/catalogue/dataset.ts';
import type { SourceRecord } from '../oracle/oracle-inputs.ts';
import { arbitraryPersonalWorld, PERSONAL, PERSONAL_COLUMNS } from '../property/arbitrary-personal-world.ts';
import { datasetOf } from '../property/arbitrary-rows.ts';
import { assertWorlds, PATIENCE } from '../property/assert-worlds.ts';
import { readOutput } from '../property/read-output.ts';
import { shippedCatalogue } from '../property/shipped-catalogue.ts';
import { tryWorld } from '../property/try-world.ts';
import type { World } from '../property/world.ts';

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await shippedCatalogue();
});

describe('promise 3: no identifier in a pseudonymised output', () => {
  test(
    'whoever asks for every column there is gets tokens, and no identifier of anybody',
    async () => {
      let cells = 0;
      await assertWorlds(arbitraryPersonalWorld(catalogue), 4, async (world) => {
        const identifiers = identifiersOf(world);
        await tryWorld(world, catalogue, async ({ files }) => {
          for (const made of files) {
            const { columns, rows } = await readOutput(made.file, made.bytes);
            expect(columns).toContain('TOKEN_PERSON_ID');
            expect(columns).not.toContain('NEWNHSNO');
            for (const value of rows.flat()) {
              if (value === null) continue;
              expect(value).not.toContain(PERSONAL);
              if (/^[0-9A-F]{32}$/.test(value)) continue;
              const bare = value.replaceAll(/[ -]/g, '').toUpperCase();
              expect(identifiers.filter((identifier) => bare.includes(identifier))).toEqual([]);
              cells += 1;
            }
          }
        });
      });
      expect(cells).toBeGreaterThan(500);
    },
    PATIENCE,
  );

  test(
    'two agreements have no token in common',
    async () => {
      let tokens = 0;
      await assertWorlds(arbitraryPersonalWorld(catalogue), 4, async (world) => {
        const another = { reference: 'DARS-NIC-999999-Z9Z9Z-v1.0' };
        const other: World = {
          ...world,
          agreement: { ...world.agreement, ...another },
          pipeline: { ...world.pipeline, agreement: another.reference },
        };
        const [ours, theirs] = [await tokensOf(world), await tokensOf(other)];
        expect([...ours].filter((token) => theirs.has(token))).toEqual([]);
        expect(theirs.size).toBe(ours.size);
        tokens += ours.size;
      });
      expect(tokens).toBeGreaterThan(50);
    },
    PATIENCE,
  );

  test(
    'a source that has a person’s own identifier in a plain column stops the release',
    async () => {
      const stopped: unknown[] = [];
      const world = fc.sample(arbitraryPersonalWorld(catalogue), { numRuns: 1, seed: 5 })[0];
      if (world === undefined) throw new Error('no world');
      for (const column of ['nhs_number', 'family_name', 'postcode'] as const) {
        await tryWorld(withLeak(world, column), catalogue, async () => {}).catch((error: unknown) =>
          stopped.push(error),
        );
      }
      expect(stopped).toMatchObject([
        { exit: 13, code: 'own-nhs-number' },
        { exit: 13, code: 'own-name' },
        { exit: 13, code: 'own-postcode' },
      ]);
    },
    PATIENCE,
  );

  test('the catalogue calls every column an identifier that these worlds fill with one', () => {
    for (const [dataset, columns] of Object.entries(PERSONAL_COLUMNS)) {
      for (const name of columns) expect(findColumn(datasetOf(catalogue, dataset), name)?.class).toBe('identifier');
    }
  });
});

/** Numbers, postcodes and dates of birth of everybody, without blanks and hyphens; dates that stand for none are nobody's. */
function identifiersOf(world: World): string[] {
  const values = Object.entries(PERSONAL_COLUMNS).flatMap(([dataset, columns]) =>
    (world.sources.get(dataset)?.table.records ?? []).flatMap((record) => columns.map((name) => record[name] ?? '')),
  );
  const bare = values.map((value) =>
    value
      .replace(/ 00:00:00$/, '')
      .replaceAll(/[ -]/g, '')
      .toUpperCase(),
  );
  const none = [...catalogue.values()].flatMap(({ missing_dates }) =>
    missing_dates.map((day) => day.replaceAll('-', '')),
  );
  return [...new Set(bare)].filter((value) => value.length >= 6 && !value.includes(PERSONAL) && !none.includes(value));
}

async function tokensOf(world: World): Promise<Set<string>> {
  const tokens = new Set<string>();
  await tryWorld(world, catalogue, async ({ files }) => {
    for (const { file, bytes } of files) {
      for (const value of (await readOutput(file, bytes)).rows.flat()) {
        if (value !== null && /^[0-9A-F]{32}$/.test(value)) tokens.add(value);
      }
    }
  });
  return tokens;
}

/** The world with one person, whose own value of a column of PDS has got into a plain column of their rows. */
function withLeak(world: World, column: string): World {
  const person: SourceRecord = {
    nhs_number: '9990000018',
    family_name: 'ASHWORTH',
    given_name: 'PERCIVAL',
    postcode: 'LS1 4AP',
    date_of_birth: '1961-04-09',
  };
  const row = { NEWNHSNO: '9990000018', EPIEND: '2024-05-01', SENDER: `said ${person[column]}` };
  const sources = new Map(world.sources);
  for (const [name, records] of [
    ['pds', [person]],
    ['hes_apc', [row, row, row]],
  ] as const) {
    const source = world.sources.get(name);
    if (source !== undefined) sources.set(name, { ...source, table: { columns: source.table.columns, records } });
  }
  return { ...world, sources };
}
