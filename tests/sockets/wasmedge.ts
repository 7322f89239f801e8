// Programs of WasmEdge, and what each does. Those that check themselves end with 0 when all is well.
import { equal, match } from 'node:assert/strict';
import { memoryDirectory } from '../../src/wasi/index.ts';
import { type Peer, serving } from './peer.ts';
import type { SocketProgram, Trial } from './trial.ts';

const FOLDER = 'wasmedge';
const BOTH = ['loopback', 'node'] as const;
const LOGGED = () => ({ env: { RUST_LOG: 'info' } });
const INFO = (program: string) => ({ env: { RUST_LOG: `${program}=info` } });

const endsWell = async (trial: Trial): Promise<void> => equal(await trial.exitCode(), 0);

/** One of the cases of the program that checks itself, which the first argument names. */
function self(name: string, row: Partial<SocketProgram> = {}): SocketProgram {
  return {
    title: `wasi_impl_test ${name}`,
    file: `${FOLDER}/wasi_impl_test.wasm`,
    args: [name],
    networks: BOTH,
    options: LOGGED,
    check: endsWell,
    ...row,
  };
}

/** A greeting from the server, an answer, and the end. */
async function greeted(trial: Trial): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const peer = await trial.peer(1234);
    equal(await peer.readUntil('\n'), 'hello\n');
    await peer.write(`answer ${i}`);
    peer.close();
  }
  equal(await trial.exitCode(), 0);
  for (let i = 0; i < 3; i++) match(trial.stderr, new RegExp(`answer ${i}`));
}

async function received(trial: Trial): Promise<void> {
  await trial.until('listened', () => trial.stdout.includes('[wasm] listen 1234\n'));
  const talk = async (text: string): Promise<void> => {
    const peer = await trial.peer(1234);
    equal(await peer.readUntil('\n'), 'Hello world!\n');
    for (const one of [text, `${text} again`]) {
      await peer.write(one);
      await trial.until(`said ${one}`, () => trial.stdout.includes(`[wasm] Received data: ${one}\n`));
    }
    peer.close();
  };
  await Promise.all(['one', 'two', 'three'].map(talk));
  await talk('four');
  await trial.stop();
}

/** Answers a question about a name with one address of IPv4, or says that there is no such name. */
async function answerDns(peer: Peer): Promise<void> {
  const length = await peer.read(2);
  if (length.length < 2) return;
  const question = await peer.read(Buffer.from(length, 'latin1').readUInt16BE());
  const known = question.includes('\x05known\x07example\x00');
  const body = question.slice(12, question.indexOf('\0', 12) + 5);
  const flags = known ? '\x81\x80' : '\x81\x83';
  const isV4 = body.endsWith('\0\x01\0\x01');
  const count = known && isV4 ? '\0\x01' : '\0\0';
  const address = '\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x07';
  const answer = `${question.slice(0, 2)}${flags}\0\x01${count}\0\0\0\0${body}${known && isV4 ? address : ''}`;
  const size = Buffer.alloc(2);
  size.writeUInt16BE(answer.length);
  await peer.write(size.toString('latin1') + answer);
}

async function looksUp(trial: Trial): Promise<void> {
  const stop = serving(trial.network, 8000, async (peer) => {
    for (let i = 0; i < 4; i++) await answerDns(peer);
  });
  try {
    equal(await trial.exitCode(), 0);
  } finally {
    stop();
  }
  match(trial.stdout + trial.stderr, /192\.0\.2\.7/);
}

/** Six requests, with sleeps in between that are longer each time. */
async function delays(trial: Trial): Promise<void> {
  const requests: string[] = [];
  const stop = serving(trial.network, 80, async (peer) => {
    requests.push(await peer.readUntil('\r\n\r\n'));
    await peer.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok');
  });
  try {
    equal(await trial.exitCode(), 0);
  } finally {
    stop();
  }
  for (const seconds of [20, 40, 80, 140, 200]) match(trial.stderr, new RegExp(`sleep ${seconds}s`));
  equal(requests.length, 6);
  for (const one of requests) match(one, /^GET .* HTTP\/1\.1\r\n(?:.*\r\n)*host: httpbin\.org/i);
}

let counted = 0;

