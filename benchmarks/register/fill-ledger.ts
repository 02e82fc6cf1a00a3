import type { CalendarDate } from '../../src/kernel/calendar-date.ts';
import { calendarPeriod } from '../../src/kernel/calendar-date.ts';
import { fileReference } from '../../src/kernel/file-reference.ts';
import type { Delivered, Intended } from '../../src/ledger/entries.ts';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import type { Described } from '../../src/ledger/register-entries.ts';

export interface FilledLedger {
  readonly organisations: number;
  readonly agreements: number;
  readonly entries: number;
  /** The quarter that the last files went out in, `2026-Q3`. */
  readonly lastQuarter: string;
}

const FILES_A_RELEASE = 2;
const FIRST_DAY = Date.UTC(2021, 6, 1);
const DAY = 86_400_000;

/**
 * A ledger as a custodian has after five years: of the shape of the real Data Uses Register of September 2026 (104,451
 * files, some 5,500 agreement versions, 570 organisations, 210 datasets), with purposes of some kilobytes each.
 */
export async function fillLedger(directory: string, files: number): Promise<FilledLedger> {
  const releases = Math.ceil(files / FILES_A_RELEASE);
  const agreements = Math.max(3, Math.round(files / 19));
  const organisations = Math.max(2, Math.round(files / 183));
  const datasets = Math.min(210, Math.max(3, Math.round(files / 500)));
  let now = FIRST_DAY;
  let entries = 0;
  const ledger = openFileLedger({ directory, clock: () => new Date(now) });
  const batches = 60;
  for (let batch = 0; batch < batches; batch += 1) {
    now = FIRST_DAY + batch * 31 * DAY;
    const at = new Date(now).toISOString();
    await ledger.append(() => {
      const bodies: (Described | Intended | Delivered)[] = [];
      for (let n = batch; n < agreements; n += batches) bodies.push(described(n, organisations, datasets));
      for (let n = batch; n < releases; n += batches) {
        bodies.push(intended(n, agreements, organisations, datasets));
        bodies.push({ kind: 'delivered', release: `r${n}`, destination: 'folder', at });
      }
      entries += bodies.length;
      return bodies;
    });
  }
  const day = new Date(now).toISOString().slice(0, 10) as CalendarDate;
  return { organisations, agreements, entries, lastQuarter: calendarPeriod(day, 'quarter') };
}

function described(n: number, organisations: number, datasets: number): Described {
  const text = (what: string): string =>
    Array.from(
      { length: 12 },
      (_, at) => `${what} ${(n * 31 + at * 7) % 997} concerns cohort ${n % 89} and outcome ${at}, as agreed.`,
    ).join('\n');
  return {
    kind: 'described',
    agreement: referenceOf(n),
    organisation: `Organisation ${n % organisations}`,
    organisation_type: ['Academic', 'Local Authority', 'NHS Trust', 'Commercial'][n % 4] ?? 'Academic',
    title: `Study ${n} of outcomes`,
    controllers: [{ name: `Organisation ${n % organisations}`, role: 'sole' }],
    processors: [],
    term: { start: '2021-01-01', end: '2027-12-31' },
    commercial: n % 17 === 0,
    sublicensing: n % 23 === 0,
    objective: text('Objective'),
    processing: text('Processing'),
    outputs: text('Output'),
    benefits: text('Benefit'),
    datasets: [0, 1].map((at) => ({
      dataset: `dataset_${(n + at) % datasets}`,
      title: `Dataset ${(n + at) % datasets}`,
      identifiability: n % 5 === 0 ? 'identifiable' : 'pseudonymised',
      sensitive: n % 3 === 0,
      legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
      common_law_duty: 'none',
      frequency: 'monthly',
      opt_outs: 'No - data flow is not identifiable',
      fields: ['A', 'B'],
    })),
  };
}

function intended(n: number, agreements: number, organisations: number, datasets: number): Intended {
  // Only agreements that were described before, so that no row lacks its purpose.
  const agreement = (n * 7) % Math.max(1, Math.min(agreements, n + 1));
  return {
    kind: 'intended',
    release: `r${n}`,
    pipeline: 'p',
    agreement: referenceOf(agreement),
    plan: 'c'.repeat(64),
    recipient: { name: `Organisation ${agreement % organisations}`, fingerprint: 'A'.repeat(40), destination: 'd' },
    opt_outs: { as_at: '2021-07-01', sha256: 'd'.repeat(64) },
    files: Array.from({ length: FILES_A_RELEASE }, (_, at) => ({
      file: fileReference(n * FILES_A_RELEASE + at + 1),
      name: `${fileReference(n * FILES_A_RELEASE + at + 1)}.csv.gz.gpg`,
      product: 'extract',
      dataset: `dataset_${(agreement + at) % datasets}`,
      period: { from: '2020-04-01', to: '2021-03-31' },
      identifiability: agreement % 5 === 0 ? 'identifiable' : 'pseudonymised',
      sensitive: agreement % 3 === 0,
      legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
      common_law_duty: 'none',
      frequency: 'monthly',
      opt_outs: (n + at) % 9 === 0 ? 'Yes - patient objections upheld' : 'No - data flow is not identifiable',
      columns: ['A', 'B'],
      rows: 1000 + n,
      bytes: 2000,
      sha256: 'a'.repeat(64),
      plaintext_bytes: 9000,
      plaintext_sha256: 'b'.repeat(64),
      waterfall: [
        { step: 'in', rows: 1100 + n, people: 500 },
        { step: 'released', rows: 1000 + n, people: 400 },
      ],
    })),
  };
}

function referenceOf(n: number): string {
  return `DARS-NIC-${String(100_000 + Math.floor(n / 3))}-A1B2C-v${1 + (n % 3)}.0`;
}
