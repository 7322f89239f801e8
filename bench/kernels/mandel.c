// f64 in a tight loop: steps of z*z + c over a picture of size*size points of the Mandelbrot set.
__attribute__((export_name("run"))) int run(int size) {
  int steps = 0;
  for (int row = 0; row < size; row++) {
    for (int column = 0; column < size; column++) {
      double re = 2.5 * column / size - 1.75, im = 2.5 * row / size - 1.25;
      double x = 0, y = 0;
      for (int i = 0; i < 200 && x * x + y * y <= 4; i++) {
        double next = x * x - y * y + re;
        y = 2 * x * y + im;
        x = next;
        steps++;
      }
    }
  }
  return steps;
}