export const WASMEDGE: readonly SocketProgram[] = [
  {
    title: 'block_tcp_listener',
    file: `${FOLDER}/block_tcp_listener.wasm`,
    networks: BOTH,
    options: LOGGED,
    check: greeted,
  },
  { title: 'poll_tcp_listener', file: `${FOLDER}/poll_tcp_listener.wasm`, networks: BOTH, check: received },
  self('block_socket', {
    check: async (trial) => {
      for (let i = 0; i < 2; i++) {
        const peer = await trial.peer(1234);
        equal(await peer.read(), 'hello\n');
        peer.close();
      }
      await trial.stop();
    },
  }),
  self('et_poll', {
    check: async (trial) => {
      const peer = await trial.peer(1234);
      equal(await peer.readUntil('\n'), 'Hello world!\n');
      await peer.write('a line');
      await trial.until('said what it got', () => trial.stdout.includes('Received data: a line\n'));
      peer.close();
      await trial.stop();
    },
  }),
  self('accept_would_block'),
  self('connect_in_progress'),
  self('nslookup', {
    networks: ['loopback'],
    names: new Map([['httpbin.org', ['192.0.2.1']]]),
    check: async (trial) => {
      await endsWell(trial);
      match(trial.stderr, /result = Ok\(\[192\.0\.2\.1\]\)/);
    },
  }),
  self('bind_device', {
    check: async (trial) => {
      await endsWell(trial);
      match(trial.stderr, /bind_device res = Ok\(\(\)\)/);
      match(trial.stderr, /connect res = Err\(Os \{ code: 14, kind: ConnectionRefused/);
    },
  }),
  self('list_cwd', {
    networks: ['loopback'],
    options: () => ({ ...LOGGED(), preopens: { '.': memoryDirectory({ first: '', second: '' }) } }),
    check: async (trial) => {
      await endsWell(trial);
      for (const name of ['first', 'second']) match(trial.stderr, new RegExp(`DirEntry\\("\\./${name}"\\)`));
    },
  }),
  self('sleep', {
    networks: ['loopback'],
    virtualTime: true,
    check: async (trial) => {
      await endsWell(trial);
      match(trial.stderr, /:00Z.*sleep 5s \.\.\.\n.*:05Z.*sleep 5s wake up!/);
    },
  }),
  self('tokio_sleep', {
    networks: ['loopback'],
    virtualTime: true,
    check: async (trial) => {
      await trial.until('reconnected five times', () => trial.stderr.split('reconnect').length > 5);
      await trial.stop();
    },
  }),
  {
    title: 'try_sock_opt',
    file: `${FOLDER}/try_sock_opt.wasm`,
    networks: BOTH,
    check: async (trial) => {
      await endsWell(trial);
      equal(
        trial.stdout,
        'recv_timeout None\nsend_timeout None\nrecv_timeout Some(1s)\nsend_timeout Some(1s)\nstart connect 8.8.8.8:53\n',
      );
    },
  },
  {
    title: 'try_dns without arguments',
    file: `${FOLDER}/try_dns.wasm`,
    networks: ['loopback'],
    check: async (trial) => {
      await endsWell(trial);
      equal(trial.stdout, 'start\n');
    },
  },
  {
    title: 'try_dns with a name',
    file: `${FOLDER}/try_dns.wasm`,
    args: ['try_dns', 'known.example'],
    networks: BOTH,
    check: looksUp,
  },
  {
    title: 'delay_task',
    file: `${FOLDER}/delay_task.wasm`,
    networks: ['loopback'],
    names: new Map([['httpbin.org', ['127.0.0.1']]]),
    virtualTime: true,
    options: () => INFO('delay_task'),
    check: delays,
  },
  {
    title: 'yield_count',
    file: `${FOLDER}/yield_count.wasm`,
    networks: ['loopback'],
    options: LOGGED,
    imports: () => {
      counted = 0;
      return {
        host: {
          async_counting: () => new Promise<void>((resolve) => setTimeout(resolve, 1)).then(() => void counted++),
        },
      } as never;
    },
    check: async (trial) => {
      await endsWell(trial);
      equal(counted, 5);
      for (let i = 0; i < 5; i++) match(trial.stderr, new RegExp(`times in wasm = ${i}\\n`));
    },
  },
];
