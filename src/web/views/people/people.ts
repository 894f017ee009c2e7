/** Views about the people of a room, in one chunk that is loaded when needed. */
export { AddPeople } from "./add-people.tsx"
export { EditRoom } from "./edit-room.tsx"
export { PersonCard } from "./person-card.tsx"
