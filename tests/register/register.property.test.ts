import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { publishedFacts } from '../../src/ledger/published-facts.ts';
import { openScratchFile } from '../../src/publish/scratch-file.ts';
import { IndexedRegister } from '../../src/register/indexed-register.ts';
import { registerOf } from '../../src/register/register-fold.ts';
import { arbitraryLedger } from './arbitrary-ledger.ts';
import { slowChanges, slowRegister } from './slow-register.ts';
import { days, entriesOf } from './support.ts';

/** How many generated ledgers; more at night, with DARS_PROPERTY_RUNS. */
const RUNS = Number(process.env['DARS_PROPERTY_RUNS'] ?? 150);

const ranges = fc.constantFrom('2026-Q1', '2026-02', '2026-Q2', '2026-Q4', '2026', '2027');

test('a register in a file is the one that a plain fold in memory makes: rows, versions, changes and editions', () => {
  fc.assert(
    fc.property(arbitraryLedger, ranges, (said, range) => {
      const facts = entriesOf(said).flatMap((entry) => {
        const found = publishedFacts(entry);
        return found === undefined ? [] : [{ seq: entry.seq, facts: found }];
      });
      using scratch = openScratchFile(tmpdir());
      const slow = slowRegister(facts, days(range));
      const indexed = new IndexedRegister(registerOf(facts, days(range), scratch));
      const { register } = indexed;
      expect([...register.rows()]).toEqual(slow.rows);
      expect([...register.versions()]).toEqual([...slow.agreements.values()].map(({ changes: _, ...rest }) => rest));
      expect([...indexed.changes.all()]).toEqual(slowChanges(slow));
      expect(register.editions.map((edition) => ({ ...edition, notes: register.notesOf(edition) }))).toEqual(
        slow.editions,
      );
      expect(register.renames).toEqual(slow.renames);
      for (const [number, { seq, id }] of slow.rows.entries()) {
        const last = slow.rows.findLastIndex((row) => row.seq === seq && row.id === id);
        expect([number, register.rowOf(seq, id)]).toEqual([number, last]);
      }
    }),
    { numRuns: RUNS },
  );
});
