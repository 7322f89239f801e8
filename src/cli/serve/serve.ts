// `wasmi-ts serve`: loads what is to be served, listens, and stops when it is told to. https://github.com/deislabs/wagi
import type { Console } from '../console.ts';
import { EXIT } from '../failure.ts';
import type { Options } from '../options.ts';
import { chooseLoop } from '../run.ts';
import { serveOptions } from './options.ts';
import { Server } from './server.ts';
import { loadSite } from './site.ts';

export async function serve(given: Options, console: Console): Promise<number> {
  const options = serveOptions(given, console);
  await chooseLoop(options.loop);
  const site = await loadSite(given.files[0], options, console);
  const server = new Server(site, options, console);
  const address = await server.listen();
  await new Promise<void>((resolve) => {
    const untell = console.onStop(() => {
      void server.stop().then(() => {
        untell();
        resolve();
      });
    });
    console.tell(`wasmi-ts: serving at http://${address}/`);
  });
  return EXIT.ok;
}
