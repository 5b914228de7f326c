"""Thunderbird without a screen, with one account, one calendar, and its own message pane.

It runs in a fresh profile and is driven through Marionette. Mail is put into the account's inbox and shown in a
message tab, so what happens is what the program does by itself: its own MIME code finds the calendar part, its own
bar offers the buttons, and a button is pressed as a user presses it. Answers leave over SMTP on loopback.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from marionette import Marionette, ScriptError
from waiting import wait_for

START: Final = 90
"""Seconds until Thunderbird must listen."""
_PREFS: Final = {
    "marionette.port": 0,
    "app.update.enabled": False,
    "calendar.alarms.show": False,
    "calendar.timezone.local": "Europe/London",
    "calendar.timezone.useSystemTimezone": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mail.winsearch.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "mailnews.start_page_override.mstone": "ignore",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
_SET_UP: Final = """
    const [email, port] = args;
    const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
    const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
    const accounts = MailServices.accounts;
    if (!accounts.accounts.some(one => one.incomingServer.type == "none")) accounts.createLocalMailAccount();
    const incoming = accounts.createIncomingServer(email.split("@")[0], "127.0.0.1", "pop3");
    incoming.loginAtStartUp = incoming.doBiff = incoming.downloadOnBiff = false;
    incoming.password = "";
    const outgoing = MailServices.outgoingServer.createServer("smtp");
    const smtp = outgoing.QueryInterface(Ci.nsISmtpServer);
    smtp.hostname = "127.0.0.1";
    smtp.port = port;
    outgoing.authMethod = Ci.nsMsgAuthMethod.none;
    outgoing.socketType = Ci.nsMsgSocketType.plain;
    const identity = accounts.createIdentity();
    identity.email = email;
    identity.fullName = "";
    identity.doFcc = false;
    identity.smtpServerKey = outgoing.key;
    const account = accounts.createAccount();
    account.incomingServer = incoming;
    account.addIdentity(identity);
    accounts.defaultAccount = account;
    incoming.rootFolder.QueryInterface(Ci.nsIMsgLocalMailFolder);
    if (!incoming.rootFolder.containsChildNamed("Inbox")) incoming.rootFolder.createLocalSubfolder("Inbox");
    return cal.dtz.defaultTimezone.tzid;
"""
_SHOW: Final = """
    const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
    const server = MailServices.accounts.defaultAccount.incomingServer;
    const inbox = server.rootFolder.getChildNamed("Inbox").QueryInterface(Ci.nsIMsgLocalMailFolder);
    const header = inbox.addMessage(args[0]);
    const tabmail = document.getElementById("tabmail");
    while (tabmail.tabInfo.length > 1) tabmail.closeTab(tabmail.tabInfo[1]);
    const tab = tabmail.openTab("mailMessageTab", { messageURI: inbox.getUriForMsg(header) });
    const wait = ms => new Promise(resolve => setTimeout(resolve, ms));
    const pane = () => tab.chromeBrowser.contentWindow;
    const body = () => pane()?.document?.getElementById("messagepane")?.contentDocument?.body?.textContent ?? "";
    const ready = () => pane()?.calImipBar && !pane().imipBar?.collapsed;
    const bar = () => pane().document.querySelector(".calendar-notification-bar");
    for (let i = 0; i < 100 && !(pane()?.calImipBar?.loadingItipItem); i++) await wait(100);
    for (let i = 0; i < 20 && !pane()?.calImipBar?.itipItem; i++) await wait(100);
    for (let i = 0; i < 50 && !body(); i++) await wait(100);
    await wait(300);
    const imip = pane().calImipBar;
    return {
        bar: bar() && !bar().collapsed ? bar().querySelector(".msgNotificationBarText").textContent : null,
        buttons: imip.getButtons().filter(one => one.id && !one.hidden).map(one => one.id),
        body: body().replace(/\\s+/g, " ").trim(),
    };
"""
_PRESS: Final = """
    const tab = document.getElementById("tabmail").tabInfo[1];
    const button = tab.chromeBrowser.contentDocument.getElementById(args[0]);
    if (!button || button.hidden) throw new Error(`there is no ${args[0]}`);
    if (args[1]) setTimeout(() => button.doCommand(), 0);
    else button.doCommand();
"""
_EVENTS: Final = """
    const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
    const found = [];
    for (const calendar of cal.manager.getCalendars()) {
        if (args[0] && calendar.name != args[0]) continue;
        for (const one of await calendar.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null)) {
            const local = date => cal.dtz.toRFC3339(date.getInTimezone(cal.dtz.defaultTimezone));
            found.push({
                uid: one.id,
                start: local(one.startDate),
                end: local(one.endDate),
                zone: one.startDate.timezone.tzid,
                title: one.title,
                location: one.getProperty("LOCATION"),
                status: one.status,
                privacy: one.privacy,
                sequence: Number(cal.itip.getSequence(one)),
                alarms: one.getAlarms().length,
                attendees: one.getAttendees().map(each => [each.id, each.participationStatus]),
            });
        }
    }
    return found;
