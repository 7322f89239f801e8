// Loops that clang turns into vector instructions, or not: the same work twice, to compare in the interpreter.
// Built by build.sh into scalar.wasm and simd.wasm. Each function works `rounds` times over its arrays and answers a
// checksum, which is the same in both builds: floats are exact small integers.
#define N 4096

static int a[N], b[N], c[N];
static float x[N], y[N];
static double p[N / 2], q[N / 2];
static unsigned char s[N], t[N], u[N];
static short v[N], w[N];

/** i32x4: multiply, add, shift, exclusive or. */
__attribute__((export_name("mix32"))) int mix32(int rounds) {
  for (int i = 0; i < N; i++) {
    a[i] = i * 2654435761u;
    b[i] = i ^ 0x55aa;
  }
  for (int r = 0; r < rounds; r++) {
    for (int i = 0; i < N; i++) c[i] = a[i] * b[i] + (c[i] >> 3);
    for (int i = 0; i < N; i++) a[i] = (a[i] ^ c[i]) + 12345;
  }
  int sum = 0;
  for (int i = 0; i < N; i++) sum += c[i];
  return sum;
}

/** f32x4: y += k * x, as in linear algebra. */
__attribute__((export_name("saxpy"))) int saxpy(int rounds) {
  for (int i = 0; i < N; i++) {
    x[i] = i & 15;
    y[i] = 0;
  }
  for (int r = 0; r < rounds; r++) {
    float k = r & 3;
    for (int i = 0; i < N; i++) y[i] = y[i] * 0.5f + k * x[i];
  }
  float sum = 0;
  for (int i = 0; i < 64; i++) sum += y[i] * 256.0f;
  return (int)sum;
}

/** f64x2: a stencil of three points. */
__attribute__((export_name("stencil"))) int stencil(int rounds) {
  for (int i = 0; i < N / 2; i++) p[i] = i & 7;
  for (int r = 0; r < rounds; r++) {
    for (int i = 1; i < N / 2 - 1; i++) q[i] = p[i - 1] + p[i] * 2.0 + p[i + 1];
    for (int i = 1; i < N / 2 - 1; i++) p[i] = q[i] * 0.25;
  }
  double sum = 0;
  for (int i = 0; i < N / 2; i++) sum += p[i];
  return (int)sum;
}

/** u8x16: rounded average of two pictures, brightened. */
__attribute__((export_name("blend"))) int blend(int rounds) {
  for (int i = 0; i < N; i++) {
    s[i] = i * 7;
    t[i] = i * 13;
  }
  for (int r = 0; r < rounds; r++) {
    for (int i = 0; i < N; i++) u[i] = (s[i] + t[i] + 1) >> 1;
    for (int i = 0; i < N; i++) s[i] = u[i] > t[i] ? u[i] : t[i];
    for (int i = 0; i < N; i++) t[i] += 3;
  }
  int sum = 0;
  for (int i = 0; i < N; i++) sum += s[i] + u[i];
  return sum;
}

/** i16x8 to i32x4: a dot product. */
__attribute__((export_name("dot16"))) int dot16(int rounds) {
  for (int i = 0; i < N; i++) {
    v[i] = i * 31;
    w[i] = i * 17;
  }
  int sum = 0;
  for (int r = 0; r < rounds; r++) {
    for (int i = 0; i < N; i++) sum += v[i] * w[i];
    v[r & (N - 1)] ^= 1;
  }
  return sum;
}
