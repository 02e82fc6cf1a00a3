import type { FileHandle } from 'node:fs/promises';
import { readFully, readSource } from './read-fully.ts';
import { type RemoteFile, type RemoteFiles, RemoteTrouble } from './remote-files.ts';

const SAMPLE_BYTES = 1024 * 1024;

/**
 * Whether the first `length` bytes of what is stored at `path` are those of the source, as far as the first and the
 * last MiB of them tell: all of it up to 2 MiB. Every OpenPGP message begins differently, so the first MiB alone tells
 * two releases apart; the last tells whether the middle of a transfer was left out. The rest is for the recipient to
 * check against the digests of the manifest: reading it all back would double the transfer.
 */
export async function beginsAlike(
  files: RemoteFiles,
  path: string,
  source: FileHandle,
  length: number,
): Promise<'alike' | 'different' | 'unreadable'> {
  try {
    const stored = await files.open(path, 'read');
    try {
      return (await samplesMatch(stored, source, length)) ? 'alike' : 'different';
    } finally {
      await stored.close().catch(() => undefined);
    }
  } catch (error) {
    if (error instanceof RemoteTrouble && (error.trouble === 'denied' || error.trouble === 'failed')) {
      return 'unreadable';
    }
    throw error;
  }
}

async function samplesMatch(stored: RemoteFile, source: FileHandle, length: number): Promise<boolean> {
  for (const position of new Set([0, Math.max(0, length - SAMPLE_BYTES)])) {
    const bytes = Math.min(SAMPLE_BYTES, length - position);
    const ours = await readSource(source, position, bytes);
    const theirs = await readFully(bytes, (into, at) => stored.read(into, position + at));
    if (!ours.equals(theirs)) return false;
  }
  return true;
}
