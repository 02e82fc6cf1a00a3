import { type AgreementVersion, compareVersions, stemOf } from '../agreement-facts.ts';
import { type IndexedRegister, Is } from '../indexed-register.ts';
import { Grouping } from '../store/grouping.ts';
import { NameList } from '../store/name-list.ts';
import { Subjects } from './subjects.ts';

/** Agreements, each with all its versions; the name is the stem of their references. */
export class AgreementSubjects extends Subjects {
  readonly #indexed: IndexedRegister;
  /** The agreement of a reference; negative where it has no page, since nothing that stands names it. */
  readonly ofReference: Int32Array;
  readonly #references: Grouping;

  constructor(indexed: IndexedRegister) {
    const { references, referenceOf } = indexed;
    const [names, stems] = [new NameList(), new NameList()];
    const stemOfReference = Int32Array.from(references, (reference) => stems.numberOf(stemOf(reference)));
    const name = (reference: number): number => names.numberOf(stems.name(stemOfReference[reference] ?? -1));
    for (let version = 0; version < indexed.register.versionCount; version += 1) name(version);
    for (const row of indexed.numbers(Is.standing)) name(referenceOf[row] ?? -1);
    super(names);
    this.#indexed = indexed;
    this.ofReference = stemOfReference.map((stem) => names.find(stems.name(stem)) ?? -1);
    this.#references = new Grouping(this.ofReference, names.size);
  }

  /** The number of the agreement that a row is under; negative where that has no page. */
  ofRow(row: number): number {
    return this.ofReference[this.#indexed.referenceOf[row] ?? -1] ?? -1;
  }

  /** The numbers of an agreement's versions, oldest first. */
  versionNumbers(agreement: number): number[] {
    const { references } = this.#indexed;
    return Array.from(this.#references.of(agreement))
      .filter((reference) => this.#indexed.isVersion(reference))
      .sort((a, b) => compareVersions(references.name(a), references.name(b)));
  }

  *versions(agreement: number): Generator<AgreementVersion> {
    for (const number of this.versionNumbers(agreement)) yield this.#indexed.register.version(number);
  }

  latest(agreement: number): AgreementVersion | undefined {
    const number = this.versionNumbers(agreement).at(-1);
    return number === undefined ? undefined : this.#indexed.register.version(number);
  }

  /** The numbers of an agreement's rows, withdrawn ones as well. */
  rows(agreement: number): Int32Array {
    const references = Array.from(this.#references.of(agreement), (reference) => this.#indexed.rowsUnder(reference));
    const rows = new Int32Array(references.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const some of references) {
      rows.set(some, at);
      at += some.length;
    }
    return references.length > 1 ? rows.sort() : rows;
  }

  standingRows(agreement: number): Int32Array {
    return this.rows(agreement).filter((row) => this.#indexed.has(row, Is.standing));
  }
}
