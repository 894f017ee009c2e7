/** What is about the people of a room, in one piece that is loaded when it is wanted. */
export { EditRoom } from "./edit-room.tsx"
export { PersonCard } from "./person-card.tsx"
