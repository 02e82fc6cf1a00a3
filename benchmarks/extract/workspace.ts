import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  agreementTree,
  MASTER_KEY,
  pipelineTree,
  TODAY,
  testKeys,
  workspaceTree,
} from '../../tests/support/make-workspace.ts';
import type { Sshd } from '../../tests/support/sshd.ts';

export const PERIOD = { from: '2022-04-01', to: '2026-03-31' };

export interface BenchmarkCase {
  readonly root: string;
  readonly data: string;
  readonly format: 'csv' | 'parquet';
  readonly compression: 'none' | 'gzip' | 'zstd';
  readonly memory: string;
}

/** A workspace that releases four years of episodes with ten columns, four of them from PDS, to a server on loopback. */
export async function benchmarkWorkspace(it: BenchmarkCase, sshd: Sshd): Promise<void> {
  const { custodian, recipient } = await testKeys();
  rmSync(it.root, { recursive: true, force: true });
  const put = (path: string, text: string): void => {
    mkdirSync(join(it.root, path, '..'), { recursive: true });
    writeFileSync(join(it.root, path), text, { mode: 0o600 });
  };
  const workspace = workspaceTree();
  workspace['sources'] = {
    pds: { path: join(it.data, 'pds.parquet') },
    opt_outs: { path: join(it.data, 'opt-outs.dat'), as_at: TODAY },
    hes_apc: { path: join(it.data, 'hes_apc/*.parquet') },
  };
  workspace['destinations'] = {
    shelf: {
      type: 'sftp',
      host: '127.0.0.1',
      port: sshd.port,
      username: sshd.username,
      private_key: { file: 'keys/sftp_ed25519' },
      host_key: sshd.hostKey,
      directory: '.',
    },
  };
  workspace['limits'] = { memory: it.memory, threads: 2 };
  const agreement = agreementTree(recipient.fingerprint);
  const [apc] = agreement['datasets'] as Record<string, unknown>[];
  if (apc !== undefined) delete apc['where'];
  const pipeline = pipelineTree();
  const [product] = pipeline['products'] as Record<string, unknown>[];
  Object.assign(product ?? {}, { period: PERIOD, format: it.format, compression: it.compression });
  if (product !== undefined) delete product['where'];
  put('dars.yaml', stringify(workspace));
  put('agreements/dsa.yaml', stringify(agreement));
  put('pipelines/diabetes-apc.yaml', stringify(pipeline));
  put('keys/pseudonym.key', MASTER_KEY);
  put('keys/custodian.private.asc', custodian.privateKey.reveal());
  put('keys/recipient.public.asc', recipient.publicKey);
  put('keys/sftp_ed25519', sshd.privateKey);
}
