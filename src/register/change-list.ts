import { isWithin } from '../kernel/date-range.ts';
import { type Change, changesOfRow } from './changes.ts';
import type { Register } from './register.ts';
import type { RegisterRow } from './register-row.ts';
import { NumberList } from './store/number-list.ts';
import { RecordList } from './store/record-list.ts';
import { fieldName } from './words.ts';

/** Everything that was changed up to the end of a register's days; memory holds 16 bytes for each change. */
export class ChangeList {
  readonly #register: Register;
  readonly #changes: RecordList<Change>;
  readonly #seqs = new NumberList();
  #inOrder: Int32Array | undefined;

  constructor(register: Register) {
    this.#register = register;
    this.#changes = new RecordList(register.scratch);
  }

  /** Rows first, in their order, and then the others: what one entry changed is told in the order of the rows. */
  addRow(row: RegisterRow): void {
    for (const change of changesOfRow(row)) this.#add(change);
  }

  addOthers(): void {
    const { renames } = this.#register;
    let last:
      | { readonly version: number; readonly about: Pick<Change, 'about' | 'agreement' | 'organisation'> }
      | undefined;
    for (const { version, seq, on, what, from, to, reason = '', ofSubstance } of this.#register.agreementChanges()) {
      if (last?.version !== version) {
        const { reference, facts } = this.#register.version(version);
        last = { version, about: { about: reference, agreement: reference, organisation: facts.organisation } };
      }
      this.#add({ ...last.about, seq, on, kind: 'agreement changed', what, from, to, reason, ofSubstance });
    }
    for (const { seq, recorded: on, what, from, to, reason } of renames) {
      const organisation = what === 'organisation' ? to : '';
      const about = { about: '', agreement: '', organisation, ofSubstance: false };
      this.#add({ ...about, seq, on, kind: 'renamed', what: fieldName(what), from, to, reason });
    }
  }

  #add(change: Change): void {
    this.#changes.push(change);
    this.#seqs.push(change.seq);
    this.#inOrder = undefined;
  }

  get size(): number {
    return this.#changes.size;
  }

  /** A change by its number: the first that was recorded is 0. */
  get(number: number): Change {
    this.#inOrder ??= Int32Array.from({ length: this.size }, (_, index) => index).sort(
      (a, b) => this.#seqs.get(a) - this.#seqs.get(b) || a - b,
    );
    return this.#changes.get(this.#inOrder[number] ?? -1);
  }

  /** Everything, in the order in which it was recorded. */
  *all(): Generator<Change> {
    for (let number = 0; number < this.size; number += 1) yield this.get(number);
  }

  /** What was changed within the days. */
  *ofRange(): Generator<Change> {
    for (const change of this.all()) if (isWithin(change.on, this.#register.range)) yield change;
  }
}
