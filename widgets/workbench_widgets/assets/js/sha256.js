// SHA-256 of bytes that come in pieces. The browser's own needs all of them at once, and a page from another machine that was
// not opened over https has none. Source: FIPS 180-4, section 6.2.

const SHA_PRIMES = shaPrimes(64);
const SHA_K = SHA_PRIMES.map((prime) => shaFraction(Math.cbrt(prime)));
const SHA_START = SHA_PRIMES.slice(0, 8).map((prime) => shaFraction(Math.sqrt(prime)));

function shaPrimes(count) {
  const found = [];
  for (let n = 2; found.length < count; n += 1) if (found.every((prime) => n % prime)) found.push(n);
  return found;
}

/** The first 32 bits behind the point. */
function shaFraction(root) {
  return ((root % 1) * 2 ** 32) | 0;
}

function shaTurned(word, by) {
  return (word >>> by) | (word << (32 - by));
}

/** `new Sha256().add(bytes).add(bytes).hex()`: 64 hexadecimal digits. */
export class Sha256 {
  constructor() {
    this.state = Int32Array.from(SHA_START);
    this.block = new Uint8Array(64);
    this.words = new Int32Array(64);
    this.held = 0;
    this.length = 0;
  }

  add(bytes) {
    this.length += bytes.length;
    let from = 0;
    while (from < bytes.length) {
      const part = bytes.subarray(from, from + 64 - this.held);
      this.block.set(part, this.held);
      this.held += part.length;
      from += part.length;
      if (this.held === 64) this.digest();
    }
    return this;
  }

  hex() {
    const tail = new Uint8Array(this.held < 56 ? 64 - this.held : 128 - this.held);
    tail[0] = 0x80;
    const bits = new DataView(tail.buffer);
    bits.setUint32(tail.length - 8, Math.floor(this.length / 2 ** 29));
    bits.setUint32(tail.length - 4, (this.length << 3) >>> 0);
    this.add(tail);
    return [...this.state].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
  }

  digest() {
    const { words } = this;
    const view = new DataView(this.block.buffer);
    for (let k = 0; k < 16; k += 1) words[k] = view.getInt32(4 * k);
    for (let k = 16; k < 64; k += 1) {
      const [a, b] = [words[k - 15], words[k - 2]];
      const low = shaTurned(a, 7) ^ shaTurned(a, 18) ^ (a >>> 3);
      const high = shaTurned(b, 17) ^ shaTurned(b, 19) ^ (b >>> 10);
      words[k] = (words[k - 16] + low + words[k - 7] + high) | 0;
    }
    this.mix(words);
    this.held = 0;
  }

  mix(words) {
    let [a, b, c, d, e, f, g, h] = this.state;
    for (let k = 0; k < 64; k += 1) {
      const high = shaTurned(e, 6) ^ shaTurned(e, 11) ^ shaTurned(e, 25);
      const one = (h + high + ((e & f) ^ (~e & g)) + SHA_K[k] + words[k]) | 0;
      const low = shaTurned(a, 2) ^ shaTurned(a, 13) ^ shaTurned(a, 22);
      const two = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, k) => {
      this.state[k] = (this.state[k] + word) | 0;
    });
  }
}
