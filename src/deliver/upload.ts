import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Fault } from '../kernel/fault.ts';
import { alreadyThere, deliveryFault, refusal } from './delivery-fault.ts';
import type { OutgoingFile } from './destination.ts';
import { beginsAlike } from './read-back.ts';
import { type RemoteFiles, RemoteTrouble } from './remote-files.ts';
import { sendPipelined } from './send-pipelined.ts';

/** A destination as the protocol sees it. */
export interface UploadTarget {
  readonly label: string;
  readonly files: RemoteFiles;
}

/**
 * Brings one file to its final name, or leaves a `.part` that the next call resumes. Throws a Fault, or RemoteTrouble
 * `lost` when the connection broke. `report` may go backwards from one call to the next, never within one.
 */
export async function upload(target: UploadTarget, file: OutgoingFile, report: (sent: number) => void): Promise<void> {
  try {
    await using source = await openSource(file);
    await uploadFrom(source, target, file, report);
  } catch (error) {
    if (!(error instanceof RemoteTrouble) || error.trouble === 'lost') throw error;
    const full = error.trouble === 'failed' && (await lacksRoom(target.files, file));
    throw refusal(target.label, file.name, full ? 'space' : error.trouble);
  }
}

async function uploadFrom(
  source: FileHandle,
  target: UploadTarget,
  file: OutgoingFile,
  report: (sent: number) => void,
): Promise<void> {
  const { label, files } = target;
  const part = `${file.name}.part`;
  if (!(await files.isDirectory(''))) {
    throw deliveryFault('refused', `The directory of ${label} does not exist or may not be entered.`);
  }
  if (await isDelivered(source, target, file)) {
    // Left by a server that died between the two halves of a rename.
    if ((await files.look(part))?.kind === 'file') await files.remove(part);
    report(file.bytes);
    return;
  }
  await makeParents(files, file.name);
  const from = await resumableFrom(source, target, file, part);
  await store(source, target, file, { part, from, report });
  await publish(target, file, part);
}

async function openSource(file: OutgoingFile): Promise<FileHandle> {
  if (file.name.split('/').some((step) => step === '' || step === '.' || step === '..')) {
    throw new Error(`not a name for a delivered file: ${file.name}`);
  }
  const source = await open(file.path).catch(() => undefined);
  if (source !== undefined) {
    if ((await source.stat()).size === file.bytes) return source;
    await source.close();
  }
  throw changed(file);
}

function changed(file: OutgoingFile): Fault {
  return deliveryFault('changed', `${file.name} is not in the outbox as it was sealed; it was not delivered.`);
}

async function isDelivered(source: FileHandle, { label, files }: UploadTarget, file: OutgoingFile): Promise<boolean> {
  const found = await files.look(file.name);
  if (found === undefined) return false;
  if (found.kind !== 'file' || found.bytes !== file.bytes) throw alreadyThere(label, file.name);
  // A drop box that lets nobody read leaves only the size to go by.
  if ((await beginsAlike(files, file.name, source, file.bytes)) === 'different') throw alreadyThere(label, file.name);
  return true;
}

async function makeParents(files: RemoteFiles, name: string): Promise<void> {
  const steps = posix.dirname(name) === '.' ? [] : posix.dirname(name).split('/');
  for (const [index] of steps.entries()) {
    const directory = steps.slice(0, index + 1).join('/');
    if (await files.isDirectory(directory)) continue;
    try {
      await files.makeDirectory(directory);
    } catch (error) {
      // Another delivery of the same release may have made it in between.
      if (!(await files.isDirectory(directory))) throw error;
    }
  }
}

/**
 * Where to go on. What was in flight when a connection broke may have arrived with holes (not every server writes in
 * the order of the requests), so the last window's worth is never trusted but sent again, and what lies before it is
 * compared with the outbox. A `.part` that is anything else starts again at 0.
 */
async function resumableFrom(
  source: FileHandle,
  { label, files }: UploadTarget,
  file: OutgoingFile,
  part: string,
): Promise<number> {
  const found = await files.look(part);
  if (found === undefined) return 0;
  if (found.kind !== 'file') throw alreadyThere(label, part);
  const settled = found.bytes - files.pipeline.inFlight * files.pipeline.writeBytes;
  if (settled <= 0 || found.bytes > file.bytes) return 0;
  return (await beginsAlike(files, part, source, settled)) === 'alike' ? settled : 0;
}

async function store(
  source: FileHandle,
  { label, files }: UploadTarget,
  file: OutgoingFile,
  transfer: { readonly part: string; readonly from: number; readonly report: (sent: number) => void },
): Promise<void> {
  const { part, from, report } = transfer;
  const stored = await files.open(part, from === 0 ? 'create' : 'continue');
  try {
    const digest = createHash('sha256');
    await sendPipelined(source, stored, { ...files.pipeline, from, to: file.bytes, digest, report });
    if (digest.digest('hex') !== file.sha256) throw changed(file);
    await stored.sync();
    const size = await stored.size();
    if (size !== file.bytes) throw wrongSize(label, part, size, file.bytes);
  } catch (error) {
    await stored.close().catch(() => undefined);
    throw error;
  }
  await stored.close();
}

async function publish({ label, files }: UploadTarget, file: OutgoingFile, part: string): Promise<void> {
  try {
    await files.rename(part, file.name);
  } catch (error) {
    const inTheWay = error instanceof RemoteTrouble && error.trouble !== 'lost' && (await files.look(file.name));
    throw inTheWay ? alreadyThere(label, file.name) : error;
  }
  const found = await files.look(file.name);
  // Nothing there: an inbox that is emptied as soon as something appears was quicker. The size was checked before.
  if (found !== undefined && found.bytes !== file.bytes) throw wrongSize(label, file.name, found.bytes, file.bytes);
}

function wrongSize(label: string, name: string, size: number, expected: number): Fault {
  return deliveryFault('size', `${label} holds ${size} bytes of ${name} where ${expected} were sent.`);
}

/** SFTP 3 has no status for a full disk: the server only says that it failed. */
async function lacksRoom(files: RemoteFiles, file: OutgoingFile): Promise<boolean> {
  try {
    const [free, part] = [await files.freeBytes(), await files.look(`${file.name}.part`)];
    return free !== undefined && free < file.bytes - (part?.bytes ?? 0);
  } catch {
    return false;
  }
}
