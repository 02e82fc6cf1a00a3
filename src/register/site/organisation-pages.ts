import { counted } from '../../kernel/counted.ts';
import { html, share } from '../../kernel/html.ts';
import { saysApplied } from '../../kernel/opt-out-answer.ts';
import { changeItem } from './changes-page.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { dataTable, linkList, tiles } from './parts.ts';
import { rowTable } from './row-table.ts';
import { byName, grouped, type OrganisationSubject } from './site-model.ts';

/** The list of organisations. */
export function organisationList(frame: PageFrame): SiteFile {
  const { model } = frame;
  const current = grouped(model.rows, ({ values }) => values.organisation);
  const all = [...model.organisations.values()].sort(byName);
  const rows = all.map((organisation) => [
    html`<a href="organisation/${organisation.slug}.html">${organisation.name}</a>`,
    organisation.type,
    organisation.agreements.length,
    current.get(organisation.name)?.length ?? 0,
    organisation.rows.length,
  ]);
  const content = html`
<h1>Organisations</h1>
<p class="lead">${counted(all.length, 'organisation')} received data, or ${all.length === 1 ? 'has' : 'have'} an agreement under which it may.</p>
<p class="filter" hidden><label for="filter">Show only names with</label> <input id="filter" type="search" data-filters="list" autocomplete="off"> <span id="filtered" role="status"></span></p>
${dataTable('Organisations', ['Organisation', 'Type', 'Agreements', 'Rows in these days', 'Rows in all'], rows, { id: 'list' })}`;
  return page(frame, 'organisations.html', 'Organisations', content, true);
}

/** One page an organisation: what it received, under which agreements, and with which answer to opt-outs. */
export function* organisationPages(frame: PageFrame): Generator<SiteFile> {
  const changes = grouped(frame.model.allChanges, ({ organisation }) => organisation);
  const mixed = grouped(frame.model.mixed, ({ organisation }) => organisation);
  for (const organisation of frame.model.organisations.values()) {
    const theirs = changes.get(organisation.name) ?? [];
    const flags = mixed.get(organisation.name) ?? [];
    yield organisationPage(
      frame,
      organisation,
      theirs,
      flags.map(({ dataset }) => dataset),
    );
  }
}

function organisationPage(
  frame: PageFrame,
  organisation: OrganisationSubject,
  changes: PageFrame['model']['allChanges'],
  mixed: readonly string[],
): SiteFile {
  const { model } = frame;
  const { name, type, rows, agreements, formerly, alike, slug } = organisation;
  const applied = rows.filter(({ values }) => saysApplied(values.opt_outs)).length;
  const datasets = [...grouped(rows, ({ values }) => values.dataset)].sort(([a], [b]) =>
    byName({ name: a }, { name: b }),
  );
  const content = html`
<p class="crumb"><a href="../organisations.html">Organisations</a></p>
<h1>${name}</h1>
<p class="lead">${type === '' ? undefined : html`${type}. `}${rows.length === 0 ? html`No release is recorded yet.` : html`Opt-outs were applied to ${applied} of ${counted(rows.length, 'row')} (${share(applied, rows.length)}).`}</p>
${formerly.length === 0 ? undefined : html`<p>Formerly ${formerly.join('; ')}.</p>`}
${alike.length === 0 ? undefined : html`<p>The register spells this name in other ways as well: ${alike.map((other, index) => html`${index === 0 ? '' : ', '}<a href="${other.slug}.html">${other.name}</a>`)}.</p>`}
${tiles([
  [rows.length, 'rows', '#rows'],
  [agreements.length, agreements.length === 1 ? 'agreement' : 'agreements', '#agreements'],
  [datasets.length, datasets.length === 1 ? 'dataset' : 'datasets', '#datasets'],
])}
${mixed.length === 0 ? undefined : html`<div class="notice"><h2>With and without opt-outs</h2><p>In these days it received ${counted(mixed.length, 'dataset')} both with opt-outs applied and without: ${mixed.join('; ')}. <a href="../mixed-opt-outs.html">See why</a>.</p></div>`}
<h2 id="agreements">Agreements</h2>
${dataTable(
  'Agreements',
  ['Agreement', 'What it is for', 'Versions', 'Rows'],
  agreements.map((each) => [
    html`<a class="ref" href="../agreement/${each.slug}.html">${each.name}</a>`,
    purposeOf(each.title, each.versions.at(-1)?.facts.objective),
    each.versions.length,
    each.rows.filter(({ values }) => values.organisation === name).length,
  ]),
)}
<h2 id="datasets">Datasets</h2>
${
  datasets.length === 0
    ? html`<p>None yet.</p>`
    : linkList(
        datasets.map(([dataset, own]) => ({
          name: `${dataset} (${own.length})`,
          to: `../dataset/${model.datasets.get(dataset)?.slug ?? ''}.html`,
        })),
      )
}
<h2 id="rows">What was received</h2>
${rows.length === 0 ? html`<p>No file is recorded. That does not mean that no data were shared before this register began.</p>` : rowTable('Rows of the register', rows, ['row', 'month', 'dataset', 'agreement', 'form', 'opt-outs'], model)}
${changes.length === 0 ? undefined : html`<h2>Changes to what the register said</h2><ul class="changes">${changes.map((change) => changeItem(change, model, '../'))}</ul>`}`;
  return page(frame, `organisation/${slug}.html`, name, content);
}

/** A title, or the beginning of the objective. */
export function purposeOf(title: string, objective: string | undefined, most = 160): string {
  if (title !== '') return title;
  const text = (objective ?? '').replaceAll(/\s+/g, ' ').trim();
  return text.length <= most ? text : `${text.slice(0, most - 2).replace(/\s\S*$/, '')} …`;
}
