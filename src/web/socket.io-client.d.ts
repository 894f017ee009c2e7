declare module "*/socket.io.esm.min.js" {
  export const io: unknown
}
