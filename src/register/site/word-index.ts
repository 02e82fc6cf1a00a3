import type { Scratch } from '../store/scratch.ts';
import { SortedRuns } from '../store/sorted-runs.ts';

/** A word of the index, the file it lies in, and the places of agreements as the file has them. */
export interface IndexedWord {
  readonly part: string;
  readonly word: string;
  readonly places: Iterable<string>;
}

/** What is collected before it is laid aside, in places. */
const MOST = 1 << 14;

interface Posting {
  readonly word: string;
  /** Places with `!` where the word stands in a name: `3 7! 12`, in base 36. */
  readonly places: string;
}

/**
 * Which agreements each word stands in, by the place of each in the list. Words come from agreements in the order of
 * the list, and leave in the order of the files, so memory holds a part of them at a time.
 */
export class WordIndex {
  readonly #runs: SortedRuns<Posting>;
  #words = new Map<string, { last: number; places: string }>();
  #count = 0;
  readonly parts = new Set<string>();

  constructor(scratch: Scratch) {
    this.#runs = new SortedRuns(scratch, (a, b) => compareWords(a.word, b.word));
  }

  /** A word may be added again for the same place; where it stands in a name as well, that has to be said first. */
  add(word: string, place: number, inName: boolean): void {
    const known = this.#words.get(word);
    if (known?.last === place) return;
    const spelled = `${place.toString(36)}${inName ? '!' : ''}`;
    if (known === undefined) {
      this.#words.set(word, { last: place, places: spelled });
      this.parts.add(partOf(word));
    } else {
      known.last = place;
      known.places += ` ${spelled}`;
    }
    this.#count += 1;
    if (this.#count >= MOST) this.#layAside();
  }

  #layAside(): void {
    this.#runs.add(Array.from(this.#words, ([word, { places }]) => ({ word, places })));
    this.#words = new Map();
    this.#count = 0;
  }

  /**
   * The words in the order of the files and, within one, as a JSON object would have them. Once only; the places of a
   * word have to be read to their end before the next.
   */
  *words(): Generator<IndexedWord> {
    this.#layAside();
    const all = this.#runs.inOrder();
    let next = all.next();
    while (next.done !== true) {
      const { word } = next.value;
      yield { part: partOf(word), word, places: places(word) };
    }

    function* places(word: string): Generator<string> {
      let [last, before] = [-1, ''];
      for (; next.done !== true && next.value.word === word; next = all.next()) {
        let text = '';
        for (const spelled of next.value.places.split(' ')) {
          const place = Number.parseInt(spelled, 36);
          if (place === last) continue;
          text += `${before}${(place - Math.max(0, last)).toString(36)}${spelled.endsWith('!') ? '!' : ''}`;
          [last, before] = [place, ','];
        }
        yield text;
      }
    }
  }
}

/** The file that a word lies in: its first two letters, if they are plain. */
function partOf(word: string): string {
  return /^[a-z0-9]{2}/.exec(word)?.[0] ?? 'other';
}

/** By part; then numbers by their value, which JSON.stringify puts before other members; then by code units. */
function compareWords(a: string, b: string): number {
  const [x, y] = [partOf(a), partOf(b)];
  if (x !== y) return x < y ? -1 : 1;
  const [m, n] = [indexOf(a), indexOf(b)];
  if (m !== n) return m - n;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a word is as the index of an array; infinite for one that is none. */
function indexOf(word: string): number {
  const number = /^(0|[1-9]\d{0,9})$/.test(word) ? Number(word) : Number.POSITIVE_INFINITY;
  return number <= 4_294_967_294 ? number : Number.POSITIVE_INFINITY;
}
