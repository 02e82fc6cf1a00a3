import { rangeInWords } from '../../kernel/date-range.ts';
import { html, number } from '../../kernel/html.ts';
import type { Checkpoint } from '../../ledger/checkpoint.ts';
import { type PageFrame, page, type SiteFile } from './page.ts';

const ABOUT: Readonly<Record<string, string>> = {
  'data-release-register.DataReleases.csv': 'What was released in these days, a row a file',
  'data-release-register.PurposeStatements.csv': 'The purposes of the agreements behind them',
  'data-release-register.AmendmentsToPreviousRegisters.csv':
    'Rows of earlier registers that were corrected, or that they lacked',
  'data-uses-register.Agreements.csv': 'Every agreement version',
  'data-uses-register.Datasets.csv': 'What each version grants',
  'data-uses-register.DataReleases.csv': 'Every release up to the end of these days',
  'changes.csv': 'What was changed, from what, to what, when and why',
  'mixed-opt-outs.csv': 'The same dataset in the same month with and without opt-outs',
};

/** How to read the register, what can be downloaded (CSV files and how many rows each has), and how to check it. */
export function aboutPage(
  frame: PageFrame,
  rowCounts: ReadonlyMap<string, number>,
  checkpoint: Checkpoint,
  verifier: string,
): SiteFile {
  const { custodian, model } = frame;
  const content = html`
<h1>About this register</h1>
<p class="lead">It covers data that ${custodian} released ${rangeInWords(model.indexed.register.range)}, every earlier release that is on record, and every amendment to what was said before.</p>

<h2 id="rows">What a row is</h2>
<p>For extracts, one row is one physical file that was sent to a recipient; its reference stays its own for ever. For <em>system access</em>, where a recipient looks at data in the custodian’s own systems and receives nothing, one row is one dataset under one agreement, looked at at least once in the period. Frequent flows, daily ones say, have one row a dataset and agreement.</p>
<p>That no file is recorded for an agreement does not mean that no data were shared under it before this register began.</p>

<h2 id="words">What the words mean</h2>
<dl class="facts">
<div><dt>Identifiable</dt><dd>People can be identified from the data themselves.</dd></div>
<div><dt>Anonymised – ICO code compliant</dt><dd>No person can be identified from the data without other information that the recipient does not have and may not seek. Also called de-personalised.</dd></div>
<div><dt>Aggregated</dt><dd>Counts and other statistics about groups of people.</dd></div>
<div><dt>Opt-outs</dt><dd>People in England can opt out of the use of their confidential patient information for purposes beyond their own care. Each row says whether opt-outs were applied, and why or why not.</dd></div>
<div><dt>Section 251</dt><dd>Section 251 of the NHS Act 2006: confidential patient information may be used without consent where it can’t be had, with the support of the Confidentiality Advisory Group.</dd></div>
<div><dt>Common law duty of confidentiality</dt><dd>What people tell in confidence must be kept in confidence, unless they consent, a statute requires otherwise or section 251 applies.</dd></div>
<div><dt>Reference</dt><dd>DARS-NIC-nnnnnn-AAAAA-vX.Y: X grows when an agreement is renewed, amended or extended. What stands before the version stays.</dd></div>
</dl>

<h2 id="downloads">Downloads</h2>
<ul>
<li><a href="data-release-register.xlsx" download>data-release-register.xlsx</a>: the Data Release Register, six sheets</li>
<li><a href="data-uses-register.xlsx" download>data-uses-register.xlsx</a>: the Data Uses Register, three sheets</li>
<li><a href="data-uses.json" download>data-uses.json</a>: one record an agreement version, in the data-use register standard of the UK Health Data Research Alliance (version 2)</li>
${[...rowCounts].map(([path, rows]) => html`<li><a href="${path}" download>${path}</a> (${number(rows)} rows): ${ABOUT[path] ?? ''}</li>`)}
<li><a href="figures.json" download>figures.json</a>: the numbers behind the front page</li>
</ul>

<h2 id="check">Check it yourself</h2>
<p>Every decision and release is written to an append-only ledger. This publication carries a <a href="log/checkpoint">checkpoint</a> of it, signed by the custodian: the number of entries and one hash that depends on each of them. The <a href="log/entries.jsonl.gz" download>log</a> shows every entry. Where an entry holds what may not be published, such as a count that could single somebody out, a salted digest stands in its place.</p>
<p>With these files anybody can prove, without asking the custodian, that every row here is in the ledger, that no entry of a kind that is published was left out, and that a later publication goes on from an earlier one, with nothing removed and nothing rewritten:</p>
<pre><code>dars register verify THIS-PUBLICATION EARLIER-PUBLICATION… --key ‘${verifier}’</code></pre>
<p>Keep a copy of a publication, or of its checkpoint: that is what later ones are held against. Compare the key with the one that the custodian announced elsewhere.</p>
<dl class="facts">
<div><dt>Log</dt><dd><code>${checkpoint.origin}</code></dd></div>
<div><dt>Entries</dt><dd>${number(checkpoint.size)}</dd></div>
<div><dt>Root</dt><dd><code>${Buffer.from(checkpoint.root).toString('base64')}</code></dd></div>
<div><dt>Key</dt><dd><code>${verifier}</code></dd></div>
</dl>
<p>Formats: <code>checkpoint</code> and <code>publication.note</code> are signed notes (C2SP signed-note, tlog-checkpoint), <code>log/tile/</code> holds the Merkle tree (RFC 6962, C2SP tlog-tiles).</p>`;
  return page(frame, 'about.html', 'About and downloads', [content]);
}
