/** `4GB` -> 4e9, `4GiB` -> 4 × 2^30; units as DuckDB reads them. */
export function bytesOf(size: string): number {
  const [, digits = '0', unit = ''] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(size.trim()) ?? [];
  const power = 'KMGT'.indexOf(unit.charAt(0).toUpperCase()) + 1;
  return Number(digits) * (/i/i.test(unit.slice(1)) ? 1024 : 1000) ** power;
}
