/** Reading the pages of a LIST of the Kubernetes API without holding more of one than is kept. */

interface ListBody {
  readonly items?: readonly unknown[];
  readonly metadata?: { readonly continue?: string };
}

const itemsBegin = '"items":[';
/** The server writes an item's metadata first, so that one ends and the next begins like this. */
const between = '},{"metadata":{';

/**
 * Where a list goes on, read from the head of its page: the API server writes the metadata before the items. Empty:
 * this is the last page. Undefined: the page is of another build, and all of it must be read to know.
 */
export function continuationOf(page: Buffer): string | undefined {
  const begin = page.indexOf(itemsBegin);
  if (begin < 0) return undefined;
  try {
    const head = JSON.parse(`${page.toString('utf8', 0, begin)}${itemsBegin}]}`) as ListBody;
    return head.metadata === undefined ? undefined : (head.metadata.continue ?? '');
  } catch {
    return undefined;
  }
}

/**
 * Hands the items of a page over one by one and answers where the list goes on. Each is decoded and parsed by itself, so
 * that what `take` does not keep of it is gone before the next: a whole page of Pods at once is 8 MB of objects and
 * 3 MB of text, which the garbage collector takes for lasting. SyntaxError for what is no JSON.
 */
export function readPage(page: Buffer, take: (item: unknown) => void): string {
  const pieces = piecesOf(page);
  const taken = pieces === undefined ? 0 : takeEach(pieces, take);
  if (taken === 'all') return continuationOf(page) ?? '';
  // Cut at a wrong place: the rest is read the slow way.
  const list = JSON.parse(page.toString('utf8')) as ListBody;
  for (const item of list.items?.slice(taken) ?? []) take(item);
  return list.metadata?.continue ?? '';
}

/** `all`, or how many were taken before a piece was no JSON by itself. */
function takeEach(pieces: Iterable<string>, take: (item: unknown) => void): 'all' | number {
  let taken = 0;
  for (const piece of pieces) {
    let item: unknown;
    try {
      item = JSON.parse(piece);
    } catch {
      return taken;
    }
    take(item);
    taken += 1;
  }
  return 'all';
}

/** The text of each item; undefined when the page is not written in the server's order. */
function piecesOf(page: Buffer): Iterable<string> | undefined {
  const begin = page.indexOf(itemsBegin);
  const end = page.lastIndexOf(']}');
  if (begin < 0 || end < begin || continuationOf(page) === undefined) return undefined;
  if (page.toString('utf8', end + 2).trim() !== '') return undefined;
  return cut(page, begin + itemsBegin.length, end);
}

function* cut(page: Buffer, begin: number, end: number): Generator<string> {
  for (let at = begin; at < end; ) {
    const next = page.indexOf(between, at);
    const stop = next < 0 || next >= end ? end : next + 1;
    yield page.toString('utf8', at, stop);
    at = stop + 1;
  }
}
