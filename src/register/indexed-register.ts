import { isWithin } from '../kernel/date-range.ts';
import { saysApplied } from '../kernel/opt-out-answer.ts';
import { amendmentSeq } from './amendment-seq.ts';
import { ChangeList } from './change-list.ts';
import type { Register } from './register.ts';
import type { RegisterRow } from './register-row.ts';
import { Grouping } from './store/grouping.ts';
import { NameList } from './store/name-list.ts';
import { VersionColumns } from './version-columns.ts';

/** What is asked of many rows at once, a bit each. */
export const Is = {
  /** Neither withdrawn nor of a sheet of amendments. */
  standing: 1,
  /** Standing, and given out within the days. */
  ofRange: 2,
  applied: 4,
  identifiable: 8,
  sensitive: 16,
  notSensitive: 32,
  systemAccess: 64,
} as const;

/**
 * A register, and columns of numbers by which its rows are found and counted without being read: 21 bytes a row. The
 * names behind the numbers (organisations, datasets, references, answers) stand in memory.
 */
export class IndexedRegister {
  readonly register: Register;
  /** Of standing rows, in the order of the first. */
  readonly organisations = new NameList();
  readonly datasets = new NameList();
  /** First those of the versions, so that a version and its reference have one number; then others that rows name. */
  readonly references = new NameList();
  /** The days on which rows were given out: one of these for each row. */
  readonly periods: RegisterRow['released'][] = [];
  /** A number for each row; negative where a row that does not stand names something that no standing row does. */
  readonly organisationOf: Int32Array;
  readonly datasetOf: Int32Array;
  readonly referenceOf: Int32Array;
  readonly periodOf: Int32Array;
  readonly is: Uint8Array;
  readonly answerOf: Int32Array;
  /** What the versions say, by their number. */
  readonly versions: VersionColumns;
  /** What the register answers whether opt-outs were applied. */
  readonly answers = new NameList();
  /** Rows of earlier registers that this one corrects or adds, in the order in which that was recorded. */
  readonly amended: readonly number[];
  readonly changes: ChangeList;
  #rowsByReference: Grouping | undefined;

  /** `look` sees each row, while it is at hand. */
  constructor(register: Register, look: (row: RegisterRow, number: number) => void = () => {}) {
    this.register = register;
    this.changes = new ChangeList(register);
    const { rowCount } = register;
    this.versions = new VersionColumns(register, this.references);
    this.organisationOf = new Int32Array(rowCount).fill(-1);
    this.datasetOf = new Int32Array(rowCount).fill(-1);
    this.referenceOf = new Int32Array(rowCount);
    this.periodOf = new Int32Array(rowCount);
    this.answerOf = new Int32Array(rowCount);
    this.is = new Uint8Array(rowCount);
    const periods = new NameList();
    const amended: { readonly number: number; readonly seq: number }[] = [];
    let number = 0;
    for (const row of register.rows()) {
      const { values, released } = row;
      this.referenceOf[number] = this.references.numberOf(values.agreement);
      const period = periods.numberOf(`${released.from} ${released.to}`);
      this.periods[period] ??= released;
      this.periodOf[number] = period;
      this.answerOf[number] = this.answers.numberOf(values.opt_outs);
      const bits = this.#bitsOf(row);
      this.is[number] = bits;
      if ((bits & Is.standing) !== 0) {
        this.organisationOf[number] = this.organisations.numberOf(values.organisation);
        this.datasetOf[number] = this.datasets.numberOf(values.dataset);
      }
      const seq = amendmentSeq(row, register.range);
      if (seq !== undefined) amended.push({ number, seq });
      this.changes.addRow(row);
      look(row, number);
      number += 1;
    }
    this.changes.addOthers();
    this.amended = amended.sort((a, b) => a.seq - b.seq).map((each) => each.number);
  }

  #bitsOf({ asAmendment, withdrawn, released, values }: RegisterRow): number {
    const { opt_outs: answer, identifiability, sensitive, frequency } = values;
    const standing = !asAmendment && withdrawn === undefined;
    return (
      (standing ? Is.standing : 0) |
      (standing && isWithin(released.to, this.register.range) ? Is.ofRange : 0) |
      (saysApplied(answer) ? Is.applied : 0) |
      (/^identifiable/i.test(identifiability) ? Is.identifiable : 0) |
      (sensitive === 'Sensitive' ? Is.sensitive : 0) |
      (/^non/i.test(sensitive) ? Is.notSensitive : 0) |
      (frequency === 'System Access' ? Is.systemAccess : 0)
    );
  }

  has(row: number, bits: number): boolean {
    return ((this.is[row] ?? 0) & bits) === bits;
  }

  /** How many rows have all of the bits. */
  count(bits: number): number {
    let count = 0;
    for (const each of this.is) if ((each & bits) === bits) count += 1;
    return count;
  }

  /** The numbers of the rows that have all of the bits. */
  *numbers(bits: number): Generator<number> {
    for (const [number, each] of this.is.entries()) if ((each & bits) === bits) yield number;
  }

  /** Rows that have all of the bits. */
  *rows(bits: number): Generator<RegisterRow> {
    for (const number of this.numbers(bits)) yield this.register.row(number);
  }

  /** The numbers of all rows that name a reference. */
  rowsUnder(reference: number): Int32Array {
    this.#rowsByReference ??= new Grouping(this.referenceOf, this.references.size);
    return this.#rowsByReference.of(reference);
  }

  isVersion(reference: number): boolean {
    return reference < this.register.versionCount;
  }
}
