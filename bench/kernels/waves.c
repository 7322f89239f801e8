// f32: a wave on a line of 2,000 points, `steps` steps; answers the sum of the heights times 1,000.
#define POINTS 2000

static float height[POINTS], speed[POINTS];

__attribute__((export_name("run"))) int run(int steps) {
  for (int i = 0; i < POINTS; i++) {
    height[i] = i > 900 && i < 1100 ? 1.0f : 0.0f;
    speed[i] = 0;
  }
  while (steps-- > 0) {
    for (int i = 1; i < POINTS - 1; i++) {
      speed[i] = (speed[i] + 0.25f * (height[i - 1] + height[i + 1] - 2.0f * height[i])) * 0.999f;
    }
    for (int i = 1; i < POINTS - 1; i++) height[i] += speed[i];
  }
  float sum = 0;
  for (int i = 0; i < POINTS; i++) sum += height[i];
  return (int)(sum * 1000.0f);
}
