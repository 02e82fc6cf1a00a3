import { HASH_BYTES } from './hash-list.ts';

/** What a checkpoint says: of which log, how many leaves, and their root (C2SP tlog-checkpoint). */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

/** The text that is signed. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`;
}

/** The checkpoint that a note's text spells; undefined where it is none. Extension lines are passed over. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const lines = text.split('\n');
  const [origin = '', size = '', base64 = ''] = lines;
  if (lines.pop() !== '' || lines.length < 3 || lines.includes('')) return undefined;
  const root = Buffer.from(base64, 'base64');
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || root.length !== HASH_BYTES || root.toString('base64') !== base64)
    return undefined;
  return { origin, size: Number(size), root };
}
