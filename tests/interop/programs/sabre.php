<?php
// Reads a calendar file from standard input with sabre/vobject and writes what it found as JSON.
error_reporting(E_ALL & ~E_DEPRECATED);
require 'Sabre/VObject/autoload.php';

$calendar = Sabre\VObject\Reader::read(stream_get_contents(STDIN));
$utc = new DateTimeZone('UTC');
$events = [];
foreach ($calendar->VEVENT as $event) {
    $events[] = [
        'uid' => (string) $event->UID,
        'sequence' => (int) (string) $event->SEQUENCE,
        'start' => $event->DTSTART->getDateTime()->setTimezone($utc)->format('c'),
        'attendee' => $event->ATTENDEE === null ? null : (string) $event->ATTENDEE,
    ];
}
echo json_encode([
    'version' => Sabre\VObject\Version::VERSION,
    'method' => (string) $calendar->METHOD,
    'events' => $events,
]);
