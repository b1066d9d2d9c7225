/** What passwords and names of users have to be, said before the manager has to. */

export const SHORTEST = 10;
export const LONGEST = 128;

/** What is wrong with a new password, undefined if nothing. */
export function passwordError(password: string, again: string): string | undefined {
  const length = [...password].length;
  if (length < SHORTEST) return `A password has at least ${SHORTEST} characters; a few words do well.`;
  if (length > LONGEST) return `A password has at most ${LONGEST} characters.`;
  return password === again ? undefined : 'The two passwords differ.';
}

export function userNameError(name: string): string | undefined {
  if (/^[a-z0-9][a-z0-9._-]{0,31}$/.test(name)) return undefined;
  return "A name has 1 to 32 small letters, digits, '.', '_' and '-', and begins with a letter or digit.";
}
