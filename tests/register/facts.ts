import type { Delivered, Intended } from '../../src/ledger/entries.ts';
import type { EntryBody } from '../../src/ledger/ledger.ts';
import type { Accessed, Amended, Described, Withdrawn } from '../../src/ledger/register-entries.ts';
import { intended as intendedBody, releasedFile } from '../ledger/bodies.ts';

export const REFERENCE = 'DARS-NIC-147750-8GS7S-v2.2';

/** What a release of files with these numbers leaves in the ledger when it is delivered on a day. */
export function releasedOn(
  day: string,
  release: string,
  numbers: readonly number[],
  more: Partial<Intended> = {},
): (readonly [string, EntryBody])[] {
  const body: Intended = {
    ...intendedBody(release, numbers),
    files: numbers.map((number) => ({ ...releasedFile(number), opt_outs: 'No - data flow is not identifiable' })),
    ...more,
  };
  return [
    [day, body],
    [day, delivered(release, day)],
  ];
}

export function delivered(release: string, day: string): Delivered {
  return { kind: 'delivered', release, destination: 'sftp://secret-host.example/inbox', at: `${day}T12:00:00.000Z` };
}

export function described(more: Partial<Described> = {}): Described {
  return {
    kind: 'described',
    agreement: REFERENCE,
    organisation: 'University of Example',
    organisation_type: 'Academic',
    title: 'Long-term outcomes of screening for type 2 diabetes',
    controllers: [{ name: 'University of Example', role: 'sole' }],
    processors: [],
    term: { start: '2025-01-01', end: '2027-12-31' },
    signed: '2024-12-22',
    commercial: false,
    sublicensing: false,
    objective: 'To learn whether screening for type 2 diabetes prevents its late complications.',
    processing: 'On secure servers.',
    outputs: 'Papers.',
    benefits: 'Better advice on whom to screen.',
    approvals: [{ body: 'IGARD', outcome: 'recommended', on: '2024-11-14' }],
    datasets: [
      {
        dataset: 'hes_apc',
        title: 'Hospital Episode Statistics, Admitted Patient Care',
        identifiability: 'pseudonymised',
        sensitive: false,
        legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
        common_law_duty: 'none',
        frequency: 'quarterly',
        opt_outs: 'No - data flow is not identifiable',
        fields: ['EPIKEY', 'ADMIDATE'],
      },
    ],
    ...more,
  };
}

export function amended(file: string, entry: number, field: string, from: string, to: string, reason: string): Amended {
  return { kind: 'amended', file, entry, field, from, to, reason, by: 'A Named Person' };
}

export function withdrawn(file: string, entry: number, reason: string): Withdrawn {
  return { kind: 'withdrawn', file, entry, reason, by: 'A Named Person' };
}

export function renamed(what: 'organisation' | 'dataset', from: string, to: string): EntryBody {
  return { kind: 'renamed', what, from, to, reason: 'a merger', by: 'A Named Person' };
}

export function accessed(file: string, from: string, to: string, more: Partial<Accessed> = {}): Accessed {
  return {
    kind: 'accessed',
    file,
    agreement: REFERENCE,
    organisation: 'University of Example',
    dataset: 'hes_apc',
    title: 'Hospital Episode Statistics, Admitted Patient Care',
    period: { from, to },
    identifiability: 'pseudonymised',
    sensitive: true,
    legal_basis: 'Health and Social Care Act 2012 – s261(1) and s261(2)(b)(ii)',
    common_law_duty: 'none',
    opt_outs: 'No - data flow is not identifiable',
    by: 'A Named Person',
    ...more,
  };
}
