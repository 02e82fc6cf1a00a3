import type { Checkpoint } from '../../ledger/checkpoint.ts';
import { aboutPage } from './about-page.ts';
import { agreementList, agreementPages } from './agreement-pages.ts';
import { changesPage } from './changes-page.ts';
import { datasetList, datasetPages } from './dataset-pages.ts';
import { frontPage } from './front-page.ts';
import { mixedPage } from './mixed-page.ts';
import { organisationList, organisationPages } from './organisation-pages.ts';
import type { SiteFile } from './page.ts';
import { searchFiles } from './search-index.ts';
import type { SiteModel } from './site-model.ts';

/** The style and the script of the site, which are files of their own. */
export interface SiteAssets {
  readonly css: string;
  readonly js: string;
}

export interface SiteInput {
  readonly model: SiteModel;
  /** The CSV files that the site offers, and how many rows each has. */
  readonly rowCounts: ReadonlyMap<string, number>;
  readonly custodian: string;
  readonly checkpoint: Checkpoint;
  /** The key that checks the publication's signatures. */
  readonly verifier: string;
  readonly assets: SiteAssets;
}

/** Every page of the web site, its tables to download, its search index, style and script. */
export function* sitePages({
  model,
  rowCounts,
  custodian,
  checkpoint,
  verifier,
  assets,
}: SiteInput): Generator<SiteFile> {
  const frame = { custodian, model };
  yield* frontPage(frame);
  yield organisationList(frame);
  yield agreementList(frame);
  yield datasetList(frame);
  yield changesPage(frame);
  yield mixedPage(frame);
  yield aboutPage(frame, rowCounts, checkpoint, verifier);
  yield* organisationPages(frame);
  yield* agreementPages(frame);
  yield* datasetPages(frame);
  yield* searchFiles(frame);
  yield { path: 'assets/register.css', texts: [assets.css] };
  yield { path: 'assets/register.js', texts: [assets.js] };
}
