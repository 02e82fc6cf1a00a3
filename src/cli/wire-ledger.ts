import { join } from 'node:path';
import { openFileLedger } from '../ledger/file-ledger.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { operatorPath } from '../workspace/workspace-path.ts';

export function ledgerOf(workspace: Workspace, now: () => Date): Ledger {
  return openFileLedger({ directory: stateFolder(workspace), clock: now });
}

export function stateFolder({ root, file }: Workspace): string {
  return operatorPath(root, file.state) ?? join(root, 'state');
}
