/** A real server's nginx: one page whose text can be changed, the host's name in a header, and a large
 *  file sent slowly. */
import type { Host } from './host.ts';
import type { Program } from './program.ts';

export interface WebServer {
  readonly host: Host;
  readonly setPage: (text: string) => void;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const DIR = '/run/web';
const START_MS_MAX = 10_000;

/** Bytes of /big and its pace: it lasts 10 s, longer than what a test does meanwhile. */
export const BIG_FILE = { bytes: 2_000_000, bytesPerSecond: 200_000 };

export function webServer(host: Host, page: string): WebServer {
  host.write(`${DIR}/pages/index.html`, page);
  host.write(`${DIR}/pages/big`, Buffer.alloc(BIG_FILE.bytes, host.name));
  host.write(`${DIR}/nginx.conf`, configuration());
  let nginx: Program | null = null;
  return {
    host,
    setPage: (text) => host.write(`${DIR}/pages/index.html`, text),
    async start() {
      nginx = host.start(['nginx', '-e', 'stderr', '-c', `${DIR}/nginx.conf`]);
      await nginx.line(/start worker process/, START_MS_MAX);
    },
    async stop() {
      await nginx?.stop('SIGTERM');
    },
  };
}

const configuration = (): string => `
daemon off;
user root;
worker_processes 1;
pid ${DIR}/nginx.pid;
error_log stderr notice;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${DIR}/body;
  proxy_temp_path ${DIR}/proxy;
  fastcgi_temp_path ${DIR}/fastcgi;
  uwsgi_temp_path ${DIR}/uwsgi;
  scgi_temp_path ${DIR}/scgi;
  default_type text/html;
  etag off;
  add_header X-Served-By $hostname;
  server {
    listen 80;
    listen [::]:80;
    root ${DIR}/pages;
    location = /big { limit_rate ${BIG_FILE.bytesPerSecond}; }
  }
}
`;
