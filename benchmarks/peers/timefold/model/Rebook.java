import ai.timefold.solver.core.api.score.director.ScoreDirector;
import ai.timefold.solver.core.impl.heuristic.move.AbstractMove;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/** Hold some meetings at other times and in other rooms, or not at all, all at once. */
final class Rebook extends AbstractMove<Schedule> {
    private final Meeting[] meetings;
    private final Slot[] slots;
    private final Room[] rooms;

    Rebook(Meeting[] meetings, Slot[] slots, Room[] rooms) {
        this.meetings = meetings;
        this.slots = slots;
        this.rooms = rooms;
    }

    void set(int i, Meeting meeting, Slot slot, Room room) {
        meetings[i] = meeting;
        slots[i] = slot;
        rooms[i] = room;
    }

    @Override
    public boolean isMoveDoable(ScoreDirector<Schedule> director) {
        for (int i = 0; i < meetings.length; i++) {
            if (meetings[i].slot() != slots[i] || meetings[i].room() != rooms[i]) {
                return true;
            }
        }
        return false;
    }

    @Override
    protected void doMoveOnGenuineVariables(ScoreDirector<Schedule> director) {
        for (int i = 0; i < meetings.length; i++) {
            book(director, meetings[i], slots[i], rooms[i]);
        }
    }

    static void book(ScoreDirector<Schedule> director, Meeting meeting, Slot slot, Room room) {
        if (meeting.slot() != slot) {
            director.beforeVariableChanged(meeting, "slot");
            meeting.setSlot(slot);
            director.afterVariableChanged(meeting, "slot");
        }
        if (meeting.room() != room) {
            director.beforeVariableChanged(meeting, "room");
            meeting.setRoom(room);
            director.afterVariableChanged(meeting, "room");
        }
    }

    @Override
    public Collection<?> getPlanningEntities() {
        return List.of(meetings);
    }

    @Override
    public Collection<?> getPlanningValues() {
        return Arrays.asList(slots);
    }

    @Override
    public String toString() {
        return Arrays.toString(meetings) + " -> " + Arrays.toString(slots) + " " + Arrays.toString(rooms);
    }
}
