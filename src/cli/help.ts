// The usage texts, one per command. docs/command-line.md says more, with examples.
import { LIMIT_HELP } from './limit-options.ts';
import { featureLines } from './wasm-features.ts';

const COMMON = `  -h, --help                  this text
      --version               the version`;

const FEATURES = `  -W, --wasm-features LIST    switch proposals: name, -name, name=y or name=n, with commas between; all for all`;

const features = (): string => `\nFeatures (name, by default, since):\n${featureLines().join('\n')}\n`;

export const MAIN_HELP = `wasmi-ts: run and inspect WebAssembly, without WebAssembly

Usage: wasmi-ts [run] [OPTIONS] FILE [ARGUMENTS...]
       wasmi-ts COMMAND [OPTIONS] FILE...

Commands:
  run        run a program (.wasm or .wat); the default
  trace      run it and print every instruction: run --trace
  validate   check that files are valid modules
  wast       run scripts of the WebAssembly testsuite
  wat        print a module in the text format
  parse      make a binary module of a text
  objdump    show sections, imports, exports, instructions, lowered code
  fuzz       run modules by chance on two engines
  help       this text, or that of a command

FILE is a module in the binary or the text format, or - for standard input.
wasmi-ts COMMAND --help says more about a command.

Exit codes: the program's own; 134 trap, 124 time-out, 125 out of fuel,
1 failed to load, validate or link, 2 wrong usage, 70 a bug in wasmi-ts.
WASMI_TS_DEBUG=1 in the environment adds JavaScript stack traces to errors.
`;

export const RUN_HELP = (): string => `Usage: wasmi-ts [run] [OPTIONS] FILE [ARGUMENTS...]

Runs the export _start of a WASI program, or the function that --invoke names.
Options stand before FILE; all that follows FILE belongs to the program.

The program's world:
      --dir HOST[::GUEST][:ro]  let it use a directory, as GUEST (default: the same text)
      --mapdir GUEST:HOST     the same, the other way round
      --weak-dirs             hold directories by path where Linux cannot hold them (see docs/wasi.md)
      --env NAME[=VALUE]      set an environment variable, or pass on ours
      --env-inherit           pass on the whole environment
      --listen [ADDRESS:]PORT  give it a socket that listens there (default address: 127.0.0.1)
      --module NAME=FILE      instantiate FILE first; its exports are the import module NAME
      --thread-seed N         give guest threads their turns by chance that follows from N
      --unknown-imports HOW   trap: imports that nobody provides trap when called;
                              default: they do nothing and return zeros;
                              refuse: the program does not link (without the option)
What to run:
      --invoke NAME           call an exported function; ARGUMENTS are its parameters, results are printed:
                              -1, 0xff, 1.5, inf, nan, null, "i32x4 1 2 3 4", one word each
${FEATURES}
Limits:
      --fuel N                stop after about N branches and calls (exit code 125)
      --timeout TIME          stop after a time: 5s, 300ms, 1m (exit code 124)
${LIMIT_HELP}
Speed:
      --loop NAME             switch, or closures for a Node without JIT; auto (default) finds out
Watching:
      --trace[=KINDS]         print what runs: ops,calls,mem,wasi,branch (default: ops)
      --trace-limit N         at most N lines (default: 10000)
      --trace-filter PATTERN  only functions whose name fits, with * for anything
      --trace-out FILE        not to standard error but to a file
      --trace-format FORMAT   text or json
      --strace                print each WASI call with arguments and result
      --stats                 print time and memory used at the end
${COMMON}
${features()}`;

export const VALIDATE_HELP = (): string => `Usage: wasmi-ts validate [OPTIONS] FILE...

Checks that each FILE is a valid module. Exit code 0 if all are, 1 if not.

${FEATURES}
  -v, --verbose               also say which files are valid
${COMMON}
${features()}`;

export const WAST_HELP = (): string => `Usage: wasmi-ts wast [OPTIONS] FILE...

Runs scripts in the testsuite's format and reports the assertions that fail.
Exit code 0 if none does, 1 otherwise.

${FEATURES}
      --timeout TIME          stop after a time: 5s, 300ms, 1m (exit code 124)
  -v, --verbose               one line for each file, also where all is well
${COMMON}
${features()}`;

export const WAT_HELP = `Usage: wasmi-ts wat [OPTIONS] FILE

Prints a module in the text format; parsing gives the same bytes. What is malformed is refused.

  -o, --output FILE           write to a file instead of standard output
      --no-names              numbers instead of the name section's names
      --offsets               the offset of each instruction, as a comment
${COMMON}
`;

export const PARSE_HELP = `Usage: wasmi-ts parse [OPTIONS] FILE.wat

Makes a module of the binary format out of a text. Does not validate it.

  -o, --output FILE           where to write; default: FILE.wasm; - for standard output
${COMMON}
`;

export const OBJDUMP_HELP = (): string => `Usage: wasmi-ts objdump [OPTIONS] FILE

Shows what is in a module; sections, imports and exports where nothing is chosen.

      --sections              sections with offsets and sizes
      --imports               imports with types
      --exports               exports with types
  -d, --disassemble           instructions with offsets, bytes and names
      --lowered               the code that the interpreter makes of them (the module must be valid)
      --func NAME|INDEX       only this function
${FEATURES}
${COMMON}
`;

export const FUZZ_HELP = (): string => `Usage: wasmi-ts fuzz [OPTIONS]

Makes valid modules by chance, runs each on two engines and compares all that can be seen.
What differs is saved, made small. Exit code 0 if nothing does, 1 otherwise. Needs the package fast-check.

      --against ENGINE        native: the host's own (the default); self: ours again, with tracing code
      --validate-only         do not run them: ours and the host's validator have to accept each, and every instruction
                              has to occur; features are all, for the host's validator those that it has
      --features LIST         exactly these and what they imply, with commas between; also all, default
      --seed N                the first module's seed; default: by chance
      --time TIME             how long: 30s, 10m (default: 1m)
      --runs N                how many modules; ends by whichever comes first
      --out DIR               where to save what is found (default: fuzz-found)
      --rows                  print how often each instruction was generated (always with --validate-only)
${FEATURES}
${COMMON}
${features()}`;
