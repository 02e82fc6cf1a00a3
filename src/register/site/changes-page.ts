import { counted } from '../../kernel/counted.ts';
import { dayInWords } from '../../kernel/date-range.ts';
import { type Html, html } from '../../kernel/html.ts';
import { stemOf } from '../agreement-facts.ts';
import type { Change } from '../changes.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import type { SiteModel } from './site-model.ts';

/** Long texts are not told again whole; their page and the CSV file have them. */
const LONG = 240;

export function changesPage(frame: PageFrame): SiteFile {
  return page(frame, 'changes.html', 'Changes', content(frame.model));
}

function* content(model: SiteModel): Generator<Html> {
  yield html`
<h1>Changes to what the register said</h1>
<p class="lead">A register that is corrected in silence can’t be trusted. What was said is never taken away: each correction stands beside it, with the reason.</p>
<p><a href="changes.csv" download>Download all changes of these days (CSV)</a></p>
<h2>Changes of substance</h2>
`;
  yield* list(model, true);
  yield html`
<h2>Names and typography</h2>
<p>Renames of organisations and datasets, and corrections that change no meaning.</p>
`;
  yield* list(model, false);
}

function* list(model: SiteModel, ofSubstance: boolean): Generator<Html> {
  let some = false;
  for (const change of model.indexed.changes.ofRange()) {
    if (change.ofSubstance !== ofSubstance) continue;
    if (!some) yield html`<ul class="changes">`;
    some = true;
    yield changeItem(change, model, '');
  }
  yield some ? html`</ul>` : html`<p>There were none in these days.</p>`;
}

/** One change as an item of a list: what, from what, to what, when and why. */
export function changeItem(change: Change, { agreements }: SiteModel, up: string): Html {
  const { kind, about, what, from, to, reason, on, agreement, organisation } = change;
  const slug = agreements.slugOf(stemOf(agreement));
  const row = about === '' ? undefined : html`<strong>${about}</strong>`;
  const place = slug === undefined ? row : html`<a href="${up}agreement/${slug}.html">${row}</a>`;
  const said: Record<Change['kind'], Html> = {
    amended: html`${place} was amended: ${what}${fromTo(from, to)}`,
    'agreement changed': html`${place} says something else now: ${what}${fromTo(from, to)}`,
    withdrawn: html`${place} (${from}) was withdrawn from the register`,
    'added late': html`${place} (${to}) was added: an earlier register lacked it`,
    replaced: html`${place} was replaced by <strong>${to}</strong>`,
    renamed: html`${what} renamed${fromTo(from, to)}`,
  };
  const why = reason === '' ? html`No reason is recorded.` : html`Reason: ${reason}`;
  return html`<li><p>${said[kind]}</p><p class="quiet">${dayInWords(on)}${organisation === '' ? undefined : html` · ${organisation}`} · ${why}</p></li>
`;
}

function fromTo(from: string, to: string): Html {
  return html` <span class="change">from <del>${shortened(from)}</del> to <ins>${shortened(to)}</ins></span>`;
}

function shortened(text: string): string {
  if (text === '') return 'nothing';
  return text.length <= LONG ? text : `${text.slice(0, LONG)}… (${counted(text.length, 'character')})`;
}
