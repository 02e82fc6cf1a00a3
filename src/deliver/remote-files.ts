/**
 * What a delivery treats differently when a place refuses. `lost`: the connection is gone, so whether the last request
 * was carried out is unknown. `failed`: refused without a reason that we know.
 */
export type Trouble = 'lost' | 'missing' | 'denied' | 'space' | 'exists' | 'failed';

/** The only error that a `RemoteFiles` throws. It carries no text of a server or a library: those may hold anything. */
export class RemoteTrouble extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble);
    this.name = 'RemoteTrouble';
    this.trouble = trouble;
  }
}

/** What lies at a path; a symbolic link is `other`, wherever it leads. */
interface Found {
  readonly kind: 'file' | 'other';
  readonly bytes: number;
}

/** `read` needs no more than read access, `continue` keeps what is there, `create` empties it; new files get 0600. */
export type OpenFor = 'read' | 'continue' | 'create';

/** The little that an upload needs of a file system, so that its protocol is written once for every destination. */
export interface RemoteFiles {
  /** How large one write is and how many may be unanswered at a time. */
  readonly pipeline: { readonly writeBytes: number; readonly inFlight: number };

  /** Paths have `/` and are relative to the directory of the destination; the empty path is that directory. */
  look(path: string): Promise<Found | undefined>;
  /** Follows symbolic links. */
  isDirectory(path: string): Promise<boolean>;
  /** One level, 0700. */
  makeDirectory(path: string): Promise<void>;
  open(path: string, how: OpenFor): Promise<RemoteFile>;
  /** Never replaces what is there: then it fails, not always as `exists`. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** What may still be written, where the place can tell. */
  freeBytes(): Promise<number | undefined>;
}

export interface RemoteFile {
  size(): Promise<number>;
  /** How many bytes it put into `into`: possibly fewer than would fit, 0 at the end of the file. */
  read(into: Buffer, position: number): Promise<number>;
  /** `bytes` must stay as they are until the promise settles. */
  write(bytes: Buffer, position: number): Promise<void>;
  /** Makes what was written durable, where the place can. */
  sync(): Promise<void>;
  close(): Promise<void>;
}
