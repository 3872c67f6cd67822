// @ts-nocheck
import { errorCatalogue } from '@letopis/kernel';

/** Refusals of those who read much, or the past. */
export const readingErrors = errorCatalogue({
  EXPORT_TOO_LARGE: {
    status: 422,
    ru: 'В выгрузке больше {most} строк: сузьте отбор или выберите формат CSV',
    en: 'The export has more than {most} rows: narrow it, or take the format CSV',
  },
  AS_OF_BUILDING: { status: 503, ru: 'Список на этот момент собирается: {percent} %', en: 'The list of that moment is being put together: {percent} %' },
  AS_OF_TOO_LARGE: {
    status: 422,
    ru: 'До этого момента больше {most} событий: список на него не собирается',
    en: 'There are more than {most} events before that moment: no list of it is put together',
  },
}); // prettier-ignore
