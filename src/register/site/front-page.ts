import { counted } from '../../kernel/counted.ts';
import { isWithin, monthLabel, rangeInWords } from '../../kernel/date-range.ts';
import { html, share } from '../../kernel/html.ts';
import { optOutDuty, saysApplied } from '../../kernel/opt-out-answer.ts';
import type { Change } from '../changes.ts';
import { type IndexedRegister, Is } from '../indexed-register.ts';
import { rowsOfRange } from '../register-views.ts';
import { changeItem } from './changes-page.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { barChart, columnChart, tiles } from './parts.ts';
import type { SiteModel } from './site-model.ts';

const TOP = 10;

/** The publication's days at a glance, with a table to download behind every chart. */
export function frontPage(frame: PageFrame): SiteFile[] {
  const { model, custodian } = frame;
  const { figures, indexed, mixed } = model;
  const applied = indexed.count(Is.ofRange | Is.applied);
  const identifiable = indexed.count(Is.ofRange | Is.identifiable);
  const accessed = indexed.count(Is.ofRange | Is.systemAccess);
  const changes = firstChanges(model);
  const datasetLink = (name: string): string | undefined => linkTo('dataset', model.datasets.slugOf(name));
  const forms = barChart(
    'type-of-data',
    'Could people be identified?',
    ['Type of data', 'Rows'],
    figures.by_identifiability,
    {
      tone: (label) => (/^identifiable/i.test(label) ? 'strong' : 'plain'),
    },
  );
  const answers = barChart(
    'opt-outs',
    'Were people’s opt-outs applied, and if not, why not?',
    ['Answer and reason', 'Rows'],
    figures.by_opt_outs,
    {
      most: 2 * TOP,
      tone: (label) => (saysApplied(label) ? 'good' : 'plain'),
    },
  );
  const types = barChart(
    'organisation-types',
    'What kinds of organisation received data?',
    ['Organisation type', 'Rows'],
    figures.by_organisation_type,
    { most: TOP },
  );
  const datasets = barChart('datasets', 'Which datasets?', ['Dataset', 'Rows'], figures.by_dataset, {
    most: TOP,
    link: datasetLink,
  });
  const law = barChart('legal-bases', 'On what legal basis?', ['Legal basis', 'Rows'], figures.by_legal_basis, {
    most: TOP,
  });
  const sensitive = barChart(
    'sensitivity',
    'Were the data sensitive?',
    ['Sensitive or not', 'Rows'],
    figures.by_sensitivity,
  );
  const months = columnChart('months', 'Rows by the month of release', ['Month', 'Rows'], byMonth(model));
  const departures = policyDepartures(indexed);
  const files = [forms, answers, types, datasets, law, sensitive, ...(byMonth(model).length > 1 ? [months] : [])];
  const content = html`
<h1>Who received data, and why</h1>
<p class="lead">${lead(model, custodian)}</p>
<form class="search" role="search" action="search.html" method="get">
<label for="q">Search organisations, agreements, datasets and what the data are for</label>
<div><input id="q" name="q" type="search" autocomplete="off"><button>Search</button></div>
</form>
${tiles([
  [figures.rows, 'rows: files, and datasets accessed', 'about.html#rows'],
  [figures.organisations, figures.organisations === 1 ? 'organisation' : 'organisations', 'organisations.html'],
  [figures.agreements, figures.agreements === 1 ? 'agreement version' : 'agreement versions', 'agreements.html'],
  [figures.datasets, figures.datasets === 1 ? 'dataset' : 'datasets', 'datasets.html'],
])}

<section aria-labelledby="identified">
<h2 id="identified">Identifiable or not</h2>
<p>${counted(identifiable, 'row')} (${share(identifiable, figures.rows)}) held data from which people could be identified. ${accessed > 0 ? `In ${counted(accessed, 'case')} nothing was sent: the recipient looked at data in the custodian’s own systems.` : ''}</p>
<div class="pair">${forms.html}${sensitive.html}</div>
</section>

<section aria-labelledby="optouts">
<h2 id="optouts">People’s opt-outs</h2>
<p>People can opt out of the use of their confidential patient information for research and planning. Opt-outs were applied to ${counted(applied, 'row')} (${share(applied, figures.rows)}). To the others they were not, for a reason that is given for each.</p>
${answers.html}
${departures}
${
  mixed.size === 0
    ? undefined
    : html`<div class="notice"><h3>The same data, with and without opt-outs</h3>
<p>${mixed.size === 1 ? 'Once' : counted(mixed.size, 'time')} one organisation received the same dataset in the same month both with opt-outs applied and without. That can be lawful, when the two were for different purposes or in different forms. <a href="mixed-opt-outs.html">See each of them, with the reasons</a>.</p></div>`
}
</section>

<section aria-labelledby="who">
<h2 id="who">Who, what and on what basis</h2>
<div class="pair">${types.html}${datasets.html}</div>
${law.html}
</section>

${byMonth(model).length > 1 ? html`<section aria-labelledby="time"><h2 id="time">Over time</h2>${months.html}</section>` : undefined}

<section aria-labelledby="changed">
<h2 id="changed">Changed since earlier registers</h2>
${
  changes.count === 0
    ? html`<p>Nothing that earlier registers said was amended, added or withdrawn in these days.</p>`
    : html`<p>${counted(changes.count, 'change')} to what the register said before ${changes.count === 1 ? 'was' : 'were'} recorded in these days.</p>
<ul class="changes">${changes.first.map((change) => changeItem(change, model, ''))}</ul>
<p><a href="changes.html">All changes, with what was said before and why it was changed</a></p>`
}
</section>

<section aria-labelledby="downloads">
<h2 id="downloads">Download</h2>
<ul>
<li><a href="data-release-register.xlsx" download>Data Release Register (XLSX)</a>: what was released ${rangeInWords(indexed.register.range)}, and amendments to earlier registers</li>
<li><a href="data-uses-register.xlsx" download>Data Uses Register (XLSX)</a>: every agreement, dataset and release up to the end of these days</li>
<li><a href="data-uses.json" download>Data uses (JSON)</a>, in the fields of the UK Health Data Research Alliance’s standard</li>
<li><a href="about.html#downloads">All tables as CSV, and the log to check them against</a></li>
</ul>
</section>`;
  return [page(frame, 'index.html', 'At a glance', [content]), ...files.map(({ file }) => file)];
}

