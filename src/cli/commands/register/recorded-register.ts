import type { CalendarDate } from '../../../kernel/calendar-date.ts';
import { parseDateRange } from '../../../kernel/date-range.ts';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import { nearest } from '../../../kernel/nearest.ts';
import type { Entry } from '../../../ledger/ledger.ts';
import { publishedFacts } from '../../../ledger/published-facts.ts';
import { rowNamed } from '../../../register/named-row.ts';
import type { Register } from '../../../register/register.ts';
import { registerOf, type SequencedFacts } from '../../../register/register-fold.ts';
import type { RegisterRow } from '../../../register/register-row.ts';
import { memoryScratch } from '../../../register/store/memory-scratch.ts';

/** The register as all entries make it, whatever their day. */
export function recordedRegister(entries: readonly Entry[]): Register {
  const range = { from: '0001-01-01' as CalendarDate, to: '9999-12-31' as CalendarDate };
  return registerOf(factsOf(entries), range, memoryScratch());
}

function* factsOf(entries: readonly Entry[]): Generator<SequencedFacts> {
  for (const entry of entries) {
    const facts = publishedFacts(entry);
    if (facts !== undefined) yield { seq: entry.seq, facts };
  }
}

/** The row that an id names; a Fault (exit 2) where it names none or several. */
export function rowOrFault(register: Register, id: string, edition: string | undefined): RegisterRow {
  const days = edition === undefined ? undefined : parseDateRange(edition);
  if (edition !== undefined && days === undefined)
    throw new Fault(ExitCode.usage, 'edition', '--edition wants days such as 2021-02 or 2021-Q1');
  const found = rowNamed(register, id, days);
  if ('id' in found) return found;
  if ('several' in found) {
    const editions = found.several.map(({ released }) => released.to.slice(0, 7)).join(', ');
    throw new Fault(ExitCode.usage, 'several-rows', `${found.several.length} editions have a row ${id}`, {
      hint: `say which with --edition: ${editions}`,
    });
  }
  const last = Array.from({ length: Math.min(register.rowCount, 5000) }, (_, at) => register.rowCount - 1 - at);
  const near = nearest(
    id,
    last.reverse().map((number) => register.row(number).id),
  );
  throw new Fault(ExitCode.usage, 'no-such-row', `the register has no row ${id}`, {
    hint: near === undefined ? 'only what was delivered, accessed or imported has one' : `did you mean ${near}?`,
  });
}
