import { expect, it } from 'vitest';
import { ExitStatus } from '../../errors.ts';
import { EVERYTHING, TestGuest } from '../guest.suite.ts';
import { LoopbackNetwork, memoryDirectory, seededRandom, VirtualClock } from '../hosts/memory.ts';
import { FUNCTIONS } from './abi.ts';

const NOW = 1_600_000_000_000_000_000n;

/** Makes each call once at least, on a guest with a fixed world, and returns the lines. */
function linesOfAll(): string[] {
  const lines: string[] = [];
  const network = new LoopbackNetwork();
  const clock = new VirtualClock({ start: NOW });
  const guest = new TestGuest({
    args: ['prog', 'ü\n'],
    env: { KEY: 'value' },
    preopens: { '/data': memoryDirectory({ a: 'content', d: { x: '' } }, { now: () => clock.realtime() }) },
    listeners: [network.listen({ address: '127.0.0.1', port: 80 })],
    stdin: 'typed',
    clock,
    random: seededRandom(1),
    strace: (line) => lines.push(line),
  });
  const [OUT, BUF] = [0x100, 0x8000];
  const buffers = (...texts: string[]): void => {
    let at = 0x1000;
    texts.forEach((text, i) => {
      const [, length] = guest.text(text, at);
      guest.setU32(0x200 + i * 8, at);
      guest.setU32(0x204 + i * 8, length);
      at += 0x100;
    });
  };
  const call = (name: string, ...args: (number | bigint)[]): string => guest.call(name, ...args);
  call('args_sizes_get', OUT, OUT + 4);
  call('args_get', 0x400, 0x500);
  call('environ_sizes_get', OUT, OUT + 4);
  call('environ_get', 0x400, 0x500);
  call('clock_res_get', 1, OUT);
  call('clock_time_get', 0, 1000n, OUT);
  call('clock_time_get', 9, 0n, OUT);
  call('fd_prestat_get', 3, OUT);
  call('fd_prestat_dir_name', 3, BUF, 5);
  guest.open('a', { base: EVERYTHING, inheriting: EVERYTHING, dirflags: 1, oflags: 1, fdflags: 5 });
  guest.open('a\u001b[2J', { base: 0x42n, oflags: 0x1f });
  call('fd_advise', 5, 0n, 10n, 3);
  call('fd_allocate', 5, 0n, 20n);
  call('fd_fdstat_get', 5, OUT);
  call('fd_fdstat_set_flags', 5, 0);
  call('fd_filestat_get', 5, OUT);
  call('fd_filestat_set_size', 5, 7n);
  call('fd_filestat_set_times', 5, 1n, 2n, 6);
  buffers('HEL', 'LO');
  call('fd_write', 5, 0x200, 2, OUT);
  call('fd_pwrite', 5, 0x200, 2, 4n, OUT);
  call('fd_pread', 5, 0x200, 2, 0n, OUT);
  call('fd_seek', 5, -7n, 2, OUT);
  call('fd_tell', 5, OUT);
  call('fd_sync', 5);
  call('fd_datasync', 5);
  call('fd_read', 0, 0x200, 2, OUT);
  call('fd_readdir', 3, BUF, 80, 0n, OUT);
  call('fd_fdstat_set_rights', 5, 0x6n, 0n);
  guest.path('path_create_directory', 'new');
  guest.stat('a', false);
  call('path_filestat_set_times', 3, 0, ...guest.text('a'), 0n, 5n, 4);
  guest.link('a', 'b');
  guest.symlink('a', 'l');
  call('path_readlink', 3, ...guest.text('l'), BUF, 10, OUT);
  guest.rename('b', 'c');
  guest.path('path_unlink_file', 'c');
  guest.path('path_remove_directory', 'new');
  guest.bytes.fill(0, 0x600, 0x700);
  guest.bytes[0x608] = 1;
  guest.setU32(0x640, 1);
  guest.setU64(0x648, 5000n);
  call('poll_oneoff', 0x600, 0x700, 2, OUT);
  call('proc_raise', 15);
  call('sched_yield');
  call('random_get', BUF, 8);
  const client = network.connect({ address: '127.0.0.1', port: 80 });
  client.write(Uint8Array.of(104, 105));
  call('sock_accept', 4, 4, OUT);
  call('sock_recv', 6, 0x200, 2, 1, OUT, OUT + 4);
  call('sock_send', 6, 0x200, 1, 0, OUT);
  call('sock_shutdown', 6, 3);
  call('fd_renumber', 6, 5);
  call('fd_close', 5);
  expect(() => guest.raw('proc_exit', 3)).toThrow(ExitStatus);
  return lines;
}

