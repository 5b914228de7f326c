import java.util.Arrays;
import java.util.Random;

/**
 * Finds times and rooms for single meetings: free ones, or ones from which other meetings have to move aside.
 *
 * <p>Whatever is found is put into the draft.
 */
final class Spots {
    /** Working days that count as near. */
    static final int NEAR = 9;

    private static final int PERCENT = 100;
    /** Percentage of times that the cheapest spot is looked for. */
    private static final int CHEAPEST = 90;
    /** Cheap spots that are drawn before a day is given up. */
    private static final int DRAWS = 6;
    /** Days, or spots at any price, that are drawn. */
    private static final int MORE_DRAWS = 3;
    /** One day in so many that makes a meeting late is taken all the same. */
    private static final int SELDOM = 10;
    /** Cheapest spots of which a search for the best may leave out some. */
    private static final int PASSED_OVER = 10;

    private final Instance in;
    private final Board board;
    private final Draft draft;
    private final Clashes clashes;
    private final Random random;

    Spots(Instance in, Board board, Draft draft, Random random) {
        this.in = in;
        this.board = board;
        this.draft = draft;
        this.random = random;
        clashes = new Clashes(in, board);
    }

    /** A day a few days away, the nearest most often. */
    int near(int day) {
        double u = random.nextDouble();
        int by = 1 + (int) (u * u * NEAR);
        return day + (random.nextBoolean() ? by : -by);
    }

    /** The day itself or one near it. */
    int around(int day) {
        return random.nextInt(3) == 0 ? day : near(day);
    }

    /** Put a meeting on a day at the cheapest time that is free, or at one of the cheap ones by chance. */
    boolean place(int m, int day) {
        if (random.nextInt(PERCENT) < CHEAPEST) {
            return placeBest(m, day);
        }
        if (!fits(m, day)) {
            return false;
        }
        boolean opening = opens(m, day);
        Candidates spots = in.candidates(board.series(m), opening, day);
        for (int i = 0; i < DRAWS && spots.size() > 0; i++) {
            int at = spots.pick(random);
            if (!isThere(m, spots, at) && clashes.find(m, opening, spots.slots[at], spots.rooms[at]) == 0) {
                draft.put(m, spots.slots[at], spots.rooms[at]);
                return true;
            }
        }
        return false;
    }

    /** Put a meeting on a day near the one given; where it is free nowhere, others may move aside. */
    boolean placeNear(int m, int day, int depth) {
        for (int i = 0; i < MORE_DRAWS; i++) {
            if (place(m, around(day))) {
                return true;
            }
        }
        return depth > 0 && take(m, near(day), depth - 1);
    }

    /**
     * Put a meeting at one of the cheap times of a day, and the meetings that are in the way there elsewhere.
     *
     * @param depth how often meetings that move aside may make others do so
     */
    boolean take(int m, int day, int depth) {
        if (!fits(m, day)) {
            return false;
        }
        boolean opening = opens(m, day);
        Candidates spots = in.candidates(board.series(m), opening, day);
        return spots.size() > 0 && takeAt(m, opening, spots, spots.pick(random), depth);
    }

    /** Of some times from day {@code from} to before day {@code to}, cheap or not, take the one with least in the way. */
    boolean takeFree(int m, int from, int to, int depth) {
        Candidates found = null;
        int foundAt = 0;
        int least = Clashes.MOST + 1;
        for (int i = 0; i < MORE_DRAWS && least > 0; i++) {
            int day = from + random.nextInt(to - from);
            boolean opening = opens(m, day);
            Candidates spots = in.candidates(board.series(m), opening, day);
            if (spots.size() > 0 && fits(m, day)) {
                int at = random.nextInt(spots.size());
                int n = clashes.find(m, opening, spots.slots[at], spots.rooms[at]);
                if (n < least) {
                    least = n;
                    found = spots;
                    foundAt = at;
                }
            }
        }
        return found != null
                && takeAt(m, opens(m, found.slots[foundAt].day()), found, foundAt, depth);
    }

    /** Put a meeting there, if its room and everybody essential is free. */
    boolean placeAt(int m, Slot slot, Room room) {
        boolean opening = opens(m, slot.day());
        if (!in.isPossible(board.series(m), opening, slot, room) || clashes.find(m, opening, slot, room) > 0) {
            return false;
        }
        draft.put(m, slot, room);
        return true;
    }

    /** Whether a meeting may be on a day between its neighbours in the chain; seldom where one of them is late for it. */
    boolean fits(int m, int day) {
        if (day < 0 || day >= in.days) {
            return false;
        }
        int s = board.series(m);
        int previous = -1;
        int next = -1;
        for (int i = 0; i < board.held(s) && next < 0; i++) {
            int other = board.meeting(s, i);
            int on = board.slot(other).day();
            if (other != m && on <= day) {
                previous = on;
            } else if (other != m) {
                next = on;
            }
        }
        int after = next < 0 ? in.lastCost(s, day) : in.gapCost(s, day, next);
        int worst = Math.max(in.nextCost(s, previous, day), after);
        return worst < Instance.BREACH || worst < Instance.BIG && random.nextInt(SELDOM) == 0;
    }

    /** Put a meeting at the cheapest free time of a day, as far as that can be guessed. */
    boolean placeBest(int m, int day) {
        if (!fits(m, day)) {
            return false;
        }
        boolean opening = opens(m, day);
        Candidates spots = in.candidates(board.series(m), opening, day);
        int least = Integer.MAX_VALUE;
        int at = -1;
        int from = random.nextInt(3) == 0 ? random.nextInt(PASSED_OVER) : 0;
        for (int i = from; i < spots.size() && spots.costs[i] < least; i++) {
            if (!isThere(m, spots, i)) {
                int cost = spots.costs[i] + clashes.guess(m, opening, spots.slots[i]);
                if (cost < least && clashes.find(m, opening, spots.slots[i], spots.rooms[i]) == 0) {
                    least = cost;
                    at = i;
                }
            }
        }
        if (at < 0) {
            return false;
        }
        draft.put(m, spots.slots[at], spots.rooms[at]);
        return true;
    }

    private boolean takeAt(
            int m, boolean opening, Candidates spots, int at, int depth) {
        int n = clashes.find(m, opening, spots.slots[at], spots.rooms[at]);
        if (n > Clashes.MOST) {
            return false;
        }
        int[] others = Arrays.copyOf(clashes.found(), n);
        int[] days = new int[n];
        for (int i = 0; i < n; i++) {
            days[i] = board.slot(others[i]).day();
            draft.put(others[i], null, null);
        }
        draft.put(m, spots.slots[at], spots.rooms[at]);
        for (int i = 0; i < n; i++) {
            if (!placeNear(others[i], days[i], depth)) {
                return false;
            }
        }
        return true;
    }

    private boolean isThere(int m, Candidates spots, int at) {
        return spots.slots[at] == board.slot(m) && spots.rooms[at] == board.room(m);
    }

    /** Whether a meeting would be the first of its chain on a day. */
    private boolean opens(int m, int day) {
        int s = board.series(m);
        for (int i = 0; i < board.held(s); i++) {
            int other = board.meeting(s, i);
            if (other != m) {
                return day < board.slot(other).day();
            }
        }
        return true;
    }
}
