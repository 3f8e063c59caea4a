import { get } from 'node-emoji';

/** Names that Slack gives and node-emoji does not know: the coloured circles and squares of Unicode 12, and a few others. */
const slackNames: Readonly<Record<string, string>> = {
  large_red_circle: '\u{1F534}',
  large_orange_circle: '\u{1F7E0}',
  large_yellow_circle: '\u{1F7E1}',
  large_green_circle: '\u{1F7E2}',
  large_purple_circle: '\u{1F7E3}',
  large_brown_circle: '\u{1F7E4}',
  large_red_square: '\u{1F7E5}',
  large_blue_square: '\u{1F7E6}',
  large_orange_square: '\u{1F7E7}',
  large_yellow_square: '\u{1F7E8}',
  large_green_square: '\u{1F7E9}',
  large_purple_square: '\u{1F7EA}',
  large_brown_square: '\u{1F7EB}',
  octagonal_sign: '\u{1F6D1}',
  double_vertical_bar: '\u{23F8}',
};

/** The character for Slack's name of an emoji. */
export const emojiNamed = (name: string): string | undefined => slackNames[name] ?? get(name);

/** Twemoji's file name: code points in hex, without the variation selector where there is no joiner. */
export function pictureName(emoji: string): string {
  const points = Array.from(emoji, (character) => (character.codePointAt(0) ?? 0).toString(16));
  return `${(points.includes('200d') ? points : points.filter((point) => point !== 'fe0f')).join('-')}.svg`;
}
