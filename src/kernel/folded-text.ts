/**
 * Text as comparison sees it: one form of Unicode, one kind of dash and of quote, single blanks, none around. Registers
 * spell the same law with a hyphen and with an en dash, and with a blank too many. Never for display.
 */
export function foldedText(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/[‐-―−]/g, '-')
    .replaceAll(/[‘’‚‛`´]/g, "'")
    .replaceAll(/[“”„‟«»]/g, '"')
    .replaceAll(/[\s\u200b\ufeff]+/g, ' ')
    .trim();
}

/** Whether two texts differ in nothing but typography. */
export function sameButForTypography(a: string, b: string): boolean {
  return foldedText(a).toLowerCase() === foldedText(b).toLowerCase();
}
