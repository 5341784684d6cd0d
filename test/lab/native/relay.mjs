/** A mail relay that takes everything: HELO and EHLO, one mail per connection. Each conversation is one JSON line on stdout.
 *
 *      node relay.mjs PORT        {"lines":["HELO lvs01","MAIL FROM:<…>",…]}
 */
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

const [port] = process.argv.slice(2);

createServer((socket) => {
  const lines = [];
  let isData = false;
  socket.on('error', () => {});
  socket.on('close', () => process.stdout.write(`${JSON.stringify({ lines })}\n`));
  socket.write('220 relay\r\n');
  const reader = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
  reader.on('error', () => {}); // a client that is cut off, told twice
  reader.on('line', (line) => {
    lines.push(line);
    if (isData && line !== '.') return;
    isData = line === 'DATA';
    socket.write(line === 'QUIT' ? '221 bye\r\n' : isData ? '354 go on\r\n' : '250 fine\r\n');
    if (line === 'QUIT') socket.end();
  });
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('{"ready":true}\n'));
