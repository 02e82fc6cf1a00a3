import type { FileReference } from '../kernel/file-reference.ts';
import { fileReferenceNumber } from '../kernel/file-reference.ts';
import { type Abandoned, type Delivered, type Failed, type Intended, isKind, type ReleasedFile } from './entries.ts';
import type { Entry } from './ledger.ts';

/** Where a release stands. `pending`: intended, and to be delivered yet; `failures` are the attempts that came to nothing. */
export type ReleaseState =
  | { readonly state: 'unknown' }
  | { readonly state: 'pending'; readonly intended: Entry<Intended>; readonly failures: readonly Entry<Failed>[] }
  | { readonly state: 'delivered'; readonly intended: Entry<Intended>; readonly delivered: Entry<Delivered> }
  | { readonly state: 'abandoned'; readonly intended: Entry<Intended>; readonly abandoned: Entry<Abandoned> };

/** A file at a recipient, with the release that brought it there. */
export interface DeliveredFile {
  readonly file: ReleasedFile;
  readonly intended: Entry<Intended>;
  readonly delivered: Entry<Delivered>;
  /** The release that was delivered in place of it, the latest if there were several. */
  readonly replacedBy: Entry<Intended> | undefined;
}

/**
 * The number that the next physical file gets. A number is used up by `intended`, whatever becomes of the release, and
 * by a row of an imported register: a file that went out before this ledger has its reference for ever as well.
 */
export function nextFileNumber(entries: readonly Entry[]): number {
  let highest = 0;
  for (const entry of entries) {
    if (isKind(entry, 'intended')) {
      for (const { file } of entry.files) highest = Math.max(highest, fileReferenceNumber(file) ?? 0);
    } else if (isKind(entry, 'imported')) {
      highest = Math.max(highest, importedNumber(entry.cells[0] ?? ''));
    }
  }
  return highest + 1;
}

/** The number of an imported row's file reference; 0 for what is none, or no number that anybody can have given. */
function importedNumber(id: string): number {
  const number = fileReferenceNumber(id) ?? 0;
  return number < 1e9 ? number : 0;
}

/** Releases that are intended and neither delivered nor abandoned, oldest first. */
export function pendingReleases(entries: readonly Entry[]): readonly Entry<Intended>[] {
  return [...releases(entries).values()].flatMap((release) => (release.state === 'pending' ? [release.intended] : []));
}

/** Every file of every delivered release, in the order of `intended`; replaced ones are among them, marked. */
export function deliveredFiles(entries: readonly Entry[]): readonly DeliveredFile[] {
  const delivered = [...releases(entries).values()].filter((release) => release.state === 'delivered');
  const replacements = new Map<FileReference, Entry<Intended>>();
  for (const { intended } of delivered) {
    if (intended.replaces !== undefined) replacements.set(intended.replaces, intended);
  }
  return delivered.flatMap((release) =>
    release.intended.files.map((file) => ({
      file,
      intended: release.intended,
      delivered: release.delivered,
      replacedBy: replacements.get(file.file),
    })),
  );
}

export function releaseState(entries: readonly Entry[], release: string): ReleaseState {
  return releases(entries).get(release) ?? { state: 'unknown' };
}

/**
 * The state of each release, in the order of `intended`. What is recorded first stands: a second `intended` of the
 * same release, or an end after an end, changes nothing; but what was delivered is delivered, also if it had been
 * abandoned before.
 */
function releases(entries: readonly Entry[]): ReadonlyMap<string, Exclude<ReleaseState, { state: 'unknown' }>> {
  const states = new Map<string, Exclude<ReleaseState, { state: 'unknown' }>>();
  for (const entry of entries) {
    if (isKind(entry, 'intended')) {
      if (!states.has(entry.release)) states.set(entry.release, { state: 'pending', intended: entry, failures: [] });
    } else if (isKind(entry, 'delivered')) {
      const now = states.get(entry.release);
      if (now === undefined || now.state === 'delivered') continue;
      states.set(entry.release, { state: 'delivered', intended: now.intended, delivered: entry });
    } else if (isKind(entry, 'failed')) {
      const now = states.get(entry.release);
      if (now?.state === 'pending') states.set(entry.release, { ...now, failures: [...now.failures, entry] });
    } else if (isKind(entry, 'abandoned')) {
      const now = states.get(entry.release);
      if (now?.state !== 'pending') continue;
      states.set(entry.release, { state: 'abandoned', intended: now.intended, abandoned: entry });
    }
  }
  return states;
}
