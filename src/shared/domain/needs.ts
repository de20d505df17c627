/** Node-API level that the prebuilt binaries of the engine and the database ask for. */
export const neededNapi = 10
