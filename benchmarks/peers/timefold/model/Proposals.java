import java.util.Random;

/**
 * Moves near what is booked, at random.
 *
 * <p>A meeting at another time or in another room, on the same day or a few days away, cheap spots more often than others;
 * in the place of others, which move aside; two meetings in each other's places; two of a series, or a chain from some
 * meeting on; one more meeting, or one less. Series that are late get a share of their own.
 *
 * <p>A move is put together on a board of this class's own, so that few are proposed that hard rules forbid.
 */
final class Proposals {
    // Shares of the kinds of moves.
    private static final int SAME_DAY = 30;
    private static final int NEAR_DAY = SAME_DAY + 25;
    private static final int OTHER_ROOM = NEAR_DAY + 5;
    private static final int EXCHANGE = OTHER_ROOM + 6;
    private static final int TAKE = EXCHANGE + 45;
    private static final int PAIR = TAKE + 4;
    private static final int SHIFT = PAIR + 4;
    private static final int REBUILD = SHIFT + 40;
    private static final int LEAVE_OUT = REBUILD + 2;

    private static final int PERCENT = 100;
    /** Percentage of moves for series that are late, where there are any. */
    private static final int LATE = 30;
    /** One in so many meetings that aren't held, where one comes up, is tried. */
    private static final int SELDOM = 4;

    private static final int TRIES = 100;
    private static final int DEPTH = 2;

    private final Instance in;
    private final Meeting[] meetings;
    private final Random random;
    private final Board board;
    private final LateSeries late;
    private final Draft draft;
    private final Spots spots;
    private final Chains chains;

    Proposals(Schedule schedule, Random random) {
        this.random = random;
        in = schedule.instance();
        meetings = schedule.meetings().toArray(new Meeting[0]);
        board = Points.boardOf(schedule);
        late = new LateSeries(in, board);
        draft = new Draft(board, meetings);
        spots = new Spots(in, board, draft, random);
        chains = new Chains(in, board, draft, spots, DEPTH, random);
    }

    /** Take over what has become of the moves proposed since the last call. */
    void follow() {
        draft.follow(late);
    }

    Rebook next() {
        for (int i = 0; i < TRIES; i++) {
            boolean good = propose();
            Rebook move = draft.take();
            if (good && move != null) {
                return move;
            }
        }
        // Timefold passes over what changes nothing.
        return new Rebook(new Meeting[0], new Slot[0], new Room[0]);
    }

    private boolean propose() {
        if (late.size() > 0 && random.nextInt(PERCENT) < LATE) {
            int s = late.pick(random);
            return random.nextBoolean() ? chains.advance(s) : chains.rebuildLate(s);
        }
        int m = random.nextInt(meetings.length);
        if (board.slot(m) == null) {
            return random.nextInt(SELDOM) == 0 && chains.add(m);
        }
        int day = board.slot(m).day();
        int kind = random.nextInt(LEAVE_OUT);
        if (kind < SAME_DAY) {
            return spots.place(m, day);
        }
        if (kind < NEAR_DAY) {
            return spots.place(m, spots.near(day));
        }
        if (kind < OTHER_ROOM) {
            return otherRoom(m);
        }
        if (kind < EXCHANGE) {
            return exchange(m);
        }
        if (kind < TAKE) {
            return spots.take(m, spots.around(day), DEPTH);
        }
        if (kind < PAIR) {
            return chains.pair(m);
        }
        if (kind < SHIFT) {
            return chains.shift(m);
        }
        if (kind < REBUILD) {
            return chains.rebuild(board.series(m));
        }
        draft.put(m, null, null);
        return true;
    }

    private boolean otherRoom(int m) {
        var rooms = in.roomsOf(board.series(m));
        return spots.placeAt(m, board.slot(m), rooms.get(random.nextInt(rooms.size())));
    }

    /** Two meetings that need some of the same people or rooms, in each other's places. */
    private boolean exchange(int m) {
        int other = relatedNear(m);
        if (other < 0) {
            return false;
        }
        Slot there = board.slot(other);
        Slot here = board.slot(m);
        Room thatRoom = board.room(other);
        Room thisRoom = board.room(m);
        draft.put(m, null, null);
        draft.put(other, null, null);
        return putAt(m, there, thatRoom, thisRoom) && putAt(other, here, thisRoom, thatRoom);
    }

    private boolean putAt(int m, Slot time, Room room, Room otherwise) {
        Slot slot = in.slot(board.series(m), time.day(), time.minute());
        return slot != null
                && spots.fits(m, time.day())
                && (spots.placeAt(m, slot, room) || spots.placeAt(m, slot, otherwise));
    }

    /** One of the meetings, near a meeting, of a series that needs some of the same people or rooms; or -1. */
    private int relatedNear(int m) {
        int[] related = in.related(board.series(m));
        if (related.length == 0) {
            return -1;
        }
        int s = related[random.nextInt(related.length)];
        int n = 0;
        int found = -1;
        for (int i = 0; i < board.held(s); i++) {
            int other = board.meeting(s, i);
            int apart = Math.abs(board.slot(other).day() - board.slot(m).day());
            if (apart <= Spots.NEAR && random.nextInt(++n) == 0) {
                found = other;
            }
        }
        return found;
    }
}
