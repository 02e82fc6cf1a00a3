import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Catalogue } from '../../src/catalogue/catalogue.ts';
import { loadWorkspace } from '../../src/workspace/load-workspace.ts';
import { workspaceTree } from '../support/make-workspace.ts';

/** The catalogue that dars brings. */
export async function shippedCatalogue(): Promise<Catalogue> {
  const root = mkdtempSync(join(tmpdir(), 'dars-catalogue-'));
  try {
    for (const folder of ['agreements', 'pipelines']) mkdirSync(join(root, folder));
    writeFileSync(join(root, 'dars.yaml'), stringify(workspaceTree()));
    return (await loadWorkspace(root)).catalogue;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
