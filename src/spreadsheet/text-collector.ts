import { unescapeCell } from './cell-text.ts';
import type { XmlHandlers } from './xml-events.ts';

/** Collects what stands in `<t>`, phonetic hints left out, into one text until it is taken. */
export function textCollector(): { readonly handlers: XmlHandlers; take(): string } {
  let [depth, hints, collected] = [0, 0, ''];
  return {
    handlers: {
      open: (name) => {
        if (name === 't') depth += 1;
        if (name === 'rPh') hints += 1;
      },
      text: (piece) => {
        if (depth > 0 && hints === 0) collected += piece;
      },
      close: (name) => {
        if (name === 't') depth -= 1;
        if (name === 'rPh') hints -= 1;
      },
    },
    take: () => {
      const text = unescapeCell(collected);
      collected = '';
      return text;
    },
  };
}
