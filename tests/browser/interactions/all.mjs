// What people do with the service. Each gets `{ people, origin }` and throws when something isn't
// as it should be. What can be done without JavaScript is done with it and without.

import { account } from './account.mjs';
import { audit } from './audit.mjs';
import { board } from './board.mjs';
import { generating } from './generating.mjs';
import { submitting } from './submitting.mjs';

export const interactions = [...board, ...submitting, ...generating, ...account, ...audit];
