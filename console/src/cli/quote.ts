/** One word as a POSIX shell wants it: bare where nothing in it means anything to a shell. */
export function quote(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** The command in one line. */
export function commandLine(words: string[]): string {
  return words.map(quote).join(' ');
}

/** The command over several lines, an option on each, for reading; a shell takes it as one. */
export function commandLines(words: string[], width = 76): string {
  const lines: string[] = [];
  let line = '';
  for (const piece of pieces(words)) {
    if (line !== '' && line.length + piece.length + 1 > width) {
      lines.push(line);
      line = `    ${piece}`;
    } else {
      line = line === '' ? piece : `${line} ${piece}`;
    }
  }
  return [...lines, line].join(' \\\n');
}

/** Words that stay on one line: an option with its value. */
function pieces(words: string[]): string[] {
  const joined: string[] = [];
  for (const word of words.map(quote)) {
    const last = joined.at(-1);
    const takesValue = last !== undefined && /^--?[a-z-]+$/.test(last) && !word.startsWith('-');
    if (takesValue) joined[joined.length - 1] = `${last} ${word}`;
    else joined.push(word);
  }
  return joined;
}
