// @ts-nocheck
export * from './catalogue';
export * from './effective';
export * from './policy';
export * from './standing';
