/** What an HTTP server of ours is asked and answers; the server itself stands in `platform`. */

/** A request whose body has arrived whole, within its route's limit. */
export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** A header that came once, by its name in lower case. */
  header(name: string): string | undefined;
  readonly body: Buffer;
}

export interface HttpReply {
  readonly status: number;
  /** Text as it is, an object as JSON, parts one after the other; absent: no body. */
  readonly body?: string | object | AsyncIterable<string>;
  /** Content type of a text or of parts; default `text/plain`. */
  readonly type?: string;
}

export interface HttpRoute {
  readonly method: 'GET' | 'POST';
  /** The whole path, compared as it is. */
  readonly path: string;
  /** A larger body is answered with 413 and not read further. */
  readonly maxBodyBytes: number;
  /** When `handle` has not answered by then, the caller gets 503. */
  readonly answerWithinMs: number;
  /** Asked before the body is read; what it answers is the answer. */
  admit?(request: Pick<HttpRequest, 'header'>): Promise<HttpReply | undefined>;
  handle(request: HttpRequest): Promise<HttpReply>;
}
