/** What the manager takes as a user's name and password. Each function says what is wrong, or nothing. */

const SHORTEST = 10;
const LONGEST = 128;

export function nameFault(name: string): string | undefined {
  if (/^[a-z0-9][a-z0-9._-]{0,31}$/.test(name)) return undefined;
  return 'Use 1 to 32 small letters, digits, dots, dashes and underscores, beginning with a letter or digit.';
}

export function passwordFault(password: string): string | undefined {
  const length = [...password].length;
  if (length === 0) return 'Choose a password.';
  if (length < SHORTEST) return `It has ${length} characters; at least ${SHORTEST} are needed.`;
  if (length > LONGEST) return `It has ${length} characters; at most ${LONGEST} are taken.`;
  return undefined;
}

export function repeatFault(password: string, repeated: string): string | undefined {
  return password === repeated ? undefined : 'The two passwords differ.';
}
