// @ts-nocheck
import { randomInt } from 'node:crypto';
import { deflateSync, crc32 } from 'node:zlib';

/** Letters and digits that are not taken for each other, each five by seven dots: a row per number, the highest bit left. */
const GLYPHS: Readonly<Record<string, readonly number[]>> = {
  '2': [14, 17, 1, 6, 8, 16, 31],
  '3': [30, 1, 1, 14, 1, 1, 30],
  '4': [2, 6, 10, 18, 31, 2, 2],
  '5': [31, 16, 30, 1, 1, 17, 14],
  '6': [6, 8, 16, 30, 17, 17, 14],
  '7': [31, 1, 2, 4, 8, 8, 8],
  '9': [14, 17, 17, 15, 1, 2, 12],
  A: [14, 17, 17, 31, 17, 17, 17],
  C: [14, 17, 16, 16, 16, 17, 14],
  E: [31, 16, 16, 30, 16, 16, 31],
  F: [31, 16, 16, 30, 16, 16, 16],
  H: [17, 17, 17, 31, 17, 17, 17],
  K: [17, 18, 20, 24, 20, 18, 17],
  L: [16, 16, 16, 16, 16, 16, 31],
  M: [17, 27, 21, 21, 17, 17, 17],
  N: [17, 25, 21, 19, 17, 17, 17],
  P: [30, 17, 17, 30, 16, 16, 16],
  R: [30, 17, 17, 30, 20, 18, 17],
  T: [31, 4, 4, 4, 4, 4, 4],
  U: [17, 17, 17, 17, 17, 17, 14],
  W: [17, 17, 17, 21, 21, 27, 17],
  X: [17, 17, 10, 4, 10, 17, 17],
  Y: [17, 17, 10, 4, 4, 4, 4],
};

const LETTERS = Object.keys(GLYPHS);
const WIDTH = 200;
const HEIGHT = 64;
const SCALE = 5;
const STRAY_LINES = 6;
const STRAY_DOTS = 500;

/** A text for a picture. */
export const pictureText = (length = 5): string => Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** The text as a picture (PNG, grey): letters leaning, waving and at different heights, with stray lines and dots. */
export function picture(text: string): Buffer {
  const grey = Buffer.alloc(WIDTH * HEIGHT, 255);
  const dot = (x: number, y: number, shade: number) => {
    if (x >= 0 && x < WIDTH && y >= 0 && y < HEIGHT) grey[Math.floor(y) * WIDTH + Math.floor(x)] = shade;
  };

  const wave = Math.random() * Math.PI * 2;
  [...text.toUpperCase()].forEach((letter, at) => {
    const lean = Math.random() * 0.8 - 0.4;
    const left = 12 + at * ((WIDTH - 24) / text.length) + randomInt(6);
    const top = 8 + randomInt(14);
    const shade = randomInt(90);
    (GLYPHS[letter] ?? []).forEach((row, line) => {
      for (let bit = 0; bit < 5; bit++) {
        if (!(row & (16 >> bit))) continue;
        for (let i = 0; i < SCALE * SCALE; i++) {
          const y = line * SCALE + Math.floor(i / SCALE);
          const x = left + bit * SCALE + (i % SCALE) - lean * y;
          dot(x, top + y + 3 * Math.sin(wave + x / 14), shade);
        }
      }
    });
  });

  for (let line = 0; line < STRAY_LINES; line++) {
    const [from, to, bend] = [randomInt(HEIGHT), randomInt(HEIGHT), randomInt(12)];
    for (let x = 0; x < WIDTH; x++) dot(x, from + ((to - from) * x) / WIDTH + bend * Math.sin(x / 20), 60 + randomInt(100));
  }
  for (let i = 0; i < STRAY_DOTS; i++) dot(randomInt(WIDTH), randomInt(HEIGHT), randomInt(200));
  return png(grey);
}

/** The dots as an 8-bit greyscale PNG (ISO/IEC 15948): signature, IHDR, IDAT with filter 0 before every line, IEND. */
function png(grey: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header[8] = 8;
  const lines = Buffer.alloc((WIDTH + 1) * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) grey.copy(lines, y * (WIDTH + 1) + 1, y * WIDTH, (y + 1) * WIDTH);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}
