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
  const { model } = frame;
  const ofSubstance = model.changes.filter(({ ofSubstance: is }) => is);
  const others = model.changes.filter(({ ofSubstance: is }) => !is);
  const list = (changes: readonly Change[]): Html =>
    html`<ul class="changes">${changes.map((change) => changeItem(change, model, ''))}</ul>`;
  const content = html`
<h1>Changes to what the register said</h1>
<p class="lead">A register that is corrected in silence can’t be trusted. What was said is never taken away: each correction stands beside it, with the reason.</p>
<p><a href="changes.csv" download>Download all changes of these days (CSV)</a></p>
<h2>Changes of substance</h2>
${ofSubstance.length === 0 ? html`<p>There were none in these days.</p>` : list(ofSubstance)}
<h2>Names and typography</h2>
<p>Renames of organisations and datasets, and corrections that change no meaning.</p>
${others.length === 0 ? html`<p>There were none in these days.</p>` : list(others)}`;
  return page(frame, 'changes.html', 'Changes', content);
}

/** One change as an item of a list: what, from what, to what, when and why. */
export function changeItem(change: Change, { agreements }: SiteModel, up: string): Html {
  const { kind, about, what, from, to, reason, on, agreement, organisation } = change;
  const subject = agreements.get(stemOf(agreement));
  const row = about === '' ? undefined : html`<strong>${about}</strong>`;
  const place = subject === undefined ? row : html`<a href="${up}agreement/${subject.slug}.html">${row}</a>`;
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
