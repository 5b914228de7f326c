// What KDE's calendar library makes of a file: kde read FILE, or kde message FILE [CALENDAR] for a message to whoever has that
// calendar already. Writes JSON.
#include <KCalendarCore/ICalFormat>
#include <KCalendarCore/MemoryCalendar>
#include <KCalendarCore/ScheduleMessage>
#include <QCoreApplication>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTextStream>
#include <QTimeZone>

using namespace KCalendarCore;

static QByteArray content(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("can't be read: %s", qPrintable(path));
    return file.readAll();
}

static QJsonObject told(const Incidence::Ptr &one)
{
    QJsonArray attendees;
    for (const Attendee &each : one->attendees())
        attendees.append(each.email());
    return {{QStringLiteral("uid"), one->uid()},
            {QStringLiteral("sequence"), one->revision()},
            {QStringLiteral("start"), one->dtStart().toUTC().toString(Qt::ISODate)},
            {QStringLiteral("cancelled"), one->status() == Incidence::StatusCanceled},
            {QStringLiteral("organiser"), one->organizer().email()},
            {QStringLiteral("attendees"), attendees}};
}

int main(int count, char **words)
{
    QCoreApplication application(count, words);
    const QStringList given = application.arguments();
    const auto calendar = MemoryCalendar::Ptr::create(QTimeZone("Europe/London"));
    ICalFormat format;
    QJsonObject answer;
    if (given.value(1) == QLatin1String("read")) {
        answer[QStringLiteral("taken")] = format.fromRawString(calendar, content(given.value(2)));
        QJsonArray events;
        for (const Event::Ptr &one : calendar->events())
            events.append(told(one));
        answer[QStringLiteral("events")] = events;
    } else {
        if (given.size() > 3 && !format.fromRawString(calendar, content(given.value(3))))
            qFatal("the calendar can't be read");
        const ScheduleMessage::Ptr message =
            format.parseScheduleMessage(calendar, QString::fromUtf8(content(given.value(2))));
        answer[QStringLiteral("taken")] = !message.isNull();
        if (message) {
            const auto incidence = message->event().dynamicCast<Incidence>();
            answer[QStringLiteral("method")] = ScheduleMessage::methodName(message->method());
            answer[QStringLiteral("obsolete")] = message->status() == ScheduleMessage::Obsolete;
            answer[QStringLiteral("events")] = QJsonArray{told(incidence)};
        }
    }
    QTextStream(stdout) << QJsonDocument(answer).toJson(QJsonDocument::Compact);
    return 0;
}
