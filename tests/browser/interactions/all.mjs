export const interactions = [];
