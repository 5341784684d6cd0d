/** The version, put in by the bundler; `dev` when the sources run unbundled, as in tests. */
declare const VIPD_VERSION: string | undefined;
export const VERSION: string = typeof VIPD_VERSION === 'string' ? VIPD_VERSION : 'dev';
