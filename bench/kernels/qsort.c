// Compare, swap, recursion: quicksort of `count` numbers (at most 300,000), finished by insertion sort; answers a
// checksum over the sorted numbers.
#define MOST 300000
#define SMALL 16

static int numbers[MOST];

static void insertionSort(int *from, int *to) {
  for (int *at = from + 1; at <= to; at++) {
    int number = *at, *hole = at;
    while (hole > from && hole[-1] > number) {
      *hole = hole[-1];
      hole--;
    }
    *hole = number;
  }
}

static void sort(int *from, int *to) {
  while (to - from > SMALL) {
    int pivot = from[(to - from) / 2];
    int *low = from - 1, *high = to + 1;
    for (;;) {
      do low++; while (*low < pivot);
      do high--; while (*high > pivot);
      if (low >= high) break;
      int number = *low;
      *low = *high;
      *high = number;
    }
    sort(from, high);
    from = high + 1;
  }
  insertionSort(from, to);
}

__attribute__((export_name("run"))) int run(int count) {
  unsigned random = 2463534242u;
  for (int i = 0; i < count; i++) {
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    numbers[i] = (int)random;
  }
  sort(numbers, numbers + count - 1);
  unsigned sum = 0;
  for (int i = 0; i < count; i++) sum = sum * 33 + (unsigned)numbers[i];
  return (int)sum;
}
