/** Text that is HTML already; everything else is escaped when it is put into a page. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | false | readonly Part[];

/** HTML with its parts escaped: texts of a register come from outside, and some will try. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0] ?? '';
  for (const [index, part] of parts.entries()) text += rendered(part) + (strings[index + 1] ?? '');
  return new Html(text);
}

function rendered(part: Part): string {
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return (part as readonly Part[]).map(rendered).join('');
  return part === undefined || part === false ? '' : escapeHtml(String(part));
}

const HARMLESS = /^[^&<>"'\p{Cc}\u202a-\u202e\u2066-\u2069]*$/u;

/** Escaped for text and for attributes in double quotes; controls that a page can't hold become a question mark. */
export function escapeHtml(text: string): string {
  if (HARMLESS.test(text)) return text;
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must go
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '?')
  );
}

/** 1234 -> 1,234 */
export function number(count: number): string {
  return count.toLocaleString('en-GB');
}

/** A share of a whole as people read it: `5%`, `less than 1%`. */
export function share(part: number, whole: number): string {
  if (whole === 0) return '0%';
  const percent = (100 * part) / whole;
  if (percent > 0 && percent < 1) return 'less than 1%';
  return percent > 99 && percent < 100 ? 'more than 99%' : `${Math.round(percent)}%`;
}
