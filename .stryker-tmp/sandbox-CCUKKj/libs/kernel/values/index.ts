// @ts-nocheck
export * from './email';
export * from './inn';
export * from './ip';
export * from './person-name';
export * from './phone';
