// @ts-nocheck
import { IsObject, IsOptional, IsString } from 'class-validator';
import { DomainError } from '@letopis/kernel';
import { parseCommand, type FieldError } from './validation';

class Taking {
  @IsOptional() @IsString() name?: string;
  @IsOptional() @IsObject() anything?: Record<string, unknown>;
}

const pointers = (json: string) => {
  try {
    parseCommand(Taking, JSON.parse(json));
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return (error.params.errors as FieldError[]).map(({ pointer }) => pointer);
  }
};

describe('What a payload says', () => {
  test.each([
    ['{"anything":{"constructor":1}}', ['/anything/constructor']],
    ['{"anything":{"a":[{"__proto__":{"x":1}}]}}', ['/anything/a/0/__proto__']],
    ['{"constructor":{"prototype":1}}', ['/constructor', '/constructor/prototype']],
    ['{"anything":{"a/b":{"constructor":null}}}', ['/anything/a~1b/constructor']],
    ['{"name":"constructor","anything":{"a":["constructor"]}}', []],
    ['{"nothing":1}', ['/nothing']],
  ])('%s is refused at %p', (json, expected) => expect(pointers(json)).toEqual(expected));
});
