import { counted } from '../../kernel/counted.ts';
import { type Html, html } from '../../kernel/html.ts';
import { stemOf } from '../agreement-facts.ts';
import type { AnswerCount } from '../mixed-opt-outs.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { dataTable } from './parts.ts';
import type { SiteModel } from './site-model.ts';

/** Who received the same dataset in the same month with opt-outs applied and without. */
export function mixedPage(frame: PageFrame): SiteFile {
  const { model } = frame;
  const rows = model.mixed.map(({ organisation, dataset, month, applied, notApplied }) => [
    organisationLink(organisation, model, ''),
    html`<a href="dataset/${model.datasets.get(dataset)?.slug ?? ''}.html">${dataset}</a>`,
    html`<span class="ref">${month}</span>`,
    answers(applied, model),
    answers(notApplied, model),
  ]);
  const content = html`
<h1>The same data, with and without opt-outs</h1>
<p class="lead">${counted(rows.length, 'time')} in these days, one organisation received the same dataset in the same month both with people’s opt-outs applied and without.</p>
<p>That can be lawful: opt-outs depend on what the data reveal and on the legal basis of each flow, and one organisation can hold several agreements. It is shown here so that nobody has to find it out.</p>
<p><a href="mixed-opt-outs.csv" download>Download this table (CSV)</a></p>
${rows.length === 0 ? undefined : dataTable('Received with and without opt-outs', ['Organisation', 'Dataset', 'Month', 'With opt-outs applied', 'Without'], rows)}`;
  return page(frame, 'mixed-opt-outs.html', 'With and without opt-outs', content);
}

function answers(counts: readonly AnswerCount[], model: SiteModel): Html {
  return html`<ul class="plain">${counts.map(
    ({ answer, rows, agreements }) =>
      html`<li>${counted(rows, 'row')}: ${answer.replace(/^\s*(yes|no)\s*-\s*/i, '')}<br>${agreements.map((each, index) => html`${index === 0 ? '' : ', '}${agreementLink(each, model)}`)}</li>`,
  )}</ul>`;
}

function agreementLink(reference: string, { agreements }: SiteModel): Html {
  const subject = agreements.get(stemOf(reference));
  return subject === undefined ? html`${reference}` : html`<a href="agreement/${subject.slug}.html">${reference}</a>`;
}

export function organisationLink(name: string, { organisations }: SiteModel, up: string): Html {
  const subject = organisations.get(name);
  return subject === undefined ? html`${name}` : html`<a href="${up}organisation/${subject.slug}.html">${name}</a>`;
}
