/**
 * Writes `examples/documents/contract.pdf`, the contract that examples and tests file: a text of our own, in a free font of which only the used
 * letters are embedded; and, with a price, `contract-2.pdf`, its corrected version. They are written anew only when their text changes:
 *
 *     npm install --no-save pdfkit@0.20.2
 *     node tools/example-contract.mjs /usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf
 *     node tools/example-contract.mjs /usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf examples/documents/contract-2.pdf '11 500 (одиннадцать тысяч пятьсот)'
 */
import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const PDFDocument = createRequire(join(process.cwd(), 'package.json'))('pdfkit');
const [font, target = 'examples/documents/contract.pdf', price = '12 500 (двенадцать тысяч пятьсот)'] = process.argv.slice(2);
if (!font) throw new Error('name a font file that has Cyrillic letters');

const PARAGRAPHS = [
  [
    'Предмет договора',
    'Исполнитель обязуется обслуживать оборудование Заказчика, а Заказчик — принимать и оплачивать оказанные услуги. Перечень оборудования и работ согласуется сторонами до начала каждого выезда.',
  ],
  [
    'Срок',
    'Договор вступает в силу в день подписания обеими сторонами и действует до 31 декабря 2026 года. Если ни одна из сторон не заявит о его прекращении за тридцать дней, он продлевается на год.',
  ],
  [
    'Цена и порядок расчётов',
    `Стоимость одного выезда составляет ${price} рублей. Оплата производится в течение десяти рабочих дней после подписания акта выполненных работ.`,
  ],
  [
    'Обязанности сторон',
    'Исполнитель выезжает в согласованное время и передаёт акт после каждого выезда. Заказчик обеспечивает доступ к оборудованию и назначает ответственного сотрудника.',
  ],
  [
    'Прочие условия',
    'Споры решаются переговорами, а при недостижении согласия — в арбитражном суде по месту нахождения Исполнителя. Договор составлен в двух экземплярах, по одному для каждой стороны.',
  ],
];

const created = new Date('2026-03-02T09:00:00Z');
const document = new PDFDocument({
  size: 'A4',
  margin: 64,
  info: { Title: 'Договор на обслуживание', Author: 'Ромашка', CreationDate: created, ModDate: created },
});
document.pipe(createWriteStream(target));
document.registerFont('text', font);
document.font('text');
document.fontSize(16).text('ДОГОВОР НА ОБСЛУЖИВАНИЕ', { align: 'center' });
document.moveDown(0.5).fontSize(10).text('г. Москва, 2 марта 2026 года', { align: 'center' });
document.moveDown().fontSize(11);
document.text(
  'Общество с ограниченной ответственностью «Ромашка», именуемое «Исполнитель», и общество с ограниченной ответственностью «Лютик», именуемое «Заказчик», заключили настоящий договор о нижеследующем.',
  { align: 'justify' },
);
for (const [at, [title, text]] of PARAGRAPHS.entries()) {
  document
    .moveDown()
    .fontSize(12)
    .text(`${at + 1}. ${title}`);
  document.moveDown(0.3).fontSize(11).text(text, { align: 'justify' });
}
document.moveDown(2).text('Исполнитель: ____________________          Заказчик: ____________________');
document.end();
