// Programs of WASIX with threads and sockets, and what each does.
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { memoryDirectory } from '../../src/wasi/index.ts';
import type { Peer } from './peer.ts';
import type { SocketProgram, Trial } from './trial.ts';

const BOTH = ['loopback', 'node'] as const;

/** One without sockets, which ends well and has printed what is wanted. */
function alone(title: string, args: readonly string[], wanted: RegExp | ((stdout: string) => void)): SocketProgram {
  return {
    title,
    file: `wasix/${args[0]}.wasm`,
    args,
    networks: ['loopback'],
    check: async (trial) => {
      equal(await trial.exitCode(), 0);
      equal(trial.stderr, '');
      if (wanted instanceof RegExp) match(trial.stdout, wanted);
      else wanted(trial.stdout);
    },
  };
}

// biome-ignore format: a list
const CONDVAR = [
  'condvar1 thread spawn', 'condvar loop', 'condvar wait', 'condvar1 thread started', 'condvar1 thread sleep(1sec) start',
  'condvar1 thread sleep(1sec) end', 'condvar1 thread set condition', 'condvar1 thread notify', 'condvar woken',
  'condvar parent done', 'condvar1 thread exit', 'all done',
];

function nine(stdout: string): void {
  const lines = stdout.split('\n');
  for (let i = 1; i <= 9; i++) {
    ok(lines.includes(`thread ${i} started`));
    ok(lines.indexOf(`thread ${i} finished`) > lines.indexOf('waiting for threads'));
  }
  equal(lines.at(-2), 'all done');
}

const PAGE = 'hello page';

/** Asks a server for its page: what it answers. */
async function asked(peer: Peer): Promise<string> {
  await peer.write('GET /index.html HTTP/1.1\r\nHost: here\r\n\r\n');
  const head = await peer.readUntil('\r\n\r\n');
  match(head, /^HTTP\/1\.1 200 OK\r\n/);
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  return peer.read(length);
}

const polls = ({ calls }: Trial): number => calls.filter((line) => line.startsWith('poll_oneoff')).length;

/** The server answers on many connections at once, closes each twice, and sleeps while they idle. */
function server(
  title: string,
  { connections, requests, short }: { connections: number; requests: number; short: boolean },
) {
  const program: SocketProgram = {
    title: `web-server ${title}`,
    file: 'wasix/web-server.wasm',
    args: ['web-server', '--root', '/www', '--host', '127.0.0.1', '--port', '8080'],
    networks: BOTH,
    short,
    options: () => ({ preopens: { '/': memoryDirectory({ www: { 'index.html': PAGE }, public: {} }) } }),
    check: async (trial) => {
      const peers = await Promise.all(Array.from({ length: connections }, () => trial.peer(8080)));
      await Promise.all(
        peers.map(async (peer) => {
          for (let i = 0; i < requests; i++) equal(await asked(peer), PAGE);
        }),
      );
      const before = polls(trial);
      await new Promise((resolve) => setTimeout(resolve, 1000));
      ok(polls(trial) - before < 100, `${polls(trial) - before} polls in a second while all connections idle`);
      for (const peer of peers) peer.close();
      const late = await trial.peer(8080);
      equal(await asked(late), PAGE);
      late.close();
      equal(trial.stderr, '');
    },
  };
  return program;
}

const LISTENER: SocketProgram = {
  title: 'example-tcp-listener',
  file: 'wasix/example-tcp-listener.wasm',
  networks: BOTH,
  check: async (trial) => {
    await trial.until('listens', () => trial.stdout !== '');
    for (let i = 0; i < 3; i++) {
      const peer = await trial.peer(7878);
      equal(await peer.read(), '');
      peer.close();
    }
    equal(trial.stdout, `Listening on 127.0.0.1:7878\n${'Connection established!\n'.repeat(3)}`);
    // It closes each of its sockets twice, and the second time closes nothing.
    const closed = trial.calls.filter((line) => line.startsWith('fd_close')).map((line) => line.split(' = ')[1]);
    deepEqual(closed.slice(0, 4), ['SUCCESS', 'BADF', 'SUCCESS', 'BADF']);
  },
};

const CLIENT: SocketProgram = {
  title: 'example-tcp-client',
  file: 'wasix/example-tcp-client.wasm',
  networks: ['loopback'],
  before: (network) => void network.listen({ address: '8.8.8.8', port: 53 }, 1),
  check: async (trial) => {
    equal(await trial.exitCode(), 0);
    equal(trial.stdout, 'Successfully connected to server in port 53\nFinished.\n');
  },
};

export const WASIX_NETWORK: readonly SocketProgram[] = [
  alone('example-condvar', ['example-condvar'], (stdout) =>
    deepEqual(stdout.trim().split('\n').sort(), [...CONDVAR].sort()),
  ),
  alone('example-multi-threading', ['example-multi-threading'], nine),
  alone('example-thread-local', ['example-thread-local'], /VAR1 in main after thread join: SecondEnum\(998877\)\n$/),
  alone('catsay', ['catsay', 'hello'], /^ _+ \n< hello >\n/),
  alone('cowsay', ['cowsay', 'hello'], /^ _+\n< hello >\n(?:.*\n)*.*\^__\^/),
  alone('qjs', ['qjs', '-e', 'console.log([1, 2, 3].map((x) => x * x).join())'], /^1,4,9\n$/),
  alone('web-server --version', ['web-server', '--version'], /^static-web-server 2\.8\.0\n$/),
  alone('web-server --help', ['web-server', '--help'], /--threads-multiplier/),
  LISTENER,
  CLIENT,
  server('serves 30 requests', { connections: 6, requests: 5, short: true }),
  server('serves 1,000 requests over 50 connections', { connections: 50, requests: 20, short: false }),
  ...[1, 2, 3].map((seed) => ({
    ...server(`under random schedule ${seed}`, { connections: 50, requests: 7, short: false }),
    networks: ['loopback'] as const,
    seed,
  })),
];
