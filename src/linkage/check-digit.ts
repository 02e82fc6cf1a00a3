/** SQL: whether the check digit of a ten-digit number is right (modulus 11). */
export function checkDigitHolds(number: string): string {
  const sum = Array.from({ length: 9 }, (_, index) => `(${number} // ${10 ** (9 - index)} % 10) * ${10 - index}`);
  return `((11 - (${sum.join(' + ')}) % 11) % 11 = ${number} % 10)`;
}
