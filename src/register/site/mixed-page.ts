import { counted } from '../../kernel/counted.ts';
import { type Html, html } from '../../kernel/html.ts';
import { stemOf } from '../agreement-facts.ts';
import type { AnswerCount } from '../mixed-opt-outs.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { dataTable } from './parts.ts';
import type { SiteModel } from './site-model.ts';

/** Who received the same dataset in the same month with opt-outs applied and without. */
export function mixedPage(frame: PageFrame): SiteFile {
  return page(frame, 'mixed-opt-outs.html', 'With and without opt-outs', content(frame.model));
}

function* content(model: SiteModel): Generator<Html> {
  const { mixed } = model;
  yield html`
<h1>The same data, with and without opt-outs</h1>
<p class="lead">${counted(mixed.size, 'time')} in these days, one organisation received the same dataset in the same month both with people’s opt-outs applied and without.</p>
<p>That can be lawful: opt-outs depend on what the data reveal and on the legal basis of each flow, and one organisation can hold several agreements. It is shown here so that nobody has to find it out.</p>
<p><a href="mixed-opt-outs.csv" download>Download this table (CSV)</a></p>
`;
  if (mixed.size === 0) return;
  const heads = ['Organisation', 'Dataset', 'Month', 'With opt-outs applied', 'Without'];
  yield* dataTable('Received with and without opt-outs', heads, rows(model));
}

function* rows(model: SiteModel): Generator<readonly Html[]> {
  for (const { organisation, dataset, month, applied, notApplied } of model.mixed) {
    yield [
      organisationLink(organisation, model, ''),
      html`<a href="dataset/${model.datasets.slugOf(dataset) ?? ''}.html">${dataset}</a>`,
      html`<span class="ref">${month}</span>`,
      answers(applied, model),
      answers(notApplied, model),
    ];
  }
}

function answers(counts: readonly AnswerCount[], model: SiteModel): Html {
  return html`<ul class="plain">${counts.map(
    ({ answer, rows, agreements }) =>
      html`<li>${counted(rows, 'row')}: ${answer.replace(/^\s*(yes|no)\s*-\s*/i, '')}<br>${agreements.map((each, index) => html`${index === 0 ? '' : ', '}${agreementLink(each, model)}`)}</li>`,
  )}</ul>`;
}

function agreementLink(reference: string, { agreements }: SiteModel): Html {
  const slug = agreements.slugOf(stemOf(reference));
  return slug === undefined ? html`${reference}` : html`<a href="agreement/${slug}.html">${reference}</a>`;
}

export function organisationLink(name: string, { organisations }: SiteModel, up: string): Html {
  const slug = organisations.slugOf(name);
  return slug === undefined ? html`${name}` : html`<a href="${up}organisation/${slug}.html">${name}</a>`;
}
