import { main } from '../cli/vipd.ts';

// A number is the end; null means that the daemon now runs on its event loop.
void main(process.argv.slice(2)).then((status) => {
  if (status !== null) process.exitCode = status;
});
