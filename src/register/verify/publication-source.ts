import type { ByteSource } from '../../kernel/byte-source.ts';

/** A publication as its verifier reads it. */
export interface PublicationSource {
  readonly label: string;
  list(): Promise<readonly string[]>;
  /** A file to be read a part at a time; undefined where there is none. */
  open(path: string): Promise<(ByteSource & AsyncDisposable) | undefined>;
}

/** Notes and tiles of the largest ledger are smaller. */
const LARGEST = 2 ** 26;

/** The bytes of a small file; none where there is no such file, or a large one. */
export async function smallFile(source: PublicationSource, path: string): Promise<Buffer> {
  await using file = await source.open(path);
  if (file === undefined || file.size > LARGEST) return Buffer.alloc(0);
  const bytes = await file.read(0, file.size);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
