import { Html, html, number } from '../../kernel/html.ts';
import type { SizeBand } from './class-risk.ts';
import type { Risk } from './measure-risk.ts';
import { changesOf, figure, percent, type RiskOf } from './risk-report.ts';

/**
 * The report as a page: one file, no script, nothing from elsewhere. It holds exact counts: for the custodian, who keeps
 * it beside the release and does not send it.
 */
export function riskPage(about: RiskOf, risk: Risk): string {
  const { classes } = risk;
  const title = `Risk of ${about.pipeline}`;
  const share = (count: number): string => (classes.people === 0 ? '–' : percent(count / classes.people));
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<header>
<p class="keep">For the custodian only: this page holds exact small counts.</p>
<h1>How easily could people be found?</h1>
<p class="about">Pipeline <b>${about.pipeline}</b> under ${about.agreement}, ${about.day}${about.release === undefined ? '' : `; release ${about.release}`}. ${about.custodian}.</p>
</header>
${verdict(about, risk)}
<section aria-labelledby="at-a-glance">
<h2 id="at-a-glance">At a glance</h2>
<p>${number(classes.people)} people are in the output; the full source knows ${number(classes.population)}. People are counted, not rows: what an attacker may know of somebody is every value that their rows have.</p>
<table>
<thead><tr><th scope="col">Attacker</th><th scope="col">who knows that somebody is</th><th scope="col" class="n">highest risk</th><th scope="col" class="n">average risk</th><th scope="col" class="n">alone</th><th scope="col" class="n">in classes under ${risk.k}</th></tr></thead>
<tbody>
<tr><th scope="row">Prosecutor</th><td>in the output</td><td class="n">${figure(classes.prosecutorHighest)}</td><td class="n">${figure(classes.prosecutorAverage)}</td><td class="n">${number(classes.uniques)} (${share(classes.uniques)})</td><td class="n">${number(classes.belowK)} (${share(classes.belowK)})</td></tr>
<tr><th scope="row">Journalist</th><td>among all in the source</td><td class="n">${figure(classes.journalistHighest)}</td><td class="n">${figure(classes.journalistAverage)}</td><td class="n">${number(classes.populationUniques)} (${share(classes.populationUniques)})</td><td class="n">${number(classes.belowKInPopulation)} (${share(classes.belowKInPopulation)})</td></tr>
<tr><th scope="row">Marketer</th><td>anybody, as many as can be had</td><td class="n"></td><td class="n">${figure(classes.marketer)}</td><td class="n"></td><td class="n"></td></tr>
</tbody>
</table>
</section>
<section aria-labelledby="sizes">
<h2 id="sizes">How many look alike</h2>
<p>People by the number of those with the same values, in the output and in the full source. The further to the right, the better hidden.</p>
${histogram(risk.bands, classes.people)}
</section>
<section aria-labelledby="columns">
<h2 id="columns">What gives people away</h2>
<p>Each column alone: the share of pairs of people that it tells apart, and how many people it singles out by itself.</p>
${bars(risk.columns.map(({ name, separation, uniques, values }) => ({ name, share: separation, note: `${percent(separation)}; ${number(values)} values; ${number(uniques)} singled out` })))}
${specialUniques(risk)}
</section>
${trajectories(risk)}
${sensitive(risk)}
<section aria-labelledby="method">
<h2 id="method">How this was measured</h2>
<p>A class is everybody with the same values in all columns above; f is its size in the output, F in the full source, which the custodian holds and which is counted, not estimated. Prosecutor 1/f; journalist 1/F, with the average of El Emam; marketer (1/n) Σ f/F. People outside the output count into F if all that the source says of them in the period (or ever, for those without a row in it) is the same; so F is never too large. Special uniques are minimal sample uniques of up to three columns. Known events are drawn from each person’s own, at most 10,000 people. Loss is the share of the columns’ entropy over people.</p>
<p class="quiet">Plan ${about.plan}.</p>
</section>
</main>
</body>
</html>
`;
  return page.text;
}

function verdict({ release }: RiskOf, risk: Risk): Html {
  if (risk.breaches.length === 0)
    return html`<p class="verdict good"><b>Within the agreement’s thresholds.</b> No measure is above what the agreement allows.</p>`;
  return html`<section class="verdict bad" aria-label="Verdict">
<p><b>Above the agreement’s thresholds.</b> ${release === undefined ? 'A run would be refused.' : 'Nothing was released.'}</p>
<ul>${risk.breaches.map(({ measure, value, limit }) => html`<li><code>${measure}</code> is ${figure(value)}; the agreement allows ${figure(limit)}</li>`)}</ul>
${
  risk.proposals.length === 0
    ? html`<p>No recoding of the quasi-identifiers alone would be enough.</p>`
    : html`<p>Recodings that would be enough; nothing is changed by itself:</p>
<table><thead><tr><th scope="col">change</th><th scope="col" class="n">what is lost</th><th scope="col" class="n">smallest class then</th><th scope="col" class="n">alone then</th></tr></thead>
<tbody>${risk.proposals.map((proposal) => html`<tr><td>${changesOf(proposal)}${proposal.least ? ' (the least loss there is)' : ''}</td><td class="n">${percent(proposal.loss)}</td><td class="n">${number(proposal.after.smallestClass)}</td><td class="n">${number(proposal.after.uniques)}</td></tr>`)}</tbody></table>`
}
</section>`;
}

const WIDTH = 720;
const HEIGHT = 220;

/** Two bars a band: in the output, and in the source. */
function histogram(bands: readonly SizeBand[], people: number): Html {
  const most = Math.max(1, ...bands.flatMap((band) => [band.people, band.inPopulation]));
  const step = WIDTH / bands.length;
  const label = ({ from, to }: SizeBand): string =>
    to === null ? `${number(from)}+` : to === from ? number(from) : `${number(from)}–${number(to)}`;
  const bar = (x: number, count: number, kind: string): Html => {
    const height = (count / most) * (HEIGHT - 30);
    return html`<rect class="${kind}" x="${x.toFixed(1)}" y="${(HEIGHT - height).toFixed(1)}" width="${(step * 0.36).toFixed(1)}" height="${height.toFixed(1)}"><title>${number(count)} people</title></rect>`;
  };
  const columns = bands.map((band, index) => {
    const x = index * step;
    const share = people === 0 ? '' : percent(band.people / people);
    return html`${bar(x + step * 0.12, band.people, 'own')}${bar(x + step * 0.52, band.inPopulation, 'all')}
<text x="${(x + step / 2).toFixed(1)}" y="${HEIGHT + 18}" text-anchor="middle">${label(band)}</text>
<text class="small" x="${(x + step * 0.3).toFixed(1)}" y="${(HEIGHT - (band.people / most) * (HEIGHT - 30) - 5).toFixed(1)}" text-anchor="middle">${band.people === 0 ? '' : share}</text>`;
  });
  return html`<figure>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 28}" role="img" aria-label="People by the size of their class">${columns}<line x1="0" y1="${HEIGHT}" x2="${WIDTH}" y2="${HEIGHT}"/></svg>
