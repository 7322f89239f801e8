// Two endless guests take turns on one JavaScript thread: each runs for a while, is put aside, and goes on later.
//   node examples/pause.mjs
import { compile, getGlobal, instantiate } from 'wasmi-ts';
import { assemble } from 'wasmi-ts/text';

const counter = compile(
  assemble(`(module
    (global $count (export "count") (mut i32) (i32.const 0))
    (func (export "run")
      (loop $forever
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (br $forever))))`),
);

const guests = ['first', 'second'].map((name) => {
  const instance = instantiate(counter);
  return { name, count: instance.exports.count, execution: instance.begin('run') };
});

for (const turn of [1, 2]) {
  for (const { name, count, execution } of guests) {
    // Fuel is counted in taken branches and calls. The guest stops when it would need more than it has.
    execution.fuel = 100_000;
    const outcome = execution.step();
    console.log(`turn ${turn}: the ${name} guest has no ${outcome} left after counting to ${getGlobal(count)}`);
  }
}

// Prints:
//   turn 1: the first guest has no fuel left after counting to 100000
//   turn 1: the second guest has no fuel left after counting to 100000
//   turn 2: the first guest has no fuel left after counting to 200001
//   turn 2: the second guest has no fuel left after counting to 200001
