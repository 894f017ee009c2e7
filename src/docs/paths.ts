/** Where the documents are: apart from what makes them, which is loaded when one is asked for. */
export const documentPaths = ["/docs", "/docs/docs.css", "/docs/docs.js", "/asyncapi.json", "/types.d.ts"] as const

export type DocumentPath = (typeof documentPaths)[number]
