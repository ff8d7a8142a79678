// What the chart and the parallel view share of drawing on a canvas.

/** A clean pen for a canvas that is made as large as its place, in the pixels of the screen. */
export function penOf(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [wide, tall] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== tall) [canvas.width, canvas.height] = [wide, tall];
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

/** The picture of many marks, kept on a canvas of its own: `draw(pen)` runs only when something in `of` is another than before. */
export class KeptLayer {
  constructor() {
    this.canvas = null;
    this.of = [];
  }

  put(pen, of, width, height, draw) {
    const { canvas } = pen;
    const now = [...of, canvas.width, canvas.height];
    if (now.length !== this.of.length || now.some((one, k) => one !== this.of[k])) {
      this.canvas = this.canvas || document.createElement("canvas");
      [this.canvas.width, this.canvas.height] = [canvas.width, canvas.height];
      const own = this.canvas.getContext("2d");
      own.setTransform(pen.getTransform());
      draw(own);
      this.of = now;
    }
    pen.drawImage(this.canvas, 0, 0, width, height);
  }
}
