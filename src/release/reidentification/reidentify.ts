import { Readable } from 'node:stream';
import { dayOf } from '../../kernel/calendar-date.ts';
import { sha256Hex } from '../../kernel/digest.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import type { World } from '../../release.ts';
import { pastKey, releaseKey } from '../release-key.ts';
import { parseRequest, type ReidentificationRequest } from './request.ts';
import { approversOf, isAnswered, type NamedKey, type RequestRefusal, requestRefusals } from './request-refusals.ts';

/** What the command brings. */
export interface Reidentification {
  /** How messages call the request's file. */
  readonly file: string;
  /** The bytes that were signed. */
  readonly bytes: Uint8Array;
  readonly signatures: readonly string[];
  readonly approvers: readonly NamedKey[];
  readonly requesters: readonly NamedKey[];
  readonly cap: number;
  readonly by: string;
}

/** Where the answer goes: laid beside its place, then either put there or taken away. */
export interface AnswerPlace {
  stage(ciphertext: Uint8Array): Promise<void>;
  keep(): Promise<void>;
  discard(): Promise<void>;
}

export interface Answered {
  readonly request: ReidentificationRequest;
  readonly approvers: readonly string[];
  readonly found: number;
  readonly sha256: string;
}

/**
 * Learns whom tokens stand for, for somebody whom two others allowed it. Checked whole before anything is computed; the
 * ledger has it before that, and the answer's digest before anybody has the answer. The answer is encrypted to the
 * requester and signed; its plaintext never lies on a disk. A refusal is recorded and is a Fault (exit 12).
 */
export async function reidentify(asked: Reidentification, place: AnswerPlace, world: World): Promise<Answered> {
  const parsed = parseRequest(Buffer.from(asked.bytes).toString('utf8'), asked.file);
  if (!parsed.ok)
    throw new Fault(ExitCode.workspace, 'request', 'the request is not as it must be', { problems: parsed.problems });
  const request = parsed.value;
  const sha256 = sha256Hex(asked.bytes);
  return world.alone('reidentify', async () => {
    const entries = await allEntries(world);
    const requester = asked.requesters.find(({ name }) => name === request.requester);
    const signers = await Promise.all(asked.signatures.map((signature) => signerOf(signature, asked, world)));
    const refusals = requestRefusals({
      request,
      sha256,
      today: dayOf(world.now()),
      cap: asked.cap,
      signers,
      requester,
      keyDefects: await keyDefects(requester, world),
      hasReleased: pastKey(entries, request.agreement) !== undefined,
      entries,
    });
    if (refusals.length > 0 || requester?.armoured === undefined)
      return refuse(refusals, request, sha256, asked, world);

    const signer = await world.signer();
    const { key, version } = await releaseKey(request.agreement, entries, world);
    const approvers = approversOf(signers, requester).map(({ name, fingerprint }) => ({ name, fingerprint }));
    await world.ledger.append((now) => {
      if (isAnswered({ request, sha256, entries: now })) throw answeredMeanwhile();
      return {
        kind: 'reidentification-granted',
        request: request.request,
        sha256,
        agreement: request.agreement,
        requester: { name: requester.name, fingerprint: requester.fingerprint },
        approvers,
        reason: request.reason,
        legal_basis: request.legal_basis,
        tokens: request.tokens.length,
        key_version: version,
        by: asked.by,
      };
    });
    const people = await world.engine.findPeople(world.inputs, key, request.tokens);
    const known = new Map(people.map((person) => [person.token, person]));
    const lines = request.tokens.map((token) => {
      const person = known.get(token);
      return [token, person?.number ?? '', person?.current ?? ''].join('|');
    });
    const plaintext = ['TOKEN_PERSON_ID|NHS_NUMBER|CURRENT_NHS_NUMBER', ...lines, ''].join('\n');
    const sealed = await world.encryptor.encrypt(
      Readable.from([Buffer.from(plaintext)], { objectMode: false }),
      requester.armoured,
      signer,
      world.signedAt(),
    );
    const parts: Uint8Array[] = [];
    for await (const part of sealed) parts.push(part as Uint8Array);
    const ciphertext = Buffer.concat(parts);
    const digest = sha256Hex(ciphertext);
    await place.stage(ciphertext);
    try {
      await world.ledger.append(() => ({
        kind: 'reidentified',
        request: request.request,
        sha256,
        found: people.length,
        answer_sha256: digest,
        by: asked.by,
      }));
    } catch (error) {
      await place.discard();
      throw error;
    }
    await place.keep();
    return { request, approvers: approvers.map(({ name }) => name), found: people.length, sha256: digest };
  });
}

async function signerOf(
  signature: string,
  { approvers, bytes }: Reidentification,
  world: World,
): Promise<NamedKey | undefined> {
  for (const approver of approvers) {
    const { armoured, fingerprint } = approver;
    if (armoured === undefined) continue;
    if (await world.encryptor.verifyDetached(bytes, signature, armoured, fingerprint, world.now())) return approver;
  }
  return undefined;
}

async function keyDefects(requester: NamedKey | undefined, { encryptor, now }: World): Promise<readonly string[]> {
  if (requester === undefined) return [];
  return (await encryptor.inspect(requester.armoured, requester.fingerprint, now())).defects;
}

async function refuse(
  refusals: readonly RequestRefusal[],
  request: ReidentificationRequest,
  sha256: string,
  { by }: Reidentification,
  world: World,
): Promise<never> {
  await world.ledger.append(() => ({
    kind: 'reidentification-refused',
    request: request.request,
    sha256,
    refusals: refusals.map(({ code, message }) => ({ code, message })),
    by,
  }));
  throw new Fault(ExitCode.refused, refusals[0]?.code ?? 'refused', 'refused; nobody was identified', {
    problems: refusals,
  });
}

function answeredMeanwhile(): Fault {
  return new Fault(ExitCode.refused, 'answered', 'the request was answered meanwhile', {
    hint: 'see dars ledger list',
  });
}

async function allEntries({ ledger }: World) {
  const entries = [];
  for await (const entry of ledger.entries()) entries.push(entry);
  return entries;
}
