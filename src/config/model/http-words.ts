/** What HTTP_GET and SSL_GET can say and ask beyond keepalived: method, headers, body, and a value in a JSON answer. */

export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type HttpMethod = (typeof HTTP_METHODS)[number];

export interface HttpHeader {
  /** a token of RFC 9110 section 5.6.2 */
  readonly name: string;
  /** its value; it may be a bearer's token, so nothing shows it */
  readonly secret: string;
}

export interface HttpWords {
  readonly method: HttpMethod;
  readonly headers: readonly HttpHeader[];
  /** null = none */
  readonly body: string | null;
}

export interface JsonWish {
  /** members and indices between dots: `status.nodes.0.state`; empty = the whole answer */
  readonly path: string;
  /** a string's characters, else the value as JSON writes it; null = anything that is there */
  readonly value: string | null;
}
