import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Makes the names in a folder durable: what was created or renamed there survives a power cut only then. */
export async function syncFolder(path: string): Promise<void> {
  await using handle = await open(path);
  await handle.sync();
}
