import { placeOf, unescapeCell } from './cell-text.ts';
import { textCollector } from './text-collector.ts';
import type { XmlHandlers } from './xml-events.ts';

/** Finds the cells of a worksheet that hold a text, in the order of its XML: row (1-based), column (0-based), text. */
export function cellHandlers(
  strings: readonly string[],
  found: (row: number, column: number, text: string) => void,
): XmlHandlers {
  const { handlers, take } = textCollector();
  let [row, column, type, value, inValue] = [0, -1, '', '', false];
  return {
    open: (name, attributes) => {
      handlers.open?.(name, attributes);
      if (name === 'row') {
        row = Number(attributes['r'] ?? row + 1);
        column = -1;
      } else if (name === 'c') {
        const place = placeOf(attributes['r'] ?? '');
        column = place?.column ?? column + 1;
        row = place?.row ?? row;
        type = attributes['t'] ?? 'n';
        value = '';
      } else if (name === 'v') {
        inValue = true;
      }
    },
    text: (piece) => {
      if (inValue) value += piece;
      else handlers.text?.(piece);
    },
    close: (name) => {
      handlers.close?.(name);
      if (name === 'v') inValue = false;
      if (name !== 'c') return;
      const inline = take();
      const text = type === 's' ? strings[Number(value)] : type === 'inlineStr' ? inline : unescapeCell(value);
      if (text === undefined) throw new Error('no such string');
      if (text !== '') found(row, column, text);
    },
  };
}
