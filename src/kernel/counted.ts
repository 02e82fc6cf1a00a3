/** `1 row`, `1,234 rows`; with a plural of its own, `1,234 entries`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
}
