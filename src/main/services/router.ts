/**
 * The one object that all doors serve. A noun's handlers are in the file of its name; without one of them this does not compile.
 */
export const router = {}
