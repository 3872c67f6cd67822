import { MayBeAbsent, Text } from '@letopis/kernel';
import { ArrayMaxSize, IsArray, IsString, Length } from 'class-validator';

const MOST = 10;

/** What is left out stays as it is; an empty text or list takes it away. */
export class UpdateProfileContacts {
  @Text(0, 302, { optional: true }) displayName?: string;
  @Text(0, 254, { optional: true }) contactEmail?: string;
  @MayBeAbsent() @IsString({ each: true }) @Length(1, 40, { each: true }) @IsArray() @ArrayMaxSize(MOST) phones?: string[];
  @MayBeAbsent() @IsString({ each: true }) @Length(1, 100, { each: true }) @IsArray() @ArrayMaxSize(MOST) messengers?: string[];
}

export class SetInterfaceLanguage {
  @Text(2, 35) locale: string;
}

export class SetTimeZone {
  @Text(1, 64) timeZone: string;
}