it('every function has its arguments and results decoded', () => {
  const lines = linesOfAll();
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "args_sizes_get(argc=0x100, argv_buf_size=0x104) = SUCCESS argc:2 argv_buf_size:9
    args_get(argv=0x400, argv_buf=0x500) = SUCCESS args:["prog", "ü\\n"]
    environ_sizes_get(count=0x100, buf_size=0x104) = SUCCESS count:1 buf_size:10
    environ_get(environ=0x400, environ_buf=0x500) = SUCCESS environ:["KEY=value"]
    clock_res_get(id=monotonic, resolution=0x100) = SUCCESS resolution:1
    clock_time_get(id=realtime, precision=1000, time=0x100) = SUCCESS time:1600000000000000000
    clock_time_get(id=9, precision=0, time=0x100) = INVAL
    fd_prestat_get(fd=3, prestat=0x100) = SUCCESS prestat:{directory name_len=5}
    fd_prestat_dir_name(fd=3, path=0x8000, path_len=5) = SUCCESS path:"/data"
    path_open(fd=3, dirflags=symlink_follow, path="a", oflags=creat, rights_base=0xffffffffffffffff, rights_inheriting=0xffffffffffffffff, fdflags=append|nonblock, opened=0x100) = SUCCESS opened:5
    path_open(fd=3, dirflags=0, path="a\\u001b[2J", oflags=creat|directory|excl|trunc|0x10, rights_base=fd_read|fd_write, rights_inheriting=0x0, fdflags=0, opened=0x100) = INVAL
    fd_advise(fd=5, offset=0, len=10, advice=willneed) = SUCCESS
    fd_allocate(fd=5, offset=0, len=20) = SUCCESS
    fd_fdstat_get(fd=5, stat=0x100) = SUCCESS stat:{regular-file flags=append|nonblock rights=0x8e001ff inheriting=0x0}
    fd_fdstat_set_flags(fd=5, flags=0) = SUCCESS
    fd_filestat_get(fd=5, stat=0x100) = SUCCESS stat:{regular-file size=20 ino=2 nlink=1 mtim=1600000000000000000}
    fd_filestat_set_size(fd=5, size=7) = SUCCESS
    fd_filestat_set_times(fd=5, atim=1, mtim=2, fst_flags=atim_now|mtim) = SUCCESS
    fd_write(fd=5, iovs=["HEL", "LO"], nwritten=0x100) = SUCCESS nwritten:5
    fd_pwrite(fd=5, iovs=["HEL", "LO"], offset=4, nwritten=0x100) = SUCCESS nwritten:5
    fd_pread(fd=5, iovs=[3, 2], offset=0, nread=0x100) = SUCCESS nread:5 data:["HEL", "LH"]
    fd_seek(fd=5, offset=-7, whence=end, newoffset=0x100) = SUCCESS newoffset:2
    fd_tell(fd=5, offset=0x100) = SUCCESS offset:2
    fd_sync(fd=5) = SUCCESS
    fd_datasync(fd=5) = SUCCESS
    fd_read(fd=0, iovs=[3, 2], nread=0x100) = SUCCESS nread:5 data:["typ", "ed"]
    fd_readdir(fd=3, buf=0x8000, buf_len=80, cookie=0, bufused=0x100) = SUCCESS bufused:80 names:[".", "..", "a"]
    fd_fdstat_set_rights(fd=5, rights_base=fd_read|fd_seek, rights_inheriting=0x0) = SUCCESS
    path_create_directory(fd=3, path="new") = SUCCESS
    path_filestat_get(fd=3, flags=0, path="a", stat=0x100) = SUCCESS stat:{regular-file size=9 ino=2 nlink=1 mtim=1600000000000000000}
    path_filestat_set_times(fd=3, flags=0, path="a", atim=0, mtim=5, fst_flags=mtim) = SUCCESS
    path_link(old_fd=3, old_flags=0, old_path="a", new_fd=3, new_path="b") = SUCCESS
    path_symlink(old_path="a", fd=3, new_path="l") = SUCCESS
    path_readlink(fd=3, path="l", buf=0x8000, buf_len=10, bufused=0x100) = SUCCESS bufused:1 text:"a"
    path_rename(fd=3, old_path="b", new_fd=3, new_path="c") = SUCCESS
    path_unlink_file(fd=3, path="c") = SUCCESS
    path_remove_directory(fd=3, path="new") = SUCCESS
    poll_oneoff(in=[read(0), clock(monotonic, 5000)], out=0x700, nsubscriptions=2, nevents=0x100) = SUCCESS nevents:1 events:[read 0 bytes hangup]
    proc_raise(sig=15) = NOSYS
    sched_yield() = SUCCESS
    random_get(buf=0x8000, buf_len=8) = SUCCESS
    sock_accept(fd=4, flags=nonblock, connection=0x100) = SUCCESS connection:6
    sock_recv(fd=6, ri_data=[3, 2], ri_flags=peek, datalen=0x100, roflags=0x104) = SUCCESS datalen:2 roflags:0 data:["hi"]
    sock_send(fd=6, si_data=["hiw"], si_flags=0x0, datalen=0x100) = SUCCESS datalen:3
    sock_shutdown(fd=6, how=rd|wr) = SUCCESS
    fd_renumber(fd=6, to=5) = SUCCESS
    fd_close(fd=5) = SUCCESS
    proc_exit(rval=3)"
  `);
  const named = new Set(lines.map((line) => line.slice(0, line.indexOf('('))));
  expect(Object.keys(FUNCTIONS).filter((name) => !named.has(name))).toEqual([]);
});

it('what lies outside memory, and what results were written over, is shown as numbers or not at all', () => {
  const lines: string[] = [];
  const guest = new TestGuest({ stdin: '\uffff'.repeat(20), args: ['a'], strace: (line) => lines.push(line) });
  guest.call('path_create_directory', 3, 0xfff0, 0xffff_ffff);
  guest.call('fd_write', 1, 0xffff_fff8, 3, 0);
  guest.call('poll_oneoff', 0xffff_0000, 0, 0x7fff_ffff, 0);
  // The bytes that are read lie over the array that says where they are.
  guest.setU32(0x200, 0x200);
  guest.setU32(0x204, 16);
  guest.call('fd_read', 0, 0x200, 1, 0x300);
  guest.call('args_get', 0x200, 0x1fe);
  expect(lines).toMatchInlineSnapshot(`
    [
      "path_create_directory(fd=3, path=0xfff0[4294967295]) = BADF",
      "fd_write(fd=1, iovs=0xfffffff8[3], nwritten=0x0) = FAULT",
      "poll_oneoff(in=0xffff0000, out=0x0, nsubscriptions=2147483647, nevents=0x0) = FAULT",
      "fd_read(fd=0, iovs=[16], nread=0x300) = SUCCESS nread:16 data:[0xefbfbfef[16]]",
      "args_get(argv=0x200, argv_buf=0x1fe) = SUCCESS args:["a"]",
    ]
  `);
});
