/**
 * A time at which a series can meet: one value of the planning variable {@code slot}.
 *
 * @param id     number within the series
 * @param day    index of the day
 * @param minute minutes after midnight
 * @param first  row of the starts table if the meeting is the series' first in the calendar, or -1
 * @param later  row of the starts table if it is a later one, or -1
 */
record Slot(int id, int day, int minute, int first, int later) {
    int start(boolean opening) {
        return opening ? first : later;
    }

    // Values are unique objects: identity is the cheapest equality, and local search compares values all the time.
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return id;
    }
}
