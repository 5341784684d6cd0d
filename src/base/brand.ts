/** Nominal types over plain values: a number that is a VRID is not a number that is a priority.
 *  A brand is made by its own parser or by `brand()` next to a check; nowhere else. */
declare const tag: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [tag]: Name };

type Unbranded<B> = B extends string ? string : B extends number ? number : never;

/** Asserts a brand without a check; for parsers and decoders that have just made the check. */
export const brand = <B extends string | number>(value: Unbranded<B>): B => value as unknown as B;
