import ai.timefold.solver.core.api.score.director.ScoreDirector;
import ai.timefold.solver.core.api.solver.phase.PhaseCommand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * Construction: the meeting that falls due first is booked where it adds least to the score, again and again.
 *
 * <p>A construction heuristic of Timefold's own tries each of a meeting's 20,000 times and rooms, or stops at the first
 * that is lawful; this one looks at them in order of what they cost at least, and stops when no other can be better.
 */
public class BookByDueDate implements PhaseCommand<Schedule> {
    private record Waiting(int due, int series) {}

    @Override
    public void changeWorkingSolution(ScoreDirector<Schedule> director, BooleanSupplier isTerminated) {
        Schedule schedule = director.getWorkingSolution();
        Instance in = schedule.instance();
        Board board = new Board(in, Points.seriesOf(schedule));
        board.settle();
        List<List<Meeting>> waiting = new ArrayList<>();
        PriorityQueue<Waiting> queue =
                new PriorityQueue<>(Comparator.comparingInt(Waiting::due).thenComparingInt(Waiting::series));
        for (int s = 0; s < in.series; s++) {
            waiting.add(new ArrayList<>());
            queue.add(new Waiting(due(in, s, -1), s));
        }
        for (Meeting meeting : schedule.meetings()) {
            waiting.get(meeting.series()).add(meeting);
        }
        while (!queue.isEmpty() && !isTerminated.getAsBoolean()) {
            int s = queue.poll().series;
            List<Meeting> left = waiting.get(s);
            if (!left.isEmpty() && in.lastCost(s, board.lastDay(s)) > 0) {
                Meeting meeting = left.remove(0);
                if (book(in, board, meeting)) {
                    Rebook.book(director, meeting, board.slot(meeting.id()), board.room(meeting.id()));
                    queue.add(new Waiting(due(in, s, board.lastDay(s)), s));
                }
            }
        }
        director.triggerVariableListeners();
    }

    /** Last day on which the next meeting isn't late; the first day where it is late on all. */
    private static int due(Instance in, int s, int last) {
        for (int d = in.days - 1; d > last; d--) {
            if (in.nextCost(s, last, d) < Instance.BREACH) {
                return d;
            }
        }
        return 0;
    }

    /** Put the meeting where it is cheapest; returns whether there is a place that is better than none. */
    private static boolean book(Instance in, Board board, Meeting meeting) {
        int s = meeting.series();
        int last = board.lastDay(s);
        boolean opening = last < 0;
        long before = board.soft();
        // What isn't held costs as much as the whole rest of the chain; what is left open then is looked at later.
        long open = in.lastCost(s, last);
        long best = open;
        Slot slot = null;
        Room room = null;
        List<Integer> days = new ArrayList<>();
        for (int d = last + 1; d < in.days; d++) {
            if (in.nextCost(s, last, d) < best) {
                days.add(d);
            }
        }
        days.sort(Comparator.comparingInt(d -> in.nextCost(s, last, d)));
        for (int d : days) {
            int next = in.nextCost(s, last, d);
            if (next >= best) {
                break;
            }
            Candidates candidates = in.candidates(s, opening, d);
            for (int i = 0; i < candidates.size() && next + candidates.costs[i] < best; i++) {
                board.put(meeting.id(), candidates.slots[i], candidates.rooms[i]);
                board.settle();
                long added = board.soft() - before + open - in.lastCost(s, d);
                if (board.hard() == 0 && added < best) {
                    best = added;
                    slot = candidates.slots[i];
                    room = candidates.rooms[i];
                }
            }
        }
        board.put(meeting.id(), slot, room);
        board.settle();
        return slot != null;
    }
}
