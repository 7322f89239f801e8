// call_indirect: objects of four shapes in a list, each with a function of its own; `rounds` walks.
struct shape {
  int (*area)(const struct shape *);
  int width, height;
};

static int square(const struct shape *s) { return s->width * s->width; }
static int rectangle(const struct shape *s) { return s->width * s->height; }
static int triangle(const struct shape *s) { return s->width * s->height / 2; }
static int nothing(const struct shape *s) { return s->height - s->width; }

static int (*const areas[4])(const struct shape *) = {square, rectangle, triangle, nothing};
static struct shape shapes[1000];

__attribute__((export_name("run"))) int run(int rounds) {
  for (int i = 0; i < 1000; i++) {
    shapes[i].area = areas[(i * 7 + i / 10) & 3];
    shapes[i].width = i % 37;
    shapes[i].height = i % 23 + 1;
  }
  unsigned sum = 0;
  while (rounds-- > 0) {
    for (int i = 0; i < 1000; i++) sum = sum * 5 + shapes[i].area(&shapes[i]);
  }
  return (int)sum;
}
