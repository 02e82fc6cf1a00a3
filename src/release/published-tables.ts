import type { PublishedCells } from '../disclosure/tabulation/published-cells.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { type Intended, isKind } from '../ledger/entries.ts';
import type { KeptTables } from '../ledger/kept-tables.ts';
import type { Entry } from '../ledger/ledger.ts';

/** Releases of tables that left, or may have: recipients may compare what they have. */
export function releasesOfTables(entries: readonly Entry[]): Entry<Intended>[] {
  return entries.filter((entry): entry is Entry<Intended> => isKind(entry, 'intended') && entry.tables !== undefined);
}

/**
 * What was published in tables before, of each release, as the ledger says it was. One that is gone or not what it was
 * is a Fault (exit 16): without it nobody knows what can be derived.
 */
export async function earlierTables(entries: readonly Entry[], kept: KeptTables): Promise<PublishedCells[]> {
  const systems: PublishedCells[] = [];
  for (const { release, tables } of releasesOfTables(entries)) {
    const text = await kept.read(release);
    if (text === undefined || sha256Hex(text) !== tables?.sha256) {
      const what = text === undefined ? 'is missing' : 'is not what it was';
      throw new Fault(ExitCode.ledger, 'tables', `what release ${release} published in tables ${what}`, {
        hint: `restore tables/${release}.json in the state folder; new tables can't be audited without it`,
      });
    }
    systems.push(JSON.parse(text) as PublishedCells);
  }
  return systems;
}
