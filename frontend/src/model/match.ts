/**
 * How well a text fits what was typed: every typed word must occur in it, as
 * it is or as letters that each start a word or follow the one before ("sas"
 * finds "Send a sample"). 0 is no match.
 */
export function score(text: string, typed: string): number {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return 1;
  let sum = 0;
  for (const word of words) {
    const one = scoreWord(text.toLowerCase(), word);
    if (one === 0) return 0;
    sum += one;
  }
  return sum / words.length;
}

function scoreWord(text: string, word: string): number {
  const whole = text.indexOf(word);
  if (whole === 0) return 100;
  if (whole > 0) return startsWord(text, whole) ? 80 : 40;
  return initials(text, word, 0, 0) ? 20 : 0;
}

/** Whether the letters from `letter` on are found from `from` on, each starting a word or following the last. */
function initials(text: string, word: string, letter: number, from: number): boolean {
  if (letter === word.length) return true;
  for (let at = from; at < text.length; at++) {
    const follows = letter > 0 && at === from;
    if (
      text[at] === word[letter] &&
      (follows || startsWord(text, at)) &&
      initials(text, word, letter + 1, at + 1)
    ) {
      return true;
    }
  }
  return false;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text.charAt(at - 1));
}
