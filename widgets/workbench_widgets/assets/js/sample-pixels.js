// Samples as bytes and answers. No DOM here.

/** Bytes that were sent as base64. */
export function sampleBytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

/** Red, green, blue and opacity of each pixel, from one byte a pixel (grey) or three. */
export function samplePixels(bytes, pixels) {
  const colours = bytes.length / pixels;
  const filled = new Uint8ClampedArray(4 * pixels);
  for (let k = 0; k < pixels; k += 1) {
    for (let c = 0; c < 3; c += 1) filled[4 * k + c] = bytes[colours === 3 ? 3 * k + c : k];
    filled[4 * k + 3] = 255;
  }
  return filled;
}

/** Whether the answer is known to be another one than the truth. */
export function sampleWrong(sample) {
  return sample.answer !== null && sample.truth !== null && sample.share !== null && sample.answer !== sample.truth;
}
