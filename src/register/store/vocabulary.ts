/** As many texts as a vocabulary keeps, and how long they may be: some megabytes at the most. */
const MOST = 1 << 16;
const LONGEST = 100;

/** Numbers for texts that a register repeats by the hundred thousand. */
export class Vocabulary {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  /** The number of a text, a new one where it has none; undefined for one that is too long, or one too many. */
  find(text: string): number | undefined {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    if (text.length > LONGEST || this.#texts.length === MOST) return undefined;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  text(number: number): string {
    return this.#texts[number] ?? '';
  }
}
