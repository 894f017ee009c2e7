/** The file of the data in its folder. */
export const databaseName = "warren.db"
