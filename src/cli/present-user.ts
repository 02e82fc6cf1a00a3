import { userInfo } from 'node:os';

/** Who a change is recorded as made by: the user of this process. */
export function presentUser(): string {
  return process.env['DARS_USER'] ?? process.env['SUDO_USER'] ?? process.env['USER'] ?? userInfo().username;
}
