/** Where a value is filled in, and how it must be written there. */
export type Place = 'url' | 'header' | 'json' | 'form' | 'xml' | 'text';

const WRITTEN: Readonly<Record<Place, (value: string) => string>> = {
  url: encodeURIComponent,
  form: (value) => encodeURIComponent(value).replaceAll('%20', '+'),
  json: (value) => JSON.stringify(value).slice(1, -1),
  xml: (value) => value.replace(/[<>&"']/g, (letter) => `&#${letter.charCodeAt(0)};`),
  // A line break would begin another header.
  header: (value) => value.replace(/[^\x20-\x7e]/g, ''),
  text: (value) => value,
};

/** Fills `{{name}}` of a template, written as the place asks. @throws Error for a name that there is no value of */
export function filled(template: string, place: Place, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template names {{${name}}}, and there is no such value`);
    return WRITTEN[place](value);
  });
}

/** How values are written in a body of that type. */
export function placeOf(contentType: string): Place {
  if (/\bjson\b/.test(contentType)) return 'json';
  if (/x-www-form-urlencoded/.test(contentType)) return 'form';
  return /\bxml\b/.test(contentType) ? 'xml' : 'text';
}

/** The value at a path such as `data.items.0.id`; undefined where there is none. */
export const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (found, name) =>
        found !== null && typeof found === 'object' && Object.hasOwn(found, name)
          ? (found as Readonly<Record<string, unknown>>)[name]
          : undefined,
      value,
    );
