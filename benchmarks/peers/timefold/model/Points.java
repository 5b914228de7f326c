import ai.timefold.solver.core.api.score.buildin.hardsoftlong.HardSoftLongScore;
import ai.timefold.solver.core.api.score.calculator.IncrementalScoreCalculator;

/** The score: rules broken, and the points of {@code solver/score.py}. */
public class Points implements IncrementalScoreCalculator<Schedule, HardSoftLongScore> {
    private Board board;
    private Meeting[] meetings;
    private boolean[] stale;
    private int[] queue;
    private int queued;

    @Override
    public void resetWorkingSolution(Schedule schedule) {
        meetings = new Meeting[schedule.meetings().size()];
        for (Meeting meeting : schedule.meetings()) {
            meetings[meeting.id()] = meeting;
        }
        board = new Board(schedule.instance(), seriesOf(schedule));
        stale = new boolean[meetings.length];
        queue = new int[meetings.length];
        queued = 0;
        for (Meeting meeting : meetings) {
            board.put(meeting.id(), meeting.slot(), meeting.room());
        }
    }

    static int[] seriesOf(Schedule schedule) {
        int[] series = new int[schedule.meetings().size()];
        for (Meeting meeting : schedule.meetings()) {
            series[meeting.id()] = meeting.series();
        }
        return series;
    }

    /** A board with the meetings as they are, settled. */
    static Board boardOf(Schedule schedule) {
        Board board = new Board(schedule.instance(), seriesOf(schedule));
        for (Meeting meeting : schedule.meetings()) {
            board.put(meeting.id(), meeting.slot(), meeting.room());
        }
        board.settle();
        return board;
    }

    @Override
    public void afterVariableChanged(Object entity, String variable) {
        int m = ((Meeting) entity).id();
        if (!stale[m]) {
            stale[m] = true;
            queue[queued++] = m;
        }
    }

    @Override
    public HardSoftLongScore calculateScore() {
        for (int i = 0; i < queued; i++) {
            Meeting meeting = meetings[queue[i]];
            stale[queue[i]] = false;
            if (meeting.isHeld()) {
                board.put(meeting.id(), meeting.slot(), meeting.room());
            } else {
                board.put(meeting.id(), null, null);
            }
        }
        queued = 0;
        board.settle();
        return HardSoftLongScore.of(-board.hard(), -board.soft());
    }

    @Override
    public void beforeVariableChanged(Object entity, String variable) {}

    @Override
    public void beforeEntityAdded(Object entity) {}

    @Override
    public void afterEntityAdded(Object entity) {}

    @Override
    public void beforeEntityRemoved(Object entity) {}

    @Override
    public void afterEntityRemoved(Object entity) {}
}
