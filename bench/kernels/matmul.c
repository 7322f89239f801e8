// f64 and indexed memory: product of two matrices, `rounds` times; all numbers are exact. Answers a checksum.
#define N 100

static double left[N][N], right[N][N], product[N][N];

__attribute__((export_name("run"))) int run(int rounds) {
  for (int i = 0; i < N; i++) {
    for (int j = 0; j < N; j++) {
      left[i][j] = i + 2 * j;
      right[i][j] = 3 * i - j;
    }
  }
  while (rounds-- > 0) {
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < N; j++) {
        double sum = 0;
        for (int k = 0; k < N; k++) sum += left[i][k] * right[k][j];
        product[i][j] = sum;
      }
    }
    left[rounds % N][0] += 1;
  }
  double trace = 0;
  for (int i = 0; i < N; i++) trace += product[i][i];
  return (int)(trace / 1024);
}