<figcaption><span class="key own"></span> in the output <span class="key all"></span> in the full source</figcaption>
<details><summary>The figures</summary>
<table><thead><tr><th scope="col">people alike</th><th scope="col" class="n">in the output</th><th scope="col" class="n">in the full source</th></tr></thead>
<tbody>${bands.map((band) => html`<tr><th scope="row">${label(band)}</th><td class="n">${number(band.people)}</td><td class="n">${number(band.inPopulation)}</td></tr>`)}</tbody></table>
</details>
</figure>`;
}

/** One bar a line, with its name before and its figure behind it. */
function bars(rows: readonly { readonly name: string; readonly share: number; readonly note: string }[]): Html {
  if (rows.length === 0) return html`<p>There is nothing to show.</p>`;
  return html`<table class="bars"><tbody>${rows.map(
    ({ name, share, note }) =>
      html`<tr><th scope="row">${name}</th><td><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="100" height="10"/><rect class="own" width="${(100 * Math.min(1, share)).toFixed(2)}" height="10"/></svg></td><td>${note}</td></tr>`,
  )}</tbody></table>`;
}

function specialUniques({ special, classes }: Risk): Html {
  const [one, two, three] = special.people;
  const share = (people: number | undefined): string =>
    `${number(people ?? 0)} people (${classes.people === 0 ? '–' : percent((people ?? 0) / classes.people)})`;
  return html`<h3>Few columns are enough</h3>
<p>A single column singles out ${share(one?.people)}, two taken together ${share(two?.people)} more, three ${share(three?.people)} more.</p>
${
  special.sets.length === 0
    ? undefined
    : html`<table><thead><tr><th scope="col">columns, none of which can be spared</th><th scope="col" class="n">people singled out</th></tr></thead>
<tbody>${special.sets.map(({ columns, people }) => html`<tr><td>${columns.join(' + ')}</td><td class="n">${number(people)}</td></tr>`)}</tbody></table>`
}
<p>Of the people who are singled out so, the share for whom a column plays a part in it:</p>
${bars(special.weight.map(({ column, share: part }) => ({ name: column, share: part, note: percent(part) })))}`;
}

function trajectories({ trajectories: found, events }: Risk): Html | undefined {
  if (found.length === 0) return undefined;
  return html`<section aria-labelledby="events">
