// @ts-nocheck
import { type BSON } from 'mongodb';
import { bsonType, isDocument, type Document, type Value } from '../bson/value';

/** A value as the server writes it into error texts (`{ a: 1, b: "x", c: ObjectId('…') }`). */
export function shellText(value: Value): string {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') return String(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[ ${value.map((item: unknown) => shellText(item)).join(', ')} ]`;
  if (value instanceof Date) return `new Date(${value.getTime()})`;
  if (isDocument(value)) return documentText(value);
  switch (bsonType(value)) {
    case 'ObjectId':
      return `ObjectId('${(value as BSON.ObjectId).toHexString()}')`;
    case 'Double':
      return (value as BSON.Double).valueOf().toFixed(1);
    case 'Decimal128':
      return `${(value as BSON.Decimal128).toString()}`;
    case 'Binary':
      return binaryText(value as BSON.Binary);
    case 'Timestamp':
      return `Timestamp(${(value as BSON.Timestamp).t}, ${(value as BSON.Timestamp).i})`;
    case 'BSONRegExp':
      return `/${(value as BSON.BSONRegExp).pattern}/${(value as BSON.BSONRegExp).options}`;
    case 'MinKey':
      return 'MinKey';
    case 'MaxKey':
      return 'MaxKey';
    default:
      return String(value);
  }
}

const documentText = (document: Document): string => {
  const fields = Object.entries(document).map(([key, value]) => `${key}: ${shellText(value)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
};

function binaryText(value: BSON.Binary): string {
  const hex = Buffer.from(value.buffer.subarray(0, value.position)).toString('hex');
  if (value.sub_type === 4 && hex.length === 32) return `UUID("${hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')}")`;
  return `BinData(${value.sub_type}, ${hex.toUpperCase()})`;
}
