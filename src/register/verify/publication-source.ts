import type { ByteSource } from '../../kernel/byte-source.ts';

/** A publication as its verifier reads it. */
export interface PublicationSource {
  readonly label: string;
  list(): Promise<readonly string[]>;
  /** A file to be read a part at a time; undefined where there is none. */
  open(path: string): Promise<(ByteSource & AsyncDisposable) | undefined>;
}

/** The bytes of a small file; none where there is no such file. */
export async function smallFile(source: PublicationSource, path: string): Promise<Buffer> {
  await using file = await source.open(path);
  return file === undefined ? Buffer.alloc(0) : Buffer.from(await file.read(0, file.size));
}
