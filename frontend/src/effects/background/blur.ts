import type { Effect } from '../effect';

export const blur: Effect = {
  id: 'blur',
  label: 'Blur',
  // values: radius in video pixels. Taps on a sunflower's spiral, each of them a mean of the pixels about it.
  shader: `
vec3 background(vec2 at) {
  const int TAPS = 28;
  float reach = 2.0 * u_values.x;
  float level = max(0.0, log2(reach * 0.45));
  vec3 sum = vec3(0.0);
  float weights = 0.0;
  for (int i = 0; i < TAPS; i++) {
    float far = sqrt((float(i) + 0.5) / float(TAPS));
    float angle = 2.39996323 * float(i);
    float weight = exp(-2.0 * far * far);
    sum += weight * coarse(at + reach * far * vec2(cos(angle), sin(angle)), level);
    weights += weight;
  }
  return sum / weights;
}`,
  variants: [
    { label: 'Soft', values: [3] },
    { label: 'Medium', values: [6] },
    { label: 'Strong', values: [12] },
  ],
};
