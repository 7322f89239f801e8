// A process that serves, as bin/wasmi-ts does, and answers messages: how much it keeps after a collection, and how much
// time of a processor it took. Needs node --expose-gc. Arguments: the folder of the build, then those of `serve`.
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

interface Host {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  stdout(data: string | Uint8Array): void;
  stderr(data: string | Uint8Array): void;
  readStdin(): Uint8Array;
}

const [dist, ...args] = process.argv.slice(2);
const { main } = (await import(pathToFileURL(join(dist, 'bin', 'main.js')).href)) as {
  main(args: readonly string[], host: Host): Promise<number>;
};
const { gc } = globalThis as unknown as { gc(): void };
let complaint = '';

process.on('message', () => {
  gc();
  gc();
  const { heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  process.send?.({ kept: heapUsed + external, cpu: (user + system) / 1000 });
});

const code = await main(['serve', '--listen', '0', ...args], {
  env: {},
  cwd: process.cwd(),
  // The log is written, but to nobody.
  stdout: () => {},
  stderr: (data) => {
    complaint += Buffer.from(data as string);
    const port = /:(\d+)\/\n/.exec(complaint)?.[1];
    if (port !== undefined) process.send?.({ port: Number(port) });
  },
  readStdin: () => new Uint8Array(0),
});
console.error(complaint);
process.exitCode = code;
