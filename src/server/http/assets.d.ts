/** `import … with { type: "file" }`: where the file is, also inside a compiled binary. */
declare module "*.png" {
  const path: string
  export default path
}
