import { canonicalJson, type Json } from '../kernel/canonical-json.ts';
import { sha256Hex } from '../kernel/digest.ts';
import type { Entry } from './ledger.ts';
import { leafHash } from './merkle.ts';
import { type PublishedFacts, publishedFacts } from './published-facts.ts';

/*
 * The leaf of an entry, in two layers. The inner one ties the published facts to the whole line, of which outsiders
 * get only the SHA-256; the line holds 128 random bits (`salt`), so nobody can find out by trying what else it says.
 * The outer one says of what kind the entry is and hides the inner one behind a digest: so a publication can show every
 * entry of the ledger, and that none was left out, also those that it tells nothing of.
 *
 *   content = SHA-256(canonical JSON of { "entry": SHA-256 of the line, "facts": facts or null }), in hex
 *   leaf    = canonical JSON of { "content": content, "kind": kind }        hashed as RFC 6962 says
 */

/** An entry as outsiders see it: disclosed, with its facts, or as one that is there and tells nothing. */
export type LoggedEntry =
  | { readonly kind: string; readonly entry: string; readonly facts: PublishedFacts }
  | { readonly kind: string; readonly content: string };

/** The entry as a publication shows it, disclosed where it has facts. `line` is the SHA-256 of its line. */
export function loggedEntry(entry: Entry, line = sha256Hex(canonicalJson(entry))): LoggedEntry {
  const facts = publishedFacts(entry);
  return facts === undefined
    ? { content: contentOf(line, undefined), kind: entry.kind }
    : { entry: line, facts, kind: entry.kind };
}

/** The same entry, not disclosed; its leaf has the same hash. */
export function concealed(logged: LoggedEntry): LoggedEntry {
  return 'content' in logged ? logged : { content: contentOf(logged.entry, logged.facts), kind: logged.kind };
}

/** The RFC 6962 hash of an entry's leaf. */
export function hashOfLogged(logged: LoggedEntry): Buffer {
  return hashOf('content' in logged ? logged.content : contentOf(logged.entry, logged.facts), logged.kind);
}

/** The line of a published log that shows an entry, and the hash of its leaf; the facts are spelled once for both. */
export function lineOfLogged(logged: LoggedEntry, seq: number): { readonly line: string; readonly hash: Buffer } {
  const { kind } = logged;
  if ('content' in logged)
    return { line: canonicalJson({ content: logged.content, kind, seq }), hash: hashOf(logged.content, kind) };
  const spelled = spelledContent(logged.entry, logged.facts);
  return {
    line: `${spelled.slice(0, -1)},"kind":${JSON.stringify(kind)},"seq":${seq}}`,
    hash: hashOf(sha256Hex(spelled), kind),
  };
}

function hashOf(content: string, kind: string): Buffer {
  return leafHash(Buffer.from(canonicalJson({ content, kind })));
}

function contentOf(line: string, facts: PublishedFacts | undefined): string {
  return sha256Hex(spelledContent(line, facts));
}

function spelledContent(line: string, facts: PublishedFacts | undefined): string {
  return canonicalJson({ entry: line, facts: (facts ?? null) as unknown as Json });
}
