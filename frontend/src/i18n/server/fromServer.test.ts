import { expect, test } from 'vitest';
import { compiled, translated } from './patterns';
import zh from './zh';

const placeholders = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();
const patterns = compiled(zh);

test('no translation is empty, or misses a value', () => {
  for (const [english, text] of Object.entries<string>(zh)) {
    expect(text.trim(), english).not.toBe('');
    expect(placeholders(text), english).toEqual(placeholders(english));
  }
});

test('each pattern is found by a sentence of its own, and not by that of another', () => {
  for (const [english, text] of Object.entries<string>(zh)) {
    const values = placeholders(english).map(
      (place, i) => [place, english.endsWith(`.${place}`) ? ' So.' : `«${i}»`] as const,
    );
    const filled = (sentence: string) =>
      values.reduce((now, [place, value]) => now.replace(place, value), sentence);
    expect(translated(patterns, filled(english))).toBe(filled(text));
  }
});

test('a value stays as it came', () => {
  expect(translated(patterns, 'masks is locked; unlock it in the list of objects first.')).toBe(
    'masks 已锁定；请先在对象列表中解锁。',
  );
});

test('words of the server inside a sentence are translated too', () => {
  expect(translated(patterns, 'Object 3 on frame 4: the box is empty.')).toBe(
    '第 4 帧的对象 3：方框为空。',
  );
  expect(translated(patterns, "Annotation 5 of img: The mask's RLE is cut off.")).toBe(
    'img 的标注 5：掩码的 RLE 不完整。',
  );
  expect(
    translated(
      patterns,
      'There is no mask and no box in it that fits this video. Annotation 7 is on an image that is not listed.',
    ),
  ).toBe('其中没有适合此视频的掩码或方框。标注 7 所在的图片未列出。');
  expect(translated(patterns, 'This video is longer than 24 hours: cut it into parts.')).toBe(
    '此视频超过 24 小时：请剪成几段。',
  );
});

test('what nobody knows stays as it came', () => {
  expect(translated(patterns, 'Syntax Error: Unexpected Name "x"')).toBe(
    'Syntax Error: Unexpected Name "x"',
  );
  expect(translated(patterns, '')).toBe('');
});
