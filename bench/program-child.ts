// The child process of one engine for one program of the corpus: each message is one run, checked. Built packages are
// plain JavaScript, which tsx leaves as it is; only the runner is TypeScript.
// Arguments: engine, folder of our build, folder of the program, work folder. Returns { ms, wrong }.
import { runProgram } from './program.ts';

const [engine, dist, folder, work] = process.argv.slice(2);
process.on('message', () => {
  void runProgram(folder, work, engine, dist).then((ran) => process.send?.(ran));
});
process.send?.({ ready: true });
