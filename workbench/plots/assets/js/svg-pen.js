// A pen that takes the strokes of a canvas and writes SVG: the same drawing, as lines that can be scaled. No DOM here.

const PEN_STATE = ["fillStyle", "strokeStyle", "lineWidth", "globalAlpha", "lineJoin", "font", "textAlign"];

export class SvgPen {
  constructor(width, height) {
    this.size = [width, height];
    this.parts = [];
    this.path = "";
    this.saved = [];
    this.clips = 0;
    this.dash = [];
    Object.assign(this, { fillStyle: "#000", strokeStyle: "#000", lineWidth: 1, globalAlpha: 1, lineJoin: "miter", font: "12px sans-serif", textAlign: "left" });
  }

  save() {
    this.saved.push([Object.fromEntries(PEN_STATE.map((name) => [name, this[name]])), this.clips]);
  }

  restore() {
    const [values, clips] = this.saved.pop();
    Object.assign(this, values);
    for (; this.clips > clips; this.clips -= 1) this.parts.push("</g>");
  }

  beginPath() {
    this.path = "";
  }

  moveTo(x, y) {
    this.path += `M${penNumber(x)} ${penNumber(y)}`;
  }

  lineTo(x, y) {
    this.path += `L${penNumber(x)} ${penNumber(y)}`;
  }

  bezierCurveTo(...corners) {
    this.path += `C${corners.map(penNumber).join(" ")}`;
  }

  closePath() {
    this.path += "Z";
  }

  /** A whole circle: nothing else is drawn. The pen stands at its right end. */
  arc(x, y, radius) {
    const r = penNumber(radius);
    this.path += `A${r} ${r} 0 1 1 ${penNumber(x - radius)} ${penNumber(y)}A${r} ${r} 0 1 1 ${penNumber(x + radius)} ${penNumber(y)}Z`;
  }

  rect(x, y, width, height) {
    this.path += `M${penNumber(x)} ${penNumber(y)}h${penNumber(width)}v${penNumber(height)}h${penNumber(-width)}Z`;
  }

  clip() {
    this.clips += 1;
    const id = `clip${this.clips}-${this.parts.length}`;
    this.parts.push(`<clipPath id="${id}"><path d="${this.path}"/></clipPath><g clip-path="url(#${id})">`);
  }

  fill() {
    this.parts.push(`<path d="${this.path}" fill="${this.fillStyle}"${this.faded()}/>`);
  }

  stroke() {
    const dash = this.dash.length ? ` stroke-dasharray="${this.dash.join(" ")}"` : "";
    this.parts.push(`<path d="${this.path}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}" stroke-linejoin="${this.lineJoin}"${dash}${this.faded()}/>`);
  }

  fillRect(x, y, width, height) {
    this.path = "";
    this.rect(x, y, width, height);
    this.fill();
  }

  setLineDash(dash) {
    this.dash = dash;
  }

  fillText(text, x, y) {
    const anchor = { left: "start", right: "end", center: "middle" }[this.textAlign];
    const said = String(text).replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]);
    this.parts.push(`<text x="${penNumber(x)}" y="${penNumber(y)}" fill="${this.fillStyle}" text-anchor="${anchor}" style="font:${this.font.replace(/"/g, "'")}">${said}</text>`);
  }

  faded() {
    return this.globalAlpha === 1 ? "" : ` opacity="${this.globalAlpha}"`;
  }

  text() {
    const [width, height] = this.size;
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${this.parts.join("")}</svg>\n`;
  }
}

function penNumber(value) {
  return Number(value.toFixed(1));
}
