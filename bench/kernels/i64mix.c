// 64-bit integers: a generator of random numbers, a hash over bytes, and rounds as in SHA-512 and BLAKE2.
typedef unsigned long long u64;

static unsigned char text[1024];

static inline u64 rotate(u64 x, int n) { return x >> n | x << (64 - n); }

__attribute__((export_name("run"))) int run(int rounds) {
  u64 random = 0x2545F4914F6CDD1DULL, hash = 0xCBF29CE484222325ULL;
  u64 a = 0x6A09E667F3BCC908ULL, b = 0xBB67AE8584CAA73BULL, c = 0x3C6EF372FE94F82BULL, d = 0xA54FF53A5F1D36F1ULL;
  u64 smaller = 0;
  for (int i = 0; i < 1024; i++) text[i] = i * 31 ^ i >> 3;
  for (int i = 0; i < rounds; i++) {
    random ^= random >> 12;
    random ^= random << 25;
    random ^= random >> 27;
    hash = (hash ^ text[i & 1023]) * 0x100000001B3ULL;
    a += b + random;
    d = rotate(d ^ a, 32);
    c += d;
    b = rotate(b ^ c, 24);
    u64 big = rotate(a, 28) ^ rotate(a, 34) ^ rotate(a, 39);
    u64 choice = (b & c) ^ (~b & d);
    if (big + choice < hash) smaller++;
    else a ^= big;
  }
  u64 all = a ^ b ^ c ^ d ^ hash ^ random ^ smaller;
  return (int)(all ^ all >> 32);
}
