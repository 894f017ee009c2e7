/** What is about the people of a room, in one piece that is loaded when it is wanted. */
export { AddPeople } from "./add-people.tsx"
export { EditRoom } from "./edit-room.tsx"
export { PersonCard } from "./person-card.tsx"
