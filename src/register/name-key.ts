import { foldedText } from '../kernel/folded-text.ts';

/** Text by which spellings of one name are found together. */
export function nameKey(name: string): string {
  return foldedText(name).toLowerCase();
}
