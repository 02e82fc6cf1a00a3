import { type RegisterRow, ROW_FIELDS } from '../register-row.ts';
import { ByteList } from './byte-list.ts';
import type { Scratch } from './scratch.ts';
import { Vocabulary } from './vocabulary.ts';

/** A row before renames. */
export type UnnamedRow = Omit<RegisterRow, 'formerly'>;

/**
 * Rows in a scratch, by their number. There are hundreds of thousands, each read several times, so a row is numbers:
 * its entry, flags, the numbers of its texts in a vocabulary, and its id. What does not fit that form (rare texts,
 * amendments and the like) follows as JSON.
 */
export class RowList {
  readonly #list: ByteList;
  readonly #words = new Vocabulary();
  #bytes = Buffer.allocUnsafe(1 << 12);

  constructor(scratch: Scratch) {
    this.#list = new ByteList(scratch);
  }

  get size(): number {
    return this.#list.size;
  }

  push(row: UnnamedRow): void {
    this.#list.push(this.#bytesOf(row));
  }

  replace(number: number, row: UnnamedRow): void {
    this.#list.replace(number, this.#bytesOf(row));
  }

  get(number: number): UnnamedRow {
    const bytes = this.#list.get(number);
    const idEnd = ID + bytes.readUInt32LE(ID_LENGTH);
    const more: More = idEnd === bytes.length ? NOTHING_MORE : JSON.parse(bytes.toString('utf8', idEnd));
    const text = (index: number): string => {
      const word = bytes.readUInt32LE(WORDS + 4 * index);
      return word === NO_WORD ? (more.texts?.[index] ?? '') : this.#words.text(word);
    };
    return {
      seq: bytes.readUInt32LE(SEQ),
      id: bytes.toString('utf8', ID, idEnd),
      source: text(0) as RegisterRow['source'],
      values: {
        organisation: text(4),
        dataset: text(5),
        identifiability: text(6),
        sensitive: text(7),
        legal_basis: text(8),
        purpose: text(9),
        frequency: text(10),
        agreement: text(11),
        mr_number: text(12),
        opt_outs: text(13),
        common_law_duty: text(14),
      },
      released: { from: text(1), to: text(2) } as RegisterRow['released'],
      known: text(3),
      late: more.late,
      asAmendment: bytes[AS_AMENDMENT] === 1,
      amendments: more.amendments ?? [],
      withdrawn: more.withdrawn,
      replaces: more.replaces,
      replacedBy: more.replacedBy,
    };
  }

  /** Whether a row is that of an id and an entry, of any entry where none is given. */
  isOf(number: number, id: string, seq: number | undefined): boolean {
    const bytes = this.#list.get(number);
    if (seq !== undefined && bytes.readUInt32LE(SEQ) !== seq) return false;
    return bytes.toString('utf8', ID, ID + bytes.readUInt32LE(ID_LENGTH)) === id;
  }

  /** In the same memory each time. */
  #bytesOf({ seq, id, source, released, known, asAmendment, values, ...rare }: UnnamedRow): Buffer {
    const texts = [source, released.from, released.to, known, ...ROW_FIELDS.map((field) => values[field])];
    const words = texts.map((text) => this.#words.find(text));
    const { late, amendments, withdrawn, replaces, replacedBy } = rare;
    const unusual = words.includes(undefined);
    const plain = !unusual && amendments.length === 0 && (late ?? withdrawn ?? replaces ?? replacedBy) === undefined;
    const more: More = {
      ...{ late, withdrawn, replaces, replacedBy },
      ...(amendments.length === 0 ? {} : { amendments }),
      ...(unusual ? { texts: texts.map((text, index) => (words[index] === undefined ? text : '')) } : {}),
    };
    const json = plain ? '' : JSON.stringify(more);
    const most = ID + 3 * (id.length + json.length);
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(most);
    const bytes = this.#bytes;
    bytes.writeUInt32LE(seq, SEQ);
    bytes[AS_AMENDMENT] = asAmendment ? 1 : 0;
    for (const [index, word] of words.entries()) bytes.writeUInt32LE(word ?? NO_WORD, WORDS + 4 * index);
    const idLength = bytes.write(id, ID);
    bytes.writeUInt32LE(idLength, ID_LENGTH);
    return bytes.subarray(0, ID + idLength + bytes.write(json, ID + idLength));
  }
}

type More = Partial<Pick<RegisterRow, 'late' | 'amendments' | 'withdrawn' | 'replaces' | 'replacedBy'>> & {
  readonly texts?: readonly string[];
};

const NOTHING_MORE: More = {};
const NO_WORD = 0xffffffff;

/** Where the parts of a row stand. */
const [SEQ, AS_AMENDMENT, ID_LENGTH, WORDS] = [0, 4, 5, 9];
const ID = WORDS + 4 * (4 + ROW_FIELDS.length);