"""
_IMPORT: Final = """
    const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
    const calendar = cal.manager.getCalendars().find(one => one.type == "storage");
    const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
    file.initWithPath(args[0]);
    const items = window.getItemsFromIcsFile(file);
    let refused = 0;
    await window.putItemsIntoCal(calendar, items, { onDuplicate() { refused++; }, onError() { refused++; } });
    return { read: items.length, added: items.length - refused };
"""
_SUBSCRIBE: Final = """
    const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
    const calendar = cal.manager.createCalendar("ics", Services.io.newURI(args[0]));
    calendar.name = "Feed";
    calendar.setProperty("cache.enabled", false);
    cal.manager.registerCalendar(calendar);
"""
_REFRESH: Final = """
    const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
    cal.manager.getCalendars().find(one => one.name == "Feed").refresh();
"""
_CLEAR: Final = """
    const { MailServices } = ChromeUtils.importESModule("resource:///modules/MailServices.sys.mjs");
    const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
    for (const one of cal.manager.getCalendars()) cal.manager.removeCalendar(one);
    const calendar = cal.manager.createCalendar("storage", Services.io.newURI("moz-storage-calendar://"));
    calendar.name = "Home";
    cal.manager.registerCalendar(calendar);
    calendar.setProperty("imip.identity.key", MailServices.accounts.defaultAccount.defaultIdentity.key);
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What the message pane shows of a mail."""

    bar: str | None
    """Text of the calendar bar, ``None`` if there is none."""
    buttons: tuple[str, ...]
    """Ids of the buttons a user could press."""
    body: str


class Thunderbird:
    """One running Thunderbird.

    Parameters
    ----------
    folder
        An empty folder of its own.
    email
        Address of the one account.
    smtp
        Port on loopback where its mail goes.
    """

    def __init__(self, folder: Path, email: str, smtp: int) -> None:
        program = shutil.which("thunderbird")
        assert program, "thunderbird is not there"
        profile = folder / "profile"
        profile.mkdir()
        lines = [f"user_pref({key!r}, {_literal(value)});\n" for key, value in _PREFS.items()]
        (profile / "user.js").write_text("".join(lines))
        environment = {"HOME": str(folder), "TZ": "Europe/London", "LANG": "C.UTF-8", "MOZ_HEADLESS": "1"}
        with (folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [program, "--headless", "--marionette", "--remote-allow-system-access", "--no-remote",
                 "--profile", str(profile)],
                env=os.environ | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )  # fmt: skip
        try:
            self._marionette = Marionette(_port(profile, self._process))
            self.version: str = self._marionette.capabilities["browserVersion"]
            self.zone: str = self.run(_SET_UP, email, smtp)
            self.clear()
        except BaseException:
            self._end()
            raise

    def run(self, script: str, *args: Any) -> Any:
        """The value of an async function's body, run in the main window."""
        return self._marionette.run(script, *args)

    def show(self, mail: bytes) -> Shown:
        """Deliver a mail and open it."""
        seen = self.run(_SHOW, mail.decode("ascii").replace("\r\n", "\n"))
        return Shown(seen["bar"], tuple(seen["buttons"]), seen["body"])

    def press(self, button: str) -> None:
        """Press a button of the bar of the mail that is shown."""
        self.run(_PRESS, button, False)

    def press_and_confirm(self, button: str) -> str:
        """Press a button that opens a dialog, and say yes to it; what the dialog asks."""
        self.run(_PRESS, button, True)
        return wait_for(self._confirmed, "dialog")

    def _confirmed(self) -> str | None:
        try:
            return self._marionette.accept_dialog()
        except ScriptError as error:
            if "no such alert" in str(error):
                return None
            raise

    def events(self, calendar: str | None = None) -> list[dict[str, Any]]:
        """Every event of a calendar by its name, or of all of them."""
        found: list[dict[str, Any]] = self.run(_EVENTS, calendar)
        return found

    def import_file(self, path: Path) -> dict[str, int]:
        """Import a file as the import tab does; how many events it read and how many it added."""
        found: dict[str, int] = self.run(_IMPORT, str(path))
        return found

    def subscribe(self, url: str) -> None:
        """Subscribe to a feed under the name "Feed"."""
        self.run(_SUBSCRIBE, url)

    def refresh(self) -> None:
        """Fetch the feed again, as its timer does."""
        self.run(_REFRESH)

    def clear(self) -> None:
        """Begin again with one empty calendar, which answers for the account."""
        self.run(_CLEAR)

    def close(self) -> None:
        """End it, by its own means if it answers."""
        try:
            self._marionette.quit()
            self._process.wait(20)
        finally:
            self._end()

    def _end(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(20)


def _literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _port(profile: Path, process: subprocess.Popen[bytes]) -> int:
    told = profile / "MarionetteActivePort"
    until = time.monotonic() + START
    while time.monotonic() < until:
        assert process.poll() is None, "thunderbird ended by itself"
        if told.exists() and (text := told.read_text().strip()):
            return int(text)
        time.sleep(0.1)
    raise TimeoutError(f"thunderbird does not listen after {START} seconds")
