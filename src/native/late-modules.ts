/** Modules of Node's own that take milliseconds to load and that few configurations need, loaded at their first use: a start
 *  pays for crypto and tls as much as for reading a hundred services. */
import { createRequire } from 'node:module';

const load = createRequire('/');

export const cryptoModule = (): typeof import('node:crypto') => load('node:crypto');
export const tlsModule = (): typeof import('node:tls') => load('node:tls');
export const http2Module = (): typeof import('node:http2') => load('node:http2');
export const vmModule = (): typeof import('node:vm') => load('node:vm');
export const childProcessModule = (): typeof import('node:child_process') => load('node:child_process');
