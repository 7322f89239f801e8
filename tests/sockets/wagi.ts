// The examples of WAGI, run as the programs that they are: what they print is an answer to a request of HTTP. How requests are
// answered by them is tested with the server (tests/serve).
import { equal, match } from 'node:assert/strict';
import type { SocketProgram } from './trial.ts';

function prints(name: string, check: (stdout: string, stderr: string) => void): SocketProgram {
  return {
    title: name,
    file: `wagi/${name}.wasm`,
    networks: ['loopback'],
    options: () => ({ env: { SERVER_PORT: '3000' } }),
    check: async (trial) => {
      equal(await trial.exitCode(), 0);
      check(trial.stdout, trial.stderr);
    },
  };
}

export const WAGI: readonly SocketProgram[] = [
  prints('hello', (stdout) => equal(stdout, 'content-type:text/plain\n\nhello world\n')),
  prints('log', (stdout, stderr) => {
    equal(stdout, 'content-type: text/html;charset=UTF-8\n\nOh hi world\n\n');
    equal(stderr, 'Some logging\n');
  }),
  prints('toast-on-demand', (stdout) => {
    match(stdout, /^Content-Type: text\/html\n\n<h1>Welcome to the Toast on Demand web site<\/h1>\n/);
    match(stdout, /<p>SERVER_PORT = 3000<p>\n$/);
  }),
  prints('dynamic-routes', (stdout) =>
    equal(stdout, 'Content-Type: text/plain\n\nThis is the main entry point\nSERVER_PORT = 3000\n'),
  ),
];