<h2 id="events">What somebody saw</h2>
<p>A neighbour, a colleague or a newspaper knows of an event: ${events.join(', ')}. The share of people whom one, two or three such events single out in the output.</p>
${bars(
  found.map(({ known, people, uniques }) => ({
    name: known === 1 ? '1 event' : `${known} events`,
    share: people === 0 ? 0 : uniques / people,
    note: people === 0 ? 'nobody has so many' : `${percent(uniques / people)} of ${number(people)} people`,
  })),
)}
</section>`;
}

function sensitive({ sensitive: found, classes }: Risk): Html | undefined {
  if (found.length === 0) return undefined;
  return html`<section aria-labelledby="sensitive">
<h2 id="sensitive">What a class tells without anybody being found</h2>
<table><thead><tr><th scope="col">column</th><th scope="col" class="n">distinct l</th><th scope="col" class="n">entropy l</th><th scope="col" class="n">t-closeness</th><th scope="col" class="n">most who share a value</th><th scope="col" class="n">value learnt of</th></tr></thead>
<tbody>${found.map(
    (each) =>
      html`<tr><th scope="row">${each.name}</th><td class="n">${number(each.distinct)}</td><td class="n">${figure(each.entropy)}</td><td class="n">${figure(each.closeness)}</td><td class="n">${percent(each.sameValue)}</td><td class="n">${number(each.learnt)} (${classes.people === 0 ? '–' : percent(each.learnt / classes.people)})</td></tr>`,
  )}</tbody></table>
</section>`;
}

const STYLE = `
:root{--ink:#1b2733;--quiet:#4a5a68;--paper:#fff;--line:#c9d2d9;--own:#005eb8;--all:#8fb8de;--track:#e4eaee;--good:#005a30;--good-paper:#e3f3ea;--bad:#7a1444;--bad-paper:#fbe8f0}
@media (prefers-color-scheme:dark){:root{--ink:#e7edf2;--quiet:#aebbc6;--paper:#10181f;--line:#36454f;--own:#5aa9f5;--all:#2f5f8c;--track:#26343e;--good:#9be0ba;--good-paper:#123524;--bad:#ffb3d1;--bad-paper:#44152b}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Arial,sans-serif}
main{max-width:56rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
h1{font-size:2rem;line-height:1.2;margin:.5rem 0}h2{margin:2.5rem 0 .5rem;font-size:1.35rem}h3{margin:1.5rem 0 .25rem;font-size:1.05rem}
p{max-width:44rem}.about,.quiet,figcaption{color:var(--quiet)}.quiet{font-size:.85rem;overflow-wrap:anywhere}
.keep{display:inline-block;margin:0;padding:.2rem .6rem;border:1px solid currentColor;color:var(--bad);font-size:.85rem;font-weight:600}
.verdict{margin:1.5rem 0;padding:.75rem 1rem;border-left:6px solid;max-width:none}
.good{background:var(--good-paper);border-color:var(--good)}.bad{background:var(--bad-paper);border-color:var(--bad)}
.verdict p{margin:.25rem 0}.verdict ul{margin:.25rem 0 .75rem}
table{border-collapse:collapse;width:100%;margin:.75rem 0;font-size:.95rem}
th,td{padding:.4rem .6rem .4rem 0;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{font-size:.85rem;color:var(--quiet);font-weight:600}.n{text-align:right;font-variant-numeric:tabular-nums}
.bars th{width:13rem;font-weight:600;overflow-wrap:anywhere}.bars td:nth-child(2){width:45%}.bars svg{display:block;width:100%;height:.9rem;margin-top:.3rem}
figure{margin:1rem 0}figure svg{display:block;width:100%;height:auto}svg text{fill:var(--ink);font:12px system-ui,Arial,sans-serif}svg .small{fill:var(--quiet);font-size:10.5px}svg line{stroke:var(--line)}
.own{fill:var(--own);background:var(--own)}.all{fill:var(--all);background:var(--all)}.track{fill:var(--track)}
.key{display:inline-block;width:.8rem;height:.8rem;margin:0 .25rem 0 1rem}figcaption .key:first-child{margin-left:0}
summary{cursor:pointer;color:var(--quiet)}
@media (max-width:40rem){.bars td:nth-child(2){width:30%}.bars th{width:8rem}table{font-size:.85rem}}
@media print{body{font-size:11pt}details{display:none}}
`;
