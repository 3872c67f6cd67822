export * from './email';
export * from './inn';
export * from './person-name';
export * from './phone';
