/**
 * How well a text fits what was typed: every typed word must occur as a
 * subsequence; starts of words and runs count more. 0 is no match.
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
  let at = 0;
  let points = 0;
  for (const letter of word) {
    const found = text.indexOf(letter, at);
    if (found < 0) return 0;
    points += startsWord(text, found) ? 2 : found === at ? 1 : 0;
    at = found + 1;
  }
  return 1 + (points / word.length) * 10;
}

function startsWord(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text.charAt(at - 1));
}
