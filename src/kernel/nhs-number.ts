/** The ten digits of an NHS number as written, spaces and hyphens taken out; undefined if it is not ten digits. */
export function normaliseNhsNumber(text: string): string | undefined {
  const digits = text.replaceAll(/[ -]/g, '');
  return /^[0-9]{10}$/.test(digits) ? digits : undefined;
}

/**
 * Whether the check digit fits (modulus 11, weights 10 to 2; NHS Data Dictionary, NHS NUMBER).
 * One random ten-digit string in eleven passes, so a pass proves little.
 */
export function hasValidCheckDigit(nhsNumber: string): boolean {
  if (!/^[0-9]{10}$/.test(nhsNumber)) return false;
  let sum = 0;
  for (let index = 0; index < 9; index += 1) sum += Number(nhsNumber[index]) * (10 - index);
  const check = (11 - (sum % 11)) % 11;
  return check !== 10 && check === Number(nhsNumber[9]);
}
