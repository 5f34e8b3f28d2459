const INSTANT = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the API in parts: those at odd places are times (UTC), the others words. Pure. */
export const partsOf = (sentence: string): string[] => sentence.split(INSTANT);
