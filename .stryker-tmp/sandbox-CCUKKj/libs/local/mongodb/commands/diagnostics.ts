// @ts-nocheck
import { OK } from '../bson/encode';
import type { Document } from '../bson/value';
import { onlyAdmin } from './admin';
import type { Command } from './command';
import { currentOperations } from './stats';

/** What `mongosh` and Compass ask about a server. */
export const currentOp: Command = (request) => {
  onlyAdmin(request.db, 'currentOp');
  return { inprog: currentOperations(request), ok: OK };
};

export const usersInfo: Command = ({ services: { credentials } }) => {
  const users: Document[] = credentials
    ? [
        {
          _id: `admin.${credentials.user}`,
          user: credentials.user,
          db: 'admin',
          roles: [{ role: 'root', db: 'admin' }],
          mechanisms: ['SCRAM-SHA-256'],
        },
      ]
    : [];
  return { users, ok: OK };
};

export const rolesInfo: Command = () => ({ roles: [], ok: OK });

/** Every acknowledged write is on disk already. */
export const fsync: Command = ({ db }) => {
  onlyAdmin(db, 'fsync');
  return { numFiles: 1, ok: OK };
};
