import type { Unchecked } from '../domain/platform/unchecked.ts';
import type { Words } from './words.ts';

/** More names than this are no help on a phone; those that a part uses come first. */
const mostNamed = 5;

/** What is not checked, by name, with its image and who uses it: one line of plain text, not escaped. */
export function uncheckedText(unchecked: readonly Unchecked[], words: Words): string {
  const join = (items: readonly string[]) => items.join(words.language === 'zh-CN' ? '、' : ', ');
  const named = unchecked.slice(0, mostNamed).map((one) => uncheckedName(one, words, join));
  const more = unchecked.length - named.length;
  return join(more > 0 ? [...named, words.plain('unchecked.more', { count: more })] : named);
}

function uncheckedName(
  { name, image, ports = [], product, usedBy = [] }: Unchecked,
  words: Words,
  join: (items: readonly string[]) => string,
): string {
  const parts = join(usedBy.map((part) => words.lookupPlain(`part.${part}`) ?? part));
  const said = [
    ...(image === undefined ? [] : [words.plain('unchecked.image', { image: shortImage(image) })]),
    ...(image === undefined && product !== undefined && product !== name ? [product] : []),
    ...ports.slice(0, 3).map((port) => words.plain('unchecked.port', { port: `${port}` })),
    ...(parts === '' ? [] : [words.plain('unchecked.used', { parts })]),
  ];
  return said.length === 0 ? name : words.plain('unchecked.named', { name, what: join(said) });
}

/** `mysql:8` of `registry.example/library/mysql:8@sha256:…`. */
const shortImage = (image: string): string => (image.split('@')[0] ?? '').split('/').at(-1) ?? image;
