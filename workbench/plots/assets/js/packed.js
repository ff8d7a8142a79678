// Numbers that came as a short text: whole ones in base 64, all first signs before all second ones. The library's
// `plots/packing.py` writes them. No DOM here.

const PACKED_SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-";
const PACKED_FIRST = 2; // 0 is no number, 1 is 0

/** { digits, signed, least, wide, text } as doubles, NaN where there is none. */
export function unpacked({ digits, signed, least, wide, text }) {
  const values = new Map([...PACKED_SIGNS].map((sign, value) => [sign, value]));
  const count = text.length / wide;
  return Float64Array.from({ length: count }, (_, row) => {
    let code = 0;
    for (let place = 0; place < wide; place += 1) code = code * 64 + values.get(text[place * count + row]);
    if (code < PACKED_FIRST) return code ? 0 : NaN;
    const coded = code - PACKED_FIRST + least;
    const step = signed ? Math.floor(coded / 2) : coded;
    const value = digits ? figureAt(step, digits) : step;
    return signed && coded !== 2 * step ? -value : value;
  });
}

/** The figure of so many significant digits that is `step` steps above 1. */
function figureAt(step, digits) {
  const first = 10 ** (digits - 1);
  const exponent = Math.floor(step / (9 * first));
  return Number(`${first + step - exponent * 9 * first}e${exponent - digits + 1}`);
}
