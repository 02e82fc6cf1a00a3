import type { LinkageDatabase } from '../linkage/database.ts';
import { connect, type EngineLimits } from './connect.ts';
import { type LinkFile, openLinkFile, writeLinkFile } from './link-file.ts';
import { linkageDatabase } from './linkage-database.ts';

/** A database for one linkage of files. Nothing of it is left when it is closed. */
export interface LinkSession {
  readonly database: LinkageDatabase;
  open(path: string, delimiter: string | undefined): Promise<LinkFile>;
  /** Writes the rows of a select, CSV or Parquet by the file's name. */
  write(select: string, path: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openLinkSession(limits: EngineLimits): Promise<LinkSession> {
  const { instance, connection } = await connect(limits);
  return {
    database: linkageDatabase(connection),
    open: (path, delimiter) => openLinkFile(connection, path, delimiter),
    write: (select, path) => writeLinkFile(connection, select, path),
    [Symbol.asyncDispose]: async () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
