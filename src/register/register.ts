import type { DateRange } from '../kernel/date-range.ts';
import type { FactsOf } from '../ledger/published-facts.ts';
import { type AgreementChange, type AgreementVersion, stemOf } from './agreement-facts.ts';
import type { RegisterRow } from './register-row.ts';
import { type NameOf, type Rename, renamedFacts, renamer } from './renames.ts';
import type { KeyIndex } from './store/key-index.ts';
import type { RecordList } from './store/record-list.ts';
import type { RowList } from './store/row-list.ts';
import type { Scratch } from './store/scratch.ts';

/** An edition of a register that was imported, without its notes. */
export type Edition = Omit<FactsOf<'edition'>, 'notes'>;

/** An agreement version before renames; its changes lie apart, since few ask for them. */
export type StoredVersion = Pick<AgreementVersion, 'reference' | 'seq' | 'firstSeq' | 'known' | 'facts'>;

/** A change of what was said of an agreement version, and the number of that version. */
export type StoredChange = AgreementChange & { readonly version: number };

/** What a fold of the ledger's facts lays aside. */
export interface RegisterParts {
  readonly range: DateRange;
  readonly scratch: Scratch;
  readonly rows: RowList;
  readonly rowsById: KeyIndex;
  readonly versions: RecordList<StoredVersion>;
  readonly versionsByReference: KeyIndex;
  readonly changes: RecordList<StoredChange>;
  readonly editions: ReadonlyMap<string, { readonly edition: Edition; readonly notes: number }>;
  readonly notes: RecordList<FactsOf<'edition'>['notes']>;
  readonly renames: readonly Rename[];
}

const NEVER_RENAMED = {};

/** A page asks for the versions of one agreement several times. */
const RECENT = 24;

/**
 * The register as it stood at the end of its days. Rows and agreement versions lie in a scratch; they are read one at a
 * time, by their numbers, in the order in which they were recorded and first described.
 */
export class Register {
  readonly range: DateRange;
  readonly renames: readonly Rename[];
  /** Those that were public at the end of the days. */
  readonly editions: readonly Edition[];
  /** Where whoever reads it can lay aside more. */
  readonly scratch: Scratch;
  readonly #parts: RegisterParts;
  readonly #nameOf: NameOf;
  readonly #recent = new Map<number, AgreementVersion>();

  constructor(parts: RegisterParts, editions: readonly Edition[]) {
    this.range = parts.range;
    this.renames = parts.renames;
    this.editions = editions;
    this.scratch = parts.scratch;
    this.#parts = parts;
    this.#nameOf = renamer(parts.renames);
  }

  get rowCount(): number {
    return this.#parts.rows.size;
  }

  get versionCount(): number {
    return this.#parts.versions.size;
  }

  /** Amendments and renames applied. */
  row(number: number): RegisterRow {
    const row = this.#parts.rows.get(number);
    if (this.renames.length === 0) return { ...row, formerly: NEVER_RENAMED };
    const { values, seq } = row;
    const organisation = this.#nameOf('organisation', values.organisation, seq);
    const dataset = this.#nameOf('dataset', values.dataset, seq);
    const formerly = {
      ...(organisation === values.organisation ? {} : { organisation: values.organisation }),
      ...(dataset === values.dataset ? {} : { dataset: values.dataset }),
    };
    return { ...row, values: { ...values, organisation, dataset }, formerly };
  }

  /** Every row up to the end of the days; withdrawn ones are marked. */
  *rows(): Generator<RegisterRow> {
    for (let number = 0; number < this.rowCount; number += 1) yield this.row(number);
  }

  /** The number of the last row that an entry made under an id. */
  rowOf(seq: number, id: string): number | undefined {
    const { rows, rowsById } = this.#parts;
    return rowsById.findLast(id, (number) => rows.isOf(number, id, seq));
  }

  /** Amendments and renames applied. */
  version(number: number): AgreementVersion {
    const recent = this.#recent.get(number);
    if (recent !== undefined) return recent;
    const version = this.#readVersion(number);
    this.#recent.set(number, version);
    if (this.#recent.size > RECENT) for (const oldest of this.#recent.keys()) if (this.#recent.delete(oldest)) break;
    return version;
  }

  #readVersion(number: number): AgreementVersion {
    const { facts, ...version } = this.#parts.versions.get(number);
    const named = renamedFacts({ seq: version.seq, facts }, this.#nameOf);
    const formerOrganisation = named.organisation === facts.organisation ? undefined : facts.organisation;
    return { stem: stemOf(version.reference), ...version, facts: named, formerOrganisation };
  }

  /** Every agreement version that was described up to the end of the days. */
  *versions(): Generator<AgreementVersion> {
    for (let number = 0; number < this.versionCount; number += 1) yield this.version(number);
  }

  versionNamed(reference: string): AgreementVersion | undefined {
    const { versions, versionsByReference } = this.#parts;
    const isIt = (number: number): boolean => versions.get(number).reference === reference;
    const number = versionsByReference.findLast(reference, isIt);
    return number === undefined ? undefined : this.version(number);
  }

  /** What was said of agreement versions and is said differently now, in the order in which it was recorded. */
  *agreementChanges(): Generator<StoredChange> {
    const { changes } = this.#parts;
    for (let number = 0; number < changes.size; number += 1) yield changes.get(number);
  }

  /** The sheets of an edition that are read by people. */
  notesOf({ edition }: Edition): FactsOf<'edition'>['notes'] {
    const known = this.#parts.editions.get(edition);
    return known === undefined ? [] : this.#parts.notes.get(known.notes);
  }
}
