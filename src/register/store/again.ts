/** What is made anew whenever it is read, and so is never held. */
export function again<T>(make: () => Iterator<T>): Iterable<T> {
  return { [Symbol.iterator]: make };
}
