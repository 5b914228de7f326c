import java.util.Random;

/** Moves of a chain: some of its meetings at once, one more, or one in time that is late. */
final class Chains {
    private static final int SHIFT = 5;
    /** Days of a window that are drawn, of which the cheapest is taken. */
    private static final int DRAWS = 4;

    private final Instance in;
    private final Board board;
    private final Draft draft;
    private final Spots spots;
    private final Random random;
    private final int depth;
    /** [series] its meetings, held or not. */
    private final int[][] meetings;

    // A part of a chain that is taken off, to be put elsewhere.
    private int[] off = new int[0];
    private Slot[] slots = new Slot[0];
    private Room[] rooms = new Room[0];
    private int count;

    /** @param depth how often meetings that move aside may make others do so */
    Chains(Instance in, Board board, Draft draft, Spots spots, int depth, Random random) {
        this.in = in;
        this.board = board;
        this.draft = draft;
        this.spots = spots;
        this.depth = depth;
        this.random = random;
        meetings = board.meetingsBySeries();
    }

    /** A meeting and the next of its series, both a few days away. */
    boolean pair(int m) {
        int s = board.series(m);
        int i = indexOf(m);
        if (i + 1 >= board.held(s)) {
            return false;
        }
        int next = board.meeting(s, i + 1);
        int day = board.slot(m).day();
        int nextDay = board.slot(next).day();
        draft.put(next, null, null);
        return spots.placeNear(m, spots.near(day), 0) && spots.placeNear(next, spots.near(nextDay), 0);
    }

    /** A chain from some meeting on, by as many days each, at the same time in the same room where that can be. */
    boolean shift(int m) {
        int s = board.series(m);
        int by = (1 + random.nextInt(SHIFT)) * (random.nextBoolean() ? 1 : -1);
        takeOff(s, indexOf(m));
        for (int j = 0; j < count; j++) {
            int day = slots[j].day() + by;
            if (day < 0) {
                return false;
            }
            if (day >= in.days) {
                return true;
            }
            Slot slot = in.slot(s, day, slots[j].minute());
            if ((slot == null || !spots.placeAt(off[j], slot, rooms[j])) && !spots.place(off[j], day)) {
                return false;
            }
        }
        return true;
    }

    /** One more meeting, between two of the chain or after its last. */
    boolean add(int m) {
        int s = board.series(m);
        int n = board.held(s);
        int i = random.nextInt(n + 1);
        int from = i == 0 ? 0 : board.slot(board.meeting(s, i - 1)).day() + 1;
        int to = i == n ? in.days : board.slot(board.meeting(s, i)).day();
        if (i == n && in.lastCost(s, from - 1) == 0 || from >= to) {
            return false;
        }
        double u = random.nextDouble();
        return spots.place(m, from + (int) ((i == n ? u * u : u) * (to - from)));
    }

    /** A late meeting on a day on which it isn't late, whatever is there, or the meeting before it at another time. */
    boolean advance(int s) {
        int last = -1;
        int i = 0;
        while (i < board.held(s) && in.nextCost(s, last, dayOf(s, i)) < Instance.BREACH) {
            last = dayOf(s, i++);
        }
        if (i > 0 && random.nextInt(3) == 0) {
            return spots.take(board.meeting(s, i - 1), spots.near(last), depth);
        }
        int m = i < board.held(s) ? board.meeting(s, i) : spare(s);
        int from = opensAt(s, last);
        int to = closesAt(s, last, from);
        return m >= 0 && from < to && spots.takeFree(m, from, to, depth);
    }

    /** A chain by other steps from some meeting on, near its targets, until its old days are in time again, or further. */
    boolean rebuild(int s) {
        return rebuild(s, false);
    }

    /** The same for a chain that is late, near its due dates and whatever is there. */
    boolean rebuildLate(int s) {
        return rebuild(s, true);
    }

    private boolean rebuild(int s, boolean late) {
        int i = random.nextInt(board.held(s) + 1);
        int last = i == 0 ? -1 : dayOf(s, i - 1);
        takeOff(s, i);
        while (in.lastCost(s, last) > 0) {
            int from = opensAt(s, last);
            int to = closesAt(s, last, from);
            int m = spare(s);
            if (m < 0 || from == to) {
                return false;
            }
            int day = late ? lateDay(from, to) : cheapDay(s, last, from, to);
            if (!(late ? spots.takeFree(m, day, day + 1, depth) : spots.placeBest(m, day))) {
                return false;
            }
            last = day;
            int j = 0;
            while (j < count && slots[j].day() <= last) {
                j++;
            }
            if (j < count && (late || random.nextBoolean()) && isInTime(s, last, j)) {
                return putBack(s, j);
            }
        }
        return true;
    }

    private int lateDay(int from, int to) {
        double u = random.nextDouble();
        return to - 1 - (int) (u * u * (to - from));
    }

    private int cheapDay(int s, int last, int from, int to) {
        int day = from + random.nextInt(to - from);
        for (int k = 1; k < DRAWS; k++) {
            int other = from + random.nextInt(to - from);
            if (in.nextCost(s, last, other) < in.nextCost(s, last, day)) {
                day = other;
            }
        }
        return day;
    }

    private void takeOff(int s, int from) {
        count = board.held(s) - from;
        if (count > off.length) {
            off = new int[count];
            slots = new Slot[count];
            rooms = new Room[count];
        }
        for (int j = 0; j < count; j++) {
            off[j] = board.meeting(s, from + j);
            slots[j] = board.slot(off[j]);
            rooms[j] = board.room(off[j]);
        }
        for (int j = 0; j < count; j++) {
            draft.put(off[j], null, null);
        }
    }

    /** Whether the meetings taken off, from one on, would be in time where they were, after a meeting on day {@code last}. */
    private boolean isInTime(int s, int last, int from) {
        int previous = last;
        for (int j = from; j < count; j++) {
            if (in.gapCost(s, previous, slots[j].day()) >= Instance.BREACH) {
                return false;
            }
            previous = slots[j].day();
        }
        return in.lastCost(s, previous) < Instance.BREACH;
    }

    private boolean putBack(int s, int from) {
        for (int j = from; j < count; j++) {
            int m = spare(s);
            if (m < 0 || !spots.placeAt(m, slots[j], rooms[j])) {
                return false;
            }
        }
        return true;
    }

    /** First day on which the next meeting may be. */
    private int opensAt(int s, int last) {
        int day = last + 1;
        while (day < in.days && in.nextCost(s, last, day) >= Instance.BIG) {
            day++;
        }
        return day;
    }

    /** The day after the last on which the next meeting is in time; where it is late on all, the day some days on. */
    private int closesAt(int s, int last, int from) {
        int day = from;
        while (day < in.days && in.nextCost(s, last, day) < Instance.BREACH) {
            day++;
        }
        return day > from ? day : Math.min(in.days, from + Spots.NEAR);
    }

    private int dayOf(int s, int i) {
        return board.slot(board.meeting(s, i)).day();
    }

    private int indexOf(int m) {
        int i = 0;
        while (board.meeting(board.series(m), i) != m) {
            i++;
        }
        return i;
    }

    /** A meeting of the series that isn't held, or -1. */
    private int spare(int s) {
        for (int m : meetings[s]) {
            if (board.slot(m) == null) {
                return m;
            }
        }
        return -1;
    }
}
