import { html } from '../../kernel/html.ts';
import { purposeOf } from './organisation-pages.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';
import { byName, type SiteModel } from './site-model.ts';

/*
 * Search without a server. Words of every agreement (names, datasets, purposes) point to agreements; the words lie in
 * files by their first two letters, as scripts rather than JSON, so that a page opened from a disk can load them as
 * well. A search loads the list of agreements once and one file a word.
 */

/** Words that stand in nearly every text find nothing. */
const COMMON = new Set(
  'a an and are as at be been by can data for from has have in into is it its may not of on or that the their them there these they this those to under was were which who will with within'.split(
    ' ',
  ),
);

/** The search page, the list of agreements and the index of words. */
export function* searchFiles(frame: PageFrame): Generator<SiteFile> {
  const { model } = frame;
  const agreements = [...model.agreements.values()].sort((a, b) =>
    byName({ name: `${a.organisation} ${a.name}` }, { name: `${b.organisation} ${b.name}` }),
  );
  yield searchPage(frame);
  const listed = agreements.map((each) => [
    each.slug,
    each.name,
    each.organisation,
    purposeOf(each.title, each.versions.at(-1)?.facts.objective, 110),
    each.rows.length,
  ]);
  const index = indexOf(agreements);
  const parts = index.map(([part]) => part);
  yield { path: 'search/agreements.js', text: `registerSearch.agreements(${script(listed)},${script(parts)});\n` };
  for (const [part, words] of index) {
    yield { path: `search/words-${part}.js`, text: `registerSearch.words(${script(part)},${script(words)});\n` };
  }
}

function searchPage(frame: PageFrame): SiteFile {
  const content = html`
<h1>Search</h1>
<form class="search" role="search" id="search" method="get" action="search.html">
<label for="q">Words in names, datasets and what the data are for</label>
<div><input id="q" name="q" type="search" autocomplete="off"><button>Search</button></div>
</form>
<p class="quiet">Whole words are found, in any order; each result has all of them. Results where a name has the words come first.</p>
<noscript><p class="notice">Searching needs JavaScript. Without it, use the lists of <a href="organisations.html">organisations</a>, <a href="agreements.html">agreements</a> and <a href="datasets.html">datasets</a>, and your browser’s own search in a page.</p></noscript>
<p id="found" role="status"></p>
<ol id="results" class="results"></ol>`;
  return page(frame, 'search.html', 'Search', content, true);
}

/** Part -> word -> places of agreements in the list, as differences in base 36; `!` marks those with it in a name. */
function indexOf(agreements: readonly SiteModelAgreement[]): [string, Record<string, string>][] {
  const places = new Map<string, { at: number; list: string[] }>();
  for (const [at, agreement] of agreements.entries()) {
    const names = wordsOf(namesOf(agreement));
    const all = new Set([...names, ...wordsOf(textsOf(agreement))]);
    for (const word of all) {
      if (COMMON.has(word)) continue;
      const known = places.get(word) ?? { at: 0, list: [] };
      known.list.push(`${(at - known.at).toString(36)}${names.has(word) ? '!' : ''}`);
      known.at = at;
      places.set(word, known);
    }
  }
  const parts = new Map<string, Record<string, string>>();
  for (const word of [...places.keys()].sort()) {
    const part = partOf(word);
    const words = parts.get(part) ?? (Object.create(null) as Record<string, string>);
    words[word] = places.get(word)?.list.join(',') ?? '';
    parts.set(part, words);
  }
  return [...parts].sort(([a], [b]) => (a < b ? -1 : 1));
}

type SiteModelAgreement = SiteModel['agreements'] extends ReadonlyMap<string, infer A> ? A : never;

function namesOf({ name, title, organisation, rows, versions }: SiteModelAgreement): string {
  const datasets = [
    ...rows.map(({ values }) => values.dataset),
    ...versions.flatMap(({ facts }) => (facts.datasets ?? []).map((each) => each.title)),
  ];
  const former = versions.flatMap(({ formerOrganisation }) => formerOrganisation ?? []);
  const references = versions.map(({ reference }) => reference);
  return [name, title, organisation, ...former, ...references, ...new Set(datasets)].join(' ');
}

function textsOf({ versions, rows }: SiteModelAgreement): string {
  return [
    ...versions.flatMap(({ facts }) => [
      ...[facts.objective, facts.processing, facts.outputs, facts.benefits, facts.yielded_benefits, facts.funder],
      facts.organisation_type,
      ...(facts.controllers ?? []).map(({ name }) => name),
      ...(facts.processors ?? []),
    ]),
    ...new Set(rows.map(({ id }) => id)),
  ].join(' ');
}

/** The same in `assets/register.js`: lower case, accents off, letters and digits of any script. */
export function wordsOf(text: string): Set<string> {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f]/g, '')
    .toLowerCase();
  return new Set(plain.match(/[\p{L}\p{N}]+/gu)?.map((word) => word.slice(0, 40)));
}

/** The file that a word lies in: its first two letters, if they are plain. */
export function partOf(word: string): string {
  return /^[a-z0-9]{2}/.exec(word)?.[0] ?? 'other';
}

/** JSON that may stand in a script file, whatever the file is taken for. */
function script(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}
