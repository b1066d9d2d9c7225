import { type Parsed, right, wrong } from './quantity';

/** Splits a command line as a shell does: quotation marks and backslashes count, nothing is expanded. */
export function splitWords(text: string): Parsed<string[]> {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const [inside, end] = quoted(text, at + 1, character);
      if (end === undefined) return wrong('A quotation mark is not closed.');
      word = (word ?? '') + inside;
      at = end;
    } else if (character === '\\') {
      at += 1;
      if (at >= text.length) return wrong('A backslash stands at the end with nothing behind it.');
      word = (word ?? '') + text[at];
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return right(words);
}

/** What stands up to the closing mark, and where that is. */
function quoted(text: string, from: number, mark: string): [string, number | undefined] {
  let inside = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === mark) return [inside, at];
    const next = text[at + 1];
    if (mark === '"' && character === '\\' && next !== undefined && '"\\$`'.includes(next)) {
      inside += next;
      at += 1;
    } else {
      inside += character;
    }
  }
  return [inside, undefined];
}