/** How many changes there are in these days, and the first few. */
function firstChanges({ indexed }: SiteModel): { readonly count: number; readonly first: readonly Change[] } {
  const first: Change[] = [];
  let count = 0;
  for (const change of indexed.changes.ofRange()) {
    if (count < 5) first.push(change);
    count += 1;
  }
  return { count, first };
}

function lead({ figures, indexed }: SiteModel, custodian: string): string {
  const days = rangeInWords(indexed.register.range);
  if (figures.rows === 0) return `${custodian} released no data under a data sharing agreement ${days}.`;
  return `From ${days} ${custodian} gave ${counted(figures.organisations, 'organisation')} data about patients, or access to it, under ${counted(figures.agreements, 'version')} of data sharing agreements. Here is each release, who received it, what it is for, and on what legal basis.`;
}

/** Where the answer is another than policy alone would give: exemptions by name, and opt-outs applied all the same. */
function policyDepartures(indexed: IndexedRegister): ReturnType<typeof html> | undefined {
  let [beyond, exempt] = [0, 0];
  for (const { values } of rowsOfRange(indexed)) {
    const { required } = optOutDuty({
      identifiability: values.identifiability,
      commonLawDuty: values.common_law_duty,
      legalBasis: values.legal_basis,
    });
    const applied = saysApplied(values.opt_outs);
    if (applied && !required) beyond += 1;
    if (!applied && required) exempt += 1;
  }
  if (beyond + exempt === 0) return undefined;
  return html`<p>Policy requires opt-outs where identifiable data flow with support under section 251 of the NHS Act 2006. They were applied beyond that to ${counted(beyond, 'row')}, and not applied, by a named exemption, to ${counted(exempt, 'row')} where it would otherwise require them.</p>`;
}

/** The last three years of it, month by month; what an edition says of more than a month has no month. */
function byMonth({ indexed }: SiteModel): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const row of indexed.numbers(Is.standing)) {
    const released = indexed.periods[indexed.periodOf[row] ?? -1];
    if (released === undefined) continue;
    const month = released.to.slice(0, 7);
    if (!isWithin(released.from, { from: `${month}-01`, to: released.to })) continue;
    counts.set(month, (counts.get(month) ?? 0) + 1);
  }
  const known = [...counts.keys()].sort();
  return monthsBetween(known[0], known.at(-1))
    .slice(-36)
    .map((month) => [monthLabel(`${month}-01`), counts.get(month) ?? 0]);
}

/** Every month from one to another, so that a month without a release shows as one. */
function monthsBetween(first: string | undefined, last: string | undefined): string[] {
  const months: string[] = [];
  if (first === undefined || last === undefined) return months;
  let [year, month] = [Number(first.slice(0, 4)), Number(first.slice(5))];
  for (let name = first; name <= last; name = `${year}-${String(month).padStart(2, '0')}`) {
    months.push(name);
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
  }
  return months;
}

function linkTo(folder: string, slug: string | undefined): string | undefined {
  return slug === undefined ? undefined : `${folder}/${slug}.html`;
}
