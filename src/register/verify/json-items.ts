/** Why a text is no list in JSON: it is something else in JSON, or no JSON at all. */
export class JsonDefect extends Error {
  readonly isJson: boolean;

  constructor(isJson: boolean) {
    super(isJson ? 'no list' : 'no JSON');
    this.isJson = isJson;
  }
}

const BLANK = /^[ \t\n\r]*$/;
const [QUOTE, BACKSLASH, COMMA, END] = [0x22, 0x5c, 0x2c, 0x5d];
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** The items of a list in JSON, some at a time; throws a JsonDefect where it is none. */
export async function* jsonItems(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<readonly unknown[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const list = new ListReader();
  for await (const piece of pieces) yield list.read(decoder.decode(piece, { stream: true }));
  yield list.read(decoder.decode());
  list.end();
}

/** Cuts a list into its items, which alone are parsed. */
class ListReader {
  #state: 'before' | 'within' | 'after' | 'no list' = 'before';
  /** What was read of the item that is not at its end yet. */
  #item = '';
  #count = 0;
  #depth = 0;
  #quoted = false;
  #escaped = false;

  read(text: string): unknown[] {
    const items: unknown[] = [];
    let from = 0;
    if (this.#state === 'before') {
      from = text.search(/[^ \t\n\r]/);
      if (from === -1) return items;
      this.#state = text[from] === '[' ? 'within' : 'no list';
      if (this.#state === 'within') from += 1;
    }
    if (this.#state === 'within') {
      for (let at = from; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (this.#quoted) {
          if (this.#escaped) this.#escaped = false;
          else if (code === BACKSLASH) this.#escaped = true;
          else if (code === QUOTE) this.#quoted = false;
        } else if (code === QUOTE) this.#quoted = true;
        else if (this.#depth === 0 && (code === COMMA || code === END)) {
          const item = this.#item + text.slice(from, at);
          [this.#item, from] = ['', at + 1];
          if (code === COMMA || this.#count > 0 || !BLANK.test(item)) items.push(parsed(item));
          this.#count += 1;
          if (code === END) {
            this.#state = 'after';
            break;
          }
        } else if (OPENING.has(code)) this.#depth += 1;
        else if (CLOSING.has(code)) this.#depth -= 1;
      }
    }
    if (this.#state === 'after' && !BLANK.test(text.slice(from))) throw new JsonDefect(false);
    if (this.#state !== 'after') this.#item += text.slice(from);
    return items;
  }

  end(): void {
    if (this.#state === 'after') return;
    if (this.#state === 'no list') parsed(this.#item);
    throw new JsonDefect(this.#state === 'no list');
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonDefect(false);
  }
}
