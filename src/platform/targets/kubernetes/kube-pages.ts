/** Reading the pages of a LIST of the Kubernetes API while they arrive, without holding more of one than is kept. */

interface ListBody {
  readonly items?: readonly unknown[] | null;
  readonly metadata?: { readonly continue?: string };
}

const itemsBegin = '"items":[';
/** The server writes an item's metadata first, so that one ends and the next begins like this. */
const between = '},{"metadata":{';
/**
 * Field ownership of an item, written last in its metadata. The quote behind the comma can only begin a name: inside of a
 * text it would have a backslash before it. Ownership holds no list, so that the first end of one is its own; were it
 * not, what is left would not parse, and the item is read with it.
 */
const ownership = Buffer.from(',"managedFields":[');
const ownershipEnds = Buffer.from(']},"');
/** So many bytes are looked at together: a dozen of Pods. */
const portion = 64 * 1024;
/** A list whose items hold so many lists of objects in a row is not cut. */
const mostWrongCuts = 100;

export interface PageReader {
  /** The next bytes of the page. Never throws: what is wrong is said at the end. */
  push(bytes: Buffer): void;
  /** Takes what is left and answers where the list goes on; empty: nowhere. SyntaxError for what is no JSON. */
  end(): string;
}

export interface PageOptions {
  readonly atLeast?: number;
  /**
   * False: the reader may leave out `managedFields`, a third of what a Pod costs to parse. It need not: `take` may
   * still be given some.
   */
  readonly ownershipToo?: boolean;
}

/**
 * Hands the items of a page over one by one as they arrive. The API server encodes a list item by item (feature
 * `StreamingCollectionEncodingToJSON`, on since 1.33): what has come is read while it still writes, on another core.
 * Each item is decoded and parsed by itself, so that what `take` does not keep of it is gone before the next; a whole
 * page of Pods at once is 8 MB of objects and 3 MB of text, which the garbage collector takes for lasting. A page that
 * is not written in the server's order is read whole.
 */
export function createPageReader(
  take: (item: unknown) => void,
  { atLeast = portion, ownershipToo = true }: PageOptions = {},
): PageReader {
  let state: 'head' | 'items' | 'whole' = 'head';
  let waiting: Buffer[] = [];
  let size = 0;
  let next: string | undefined;
  let wrongCuts = 0;
  /** From here on in what waits no boundary was looked for. */
  let from = 0;
  let failure: { readonly error: unknown } | undefined;

  const read = () => {
    let bytes = waiting.length === 1 && waiting[0] !== undefined ? waiting[0] : Buffer.concat(waiting);
    if (state === 'head') {
      const begin = bytes.indexOf(itemsBegin);
      if (begin >= 0) {
        next = continuationOf(bytes.toString('utf8', 0, begin));
        state = next === undefined ? 'whole' : 'items';
        if (state === 'items') bytes = bytes.subarray(begin + itemsBegin.length);
      } else if (bytes.length >= portion) state = 'whole';
    }
    if (state === 'items') bytes = bytes.subarray(cut(bytes));
    waiting = [bytes];
    size = bytes.length;
  };

  /** Takes the items that are complete; answers where the rest begins. */
  const cut = (bytes: Buffer): number => {
    let begin = 0;
    for (let at = bytes.indexOf(between, from); at >= 0; at = bytes.indexOf(between, from)) {
      const item =
        (ownershipToo ? undefined : parsedWithoutOwnership(bytes.subarray(begin, at + 1))) ??
        parsed(bytes.toString('utf8', begin, at + 1));
      from = at + 2;
      if (item === undefined) {
        // Between two objects inside of an item.
        wrongCuts += 1;
        if (wrongCuts > mostWrongCuts) {
          state = 'whole';
          break;
        }
        continue;
      }
      wrongCuts = 0;
      begin = from;
      take(item.value);
    }
    from = Math.max(0, Math.max(from, bytes.length - between.length) - begin);
    return begin;
  };

  return {
    push(bytes) {
      if (failure !== undefined) return;
      waiting.push(bytes);
      size += bytes.length;
      if (state === 'whole' || size < atLeast) return;
      try {
        read();
      } catch (error) {
        failure = { error };
        waiting = [];
      }
    },
    end() {
      if (failure === undefined && state !== 'whole') read();
      if (failure !== undefined) throw failure.error;
      const text = Buffer.concat(waiting).toString('utf8');
      // After a cut what waits begins with an item and ends with the end of the page.
      const rest = JSON.parse(next === undefined ? text : `{${itemsBegin}${text}`) as ListBody;
      for (const item of rest.items ?? []) take(item);
      return next ?? rest.metadata?.continue ?? '';
    },
  };
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** An item without its field ownership; undefined when it has no such field, or is not JSON without it. */
function parsedWithoutOwnership(item: Buffer): ReturnType<typeof parsed> {
  const from = item.indexOf(ownership);
  const to = from < 0 ? from : item.indexOf(ownershipEnds, from);
  if (to < 0) return undefined;
  return parsed(item.toString('utf8', 0, from) + item.toString('utf8', to + 1));
}

/**
 * Where a list goes on, read from what stands before its items: the API server writes the metadata first. Empty: this
 * is the last page. Undefined: the page is of another build, and all of it must be read to know.
 */
function continuationOf(head: string): string | undefined {
  const list = parsed(`${head}${itemsBegin}]}`)?.value as ListBody | undefined;
  return list?.metadata === undefined ? undefined : (list.metadata.continue ?? '');
}
