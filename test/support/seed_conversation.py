"""The conversation of the first API, held by python-socketio with handlers of one parameter.

python-socketio hears each event in a thread of its own, so two that come at once may be printed in any order.

Usage: python3 seed_conversation.py URL TRANSPORT. Prints what was heard, as JSON lines; what does not come ends it.
"""

import json
import sys
import threading

import socketio

url, transport = sys.argv[1:3]
wait_seconds = 10
printing = threading.Lock()


class Person:
    """Hears everything, and can wait for the next event of a name."""

    def __init__(self, name):
        self.name = name
        self.heard = []
        self.changed = threading.Condition()
        self.client = socketio.Client(reconnection=False)
        for event in ("room_created", "history", "message_received", "user_joined", "user_left", "user_typing", "error"):
            self.client.on(event, self.handler(event))
        self.client.connect(url, transports=[transport])

    def handler(self, event):
        def on_event(payload):
            with self.changed:
                self.heard.append((event, payload))
                # Printed before anybody acts on it, since what follows from it comes in a thread of its own.
                with printing:
                    print(json.dumps([self.name, event, payload]), flush=True)
                self.changed.notify_all()

        return on_event

    def say(self, event, payload):
        """Without a callback, as the first API has it."""
        self.client.emit(event, payload)

    def hears(self, event, count=1):
        def found():
            return [payload for name, payload in self.heard if name == event]

        with self.changed:
            came = self.changed.wait_for(lambda: len(found()) >= count, wait_seconds)
        if not came:
            sys.exit(f"{self.name} did not hear {event}")
        return found()[count - 1]


ann, bob = Person("ann"), Person("bob")
ann.say("create_room", {"name": "General Chat", "userId": "ann"})
room = {"roomId": ann.hears("room_created")["id"]}

# One after the other, without waiting for an answer.
ann.say("join_room", {**room, "userId": "ann", "username": "Ann"})
ann.say("send_message", {**room, "userId": "ann", "content": "Hello world!"})
ann.hears("message_received")
bob.say("join_room", {**room, "userId": "bob", "username": "Bob", "avatar": "https://example.com/bob.png"})
bob.hears("history")
ann.say("typing", {**room, "userId": "ann", "isTyping": True})
bob.hears("user_typing")
ann.say("send_message", {**room, "userId": "ann", "content": "Hi Bob", "type": "text"})
bob.hears("message_received")
bob.say("send_message", {"roomId": "00000000-0000-4000-8000-000000000000", "userId": "bob", "content": "nowhere"})
bob.hears("error")
ann.say("leave_room", {**room, "userId": "ann"})
bob.hears("user_left")
for person in (ann, bob):
    person.client.disconnect()
