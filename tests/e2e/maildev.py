"""maildev.py: the mail server of the run, seen through its page."""

import email
import email.policy

import requests

from stack import server
from wait import until


class MailDev:
    def __init__(self):
        self.url = server("JW_DEV_MAIL_WEB_URL").rstrip("/")

    def _get(self, path):
        answer = requests.get(self.url + path, timeout=10)
        answer.raise_for_status()
        return answer

    def listed(self, recipient):
        """What the page knows of the mails to one recipient."""
        return [m for m in self._get("/email").json() if any(to["address"] == recipient for to in m["envelope"]["to"])]

    def raw(self, mail_id):
        """The message as it came over the wire."""
        return self._get(f"/email/{mail_id}/download").content

    def only(self, recipient):
        """The one mail to a recipient: the page's view of it, and the message itself."""
        found = until(lambda: self.listed(recipient), 10, f"a mail to {recipient}")
        assert len(found) == 1, [m["subject"] for m in found]
        return found[0], email.message_from_bytes(self.raw(found[0]["id"]), policy=email.policy.default)
