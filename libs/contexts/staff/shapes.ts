import { Text } from '@letopis/kernel';
import { IsString, Matches } from 'class-validator';

export { changed, changesOf, NestedList, Texts, Whole } from '@letopis/kernel';

/** The date of a day, `YYYY-MM-DD`. */
export const DateText = (): PropertyDecorator => (target, name) => {
  for (const decorate of [IsString(), Matches(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)]) decorate(target, name);
};

/** A name in the languages of the product; read in Russian where another is missing. */
export class LocalizedName {
  @Text(1, 255) ru: string;
  @Text(1, 255, { optional: true }) en?: string;
}

/** A longer text in the languages of the product. */
export class LocalizedNote {
  @Text(1, 1_000) ru: string;
  @Text(1, 1_000, { optional: true }) en?: string;
}

export interface LocalizedText {
  readonly ru: string;
  readonly en?: string;
}
