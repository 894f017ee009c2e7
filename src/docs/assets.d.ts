/** `import … with { type: "text" }`: the file's text, also inside a compiled binary. */
declare module "*.txt" {
  const text: string
  export default text
}
declare module "*/docs.css" {
  const text: string
  export default text
}
declare module "*/docs.js" {
  const text: string
  export default text
}
declare module "*/sw.js" {
  const text: string
  export default text
}
declare module "*/before-paint.js" {
  const text: string
  export default text
}
