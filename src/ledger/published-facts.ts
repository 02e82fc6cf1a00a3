import { dayOf } from '../kernel/calendar-date.ts';
import type { Json } from '../kernel/canonical-json.ts';
import { type Delivered, type Intended, isKind, type KnownBody, type ReleasedFile } from './entries.ts';
import type { Entry } from './ledger.ts';

/** A file as everybody may know it: no counts, sizes or digests, which are for the recipient and the custodian. */
export type PublishedFile = Pick<
  ReleasedFile,
  | 'file'
  | 'product'
  | 'dataset'
  | 'period'
  | 'identifiability'
  | 'sensitive'
  | 'legal_basis'
  | 'common_law_duty'
  | 'frequency'
  | 'opt_outs'
>;

type Recorded<K> = K & { readonly recorded: string };

/**
 * What an entry tells outsiders, with the day on which it was recorded. The register is computed from this and from
 * nothing else, so what is not here can never be published: who did it (`by`), counts, sizes, digests, destinations.
 */
export type PublishedFacts =
  | Recorded<
      Pick<Intended, 'kind' | 'release' | 'agreement' | 'replaces' | 'because'> & {
        readonly recipient: string;
        readonly files: readonly PublishedFile[];
      }
    >
  | Recorded<Pick<Delivered, 'kind' | 'release'> & { readonly day: string }>
  | Recorded<
      { [K in 'amended' | 'withdrawn' | 'renamed' | 'described' | 'accessed' | 'edition']: Public<K> }[
        | 'amended'
        | 'withdrawn'
        | 'renamed'
        | 'described'
        | 'accessed'
        | 'edition']
    >
  | Recorded<Public<'imported'>>;

type Public<K extends KnownBody['kind']> = Omit<Extract<KnownBody, { readonly kind: K }>, 'by'>;

export type FactsOf<K extends PublishedFacts['kind']> = Extract<PublishedFacts, { readonly kind: K }>;

/** Kinds whose entries have facts to publish; of the others an outsider sees that there is one, and no more. */
const PUBLISHED = [
  'intended',
  'delivered',
  'amended',
  'withdrawn',
  'renamed',
  'described',
  'accessed',
  'edition',
  'imported',
] as const;

/**
 * The facts of an entry; undefined for one that tells outsiders nothing (refused, failed, abandoned). Members stand in
 * the order of canonical JSON, in which they are hashed by the hundred thousand.
 */
export function publishedFacts(entry: Entry): PublishedFacts | undefined {
  const recorded = recordedOn(entry.time);
  if (isKind(entry, 'intended')) {
    const { kind, release, agreement, replaces, because, recipient, files } = entry;
    return {
      agreement,
      ...(replaces === undefined ? {} : { because }),
      files: files.map(publishedFile),
      kind,
      recipient: recipient.name,
      recorded,
      release,
      ...(replaces === undefined ? {} : { replaces }),
    };
  }
  if (isKind(entry, 'delivered')) {
    return { day: dayOf(new Date(entry.at)), kind: entry.kind, recorded, release: entry.release };
  }
  if (!PUBLISHED.some((kind) => kind === entry.kind)) return undefined;
  const { seq: _seq, time: _time, previous: _previous, salt: _salt, by: _by, ...rest } = entry as Entry & { by?: Json };
  return { ...rest, recorded } as unknown as PublishedFacts;
}

/** The day of an entry's time, worked out once an hour: time zones are slow, and ledgers are long. */
function recordedOn(time: string): string {
  const hour = time.slice(0, 13);
  const known = DAYS.get(hour) ?? dayOf(new Date(time));
  DAYS.set(hour, known);
  return known;
}

const DAYS = new Map<string, string>();

/** Whether entries of a kind have facts that a publication must disclose. */
export function isPublishedKind(kind: string): kind is PublishedFacts['kind'] {
  return PUBLISHED.some((each) => each === kind);
}

function publishedFile(file: ReleasedFile): PublishedFile {
  return {
    common_law_duty: file.common_law_duty,
    dataset: file.dataset,
    file: file.file,
    frequency: file.frequency,
    identifiability: file.identifiability,
    legal_basis: file.legal_basis,
    opt_outs: file.opt_outs,
    period: file.period,
    product: file.product,
    sensitive: file.sensitive,
  };
}
