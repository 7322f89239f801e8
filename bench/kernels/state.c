// br_table: a small machine with four registers runs a program of eleven kinds of instructions for `steps` steps.
static const unsigned char program[24] = {3, 8, 1, 12, 6, 0, 9, 2, 5, 11, 4, 7, 1, 3, 8, 6, 2, 9, 0, 5, 4, 1, 7, 10};

__attribute__((export_name("run"))) int run(int steps) {
  unsigned a = 1, b = 2, c = 3, d = 4;
  int at = 0;
  while (steps-- > 0) {
    switch (program[at++]) {
      case 0: a += b; break;
      case 1: b ^= a >> 5; break;
      case 2: c -= d & 0xff; break;
      case 3: d = d * 7 + c; break;
      case 4: if (b & 2) c += 9; break;
      case 5: a ^= d << 3; break;
      case 6: b = b << 9 | b >> 23; break;
      case 7: c = ~c; break;
      case 8: d -= a; break;
      case 9: a = a * 13 + 1; break;
      case 10: at = 0; break;
      default: b += at; break;
    }
  }
  return (int)(a ^ b ^ c ^ d);
}
