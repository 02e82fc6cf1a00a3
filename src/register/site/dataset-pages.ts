import { counted } from '../../kernel/counted.ts';
import { html, share } from '../../kernel/html.ts';
import { saysApplied } from '../../kernel/opt-out-answer.ts';
import { stemOf } from '../agreement-facts.ts';
import { organisationLink } from './mixed-page.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { answerMark, dataTable, tiles } from './parts.ts';
import { byName, grouped, type Subject } from './site-model.ts';

/** The list of datasets. */
export function datasetList(frame: PageFrame): SiteFile {
  const { model } = frame;
  const current = grouped(model.rows, ({ values }) => values.dataset);
  const all = [...model.datasets.values()].sort(byName);
  const rows = all.map(({ name, slug, rows: own }) => [
    html`<a href="dataset/${slug}.html">${name}</a>`,
    new Set(own.map(({ values }) => values.organisation)).size,
    current.get(name)?.length ?? 0,
    own.length,
    share(own.filter(({ values }) => saysApplied(values.opt_outs)).length, own.length),
  ]);
  const content = html`
<h1>Datasets</h1>
<p class="lead">${counted(all.length, 'dataset')} that ${frame.custodian} gave out, or may.</p>
${dataTable('Datasets', ['Dataset', 'Organisations', 'Rows in these days', 'Rows in all', 'With opt-outs applied'], rows)}`;
  return page(frame, 'datasets.html', 'Datasets', content);
}

/** One page a dataset: who received it, under which agreements, with which answer to opt-outs. */
export function* datasetPages(frame: PageFrame): Generator<SiteFile> {
  for (const dataset of frame.model.datasets.values()) yield datasetPage(frame, dataset);
}

function datasetPage(frame: PageFrame, { name, slug, rows }: Subject): SiteFile {
  const { model } = frame;
  const organisations = [...grouped(rows, ({ values }) => values.organisation)].sort(([a], [b]) =>
    byName({ name: a }, { name: b }),
  );
  const agreements = new Set(rows.map(({ values }) => stemOf(values.agreement)));
  const applied = rows.filter(({ values }) => saysApplied(values.opt_outs)).length;
  const identifiable = rows.filter(({ values }) => /^identifiable/i.test(values.identifiability)).length;
  const answers = [...grouped(rows, ({ values }) => values.opt_outs)].sort((a, b) => b[1].length - a[1].length);
  const formerly = [...new Set(rows.flatMap((row) => row.formerly.dataset ?? []))];
  const content = html`
<p class="crumb"><a href="../datasets.html">Datasets</a></p>
<h1>${name}</h1>
<p class="lead">${rows.length === 0 ? 'No release is recorded yet.' : `Identifiable in ${identifiable} of ${counted(rows.length, 'row')}; opt-outs were applied to ${applied} (${share(applied, rows.length)}).`}</p>
${formerly.length === 0 ? undefined : html`<p>Formerly ${formerly.join('; ')}.</p>`}
${tiles([
  [rows.length, 'rows', '#organisations'],
  [organisations.length, 'organisations', '#organisations'],
  [agreements.size, 'agreements', '#organisations'],
])}
${
  answers.length === 0
    ? undefined
    : html`<h2>Opt-outs</h2>${dataTable(
        'Answers and reasons',
        ['Opt-outs', 'Rows'],
        answers.map(([answer, own]) => [answerMark(answer), own.length]),
      )}`
}
<h2 id="organisations">Who received it</h2>
${
  organisations.length === 0
    ? html`<p>Nobody yet.</p>`
    : dataTable(
        'Organisations',
        ['Organisation', 'Agreements', 'Rows', 'With opt-outs applied'],
        organisations.map(([organisation, own]) => [
          organisationLink(organisation, model, '../'),
          html`<ul class="plain">${[...new Set(own.map(({ values }) => stemOf(values.agreement)))].map((stem) => html`<li><a href="../agreement/${model.agreements.get(stem)?.slug ?? ''}.html">${stem}</a></li>`)}</ul>`,
          own.length,
          own.filter(({ values }) => saysApplied(values.opt_outs)).length,
        ]),
      )
}`;
  return page(frame, `dataset/${slug}.html`, name, content);
}
