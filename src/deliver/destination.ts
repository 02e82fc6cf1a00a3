/** A sealed file of the outbox on its way out. */
export interface OutgoingFile {
  /** Where it lies: ciphertext, manifest or signature; never plaintext. */
  readonly path: string;
  /** Relative to the destination's directory, with `/`: `NIC147750_20261122T0930_ab12cd34/FILE0000001_….csv.gz.gpg`. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Called as bytes are accepted; `sent` counts what the destination holds, resumed bytes included. */
export type TransferProgress = (file: OutgoingFile, sent: number) => void;

/**
 * A place that releases are delivered to.
 * `deliver` may be called again for the same file any number of times, by another process too, but not before the call
 * before has settled. A file that is there under its final name, with the same size and the same beginning and end, is
 * left alone; a `.part` is resumed where what it holds is the beginning of the file, and started again otherwise.
 * A final name appears only by renaming a complete `.part`, when its size was checked and what was read from the outbox
 * had the SHA-256 of `OutgoingFile`. What lies under a final name is never overwritten: another file is a Fault.
 * Whatever fails is a Fault with exit 15 that names host and file, never more.
 */
export interface Destination extends AsyncDisposable {
  /** `sftp://nic147750@127.0.0.1:2222/inbox`, for people; no secret in it. */
  readonly label: string;
  deliver(file: OutgoingFile, progress: TransferProgress): Promise<void>;
}
