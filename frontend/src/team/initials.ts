/** One or two letters that stand for a name: "Ana Costa" -> "AC", "ana" -> "A", "李雷" -> "李". */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = firstLetter(words[0]);
  const last = words.length > 1 ? firstLetter(words.at(-1)) : '';
  return (first + last).toUpperCase() || '?';
}

function firstLetter(word = ''): string {
  return [...word][0] ?? ''; // by code point: half of an emoji is no letter
}
