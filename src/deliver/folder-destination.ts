import { mkdir } from 'node:fs/promises';
import { deliveryFault } from './delivery-fault.ts';
import type { Destination } from './destination.ts';
import { folderFiles } from './folder-files.ts';
import { upload } from './upload.ts';

export interface FolderOptions {
  /** Made with its parents (0700) if it is not there. */
  readonly path: string;
}

/** A folder of this machine, or one that is mounted on it. */
export async function openFolderDestination({ path }: FolderOptions): Promise<Destination> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch {
    throw deliveryFault('refused', `The folder ${path} is not there and can't be made.`);
  }
  const target = { label: path, files: folderFiles(path) };
  return {
    label: target.label,
    deliver: (file, progress) => upload(target, file, (sent) => progress(file, sent)),
    async [Symbol.asyncDispose]() {},
  };
}
