/**
 * What stands in the way of a meeting, without working out a score.
 *
 * <p>Only rooms and essential people count: for anybody else there is a deputy, a report or an apology.
 */
final class Clashes {
    /** More than these are not told. */
    static final int MOST = 3;

    private static final int DEPUTY = 240;

    private final Instance in;
    private final Board board;
    private final int[] found = new int[MOST];

    Clashes(Instance in, Board board) {
        this.in = in;
        this.board = board;
    }

    /** The meetings that the last {@link #find} found. */
    int[] found() {
        return found;
    }

    /** Find what stands in the way of meeting {@code m} there; returns how many meetings, MOST + 1 for more. */
    int find(int m, boolean opening, Slot slot, Room room) {
        int s = board.series(m);
        int b = in.block(opening, s, slot.day());
        int venue = in.venue(b, room.id());
        int begin = slot.minute();
        int end = begin + in.blockLength[b];
        int n = 0;
        int[] others = board.onDay(slot.day());
        for (int i = 0; i < board.count(slot.day()); i++) {
            int other = others[i];
            if (other != m && stands(other, b, venue, begin, end)) {
                if (n == MOST) {
                    return MOST + 1;
                }
                found[n++] = other;
            }
        }
        return n;
    }

    /** Guess what a time costs in deputies, as people who are asked for are at other meetings then. */
    int guess(int m, boolean opening, Slot slot) {
        int b = in.block(opening, board.series(m), slot.day());
        int begin = slot.minute();
        int end = begin + in.blockLength[b];
        int cost = 0;
        int[] others = board.onDay(slot.day());
        for (int i = 0; i < board.count(slot.day()); i++) {
            int other = others[i];
            if (other != m && board.begin(other) < end && begin < board.end(other)) {
                long[] people = in.people[board.block(other)];
                for (int j = 0; j < people.length; j++) {
                    cost += DEPUTY * Long.bitCount(in.people[b][j] & people[j]);
                }
            }
        }
        return cost;
    }

    private boolean stands(int other, int b, int venue, int begin, int end) {
        int since = begin - board.end(other);
        int until = board.begin(other) - end;
        int where = board.venue(other);
        if (where < 0 || since >= in.longestTravel || until >= in.longestTravel) {
            return false;
        }
        if (since < 0 && until < 0) {
            return in.venueRes[venue] >= 0 && in.venueRes[venue] == in.venueRes[where]
                    || Instance.intersect(in.essential[b], in.essential[board.block(other)]);
        }
        return cannotTravel(in.venueGroup[venue], in.venueGroup[where], since, until);
    }

    /** Whether somebody who must be in both rooms can't get from one to the other in time. */
    private boolean cannotTravel(int g, int h, int since, int until) {
        int site = in.groupSite[g];
        int other = in.groupSite[h];
        if (site == other || site < 0 || other < 0) {
            return false;
        }
        long[] one = in.inTheRoom[g];
        long[] two = in.inTheRoom[h];
        for (int i = 0; i < one.length; i++) {
            for (long both = one[i] & two[i]; both != 0; both &= both - 1) {
                int r = i * Long.SIZE + Long.numberOfTrailingZeros(both);
                if (since < in.travelMinutes(r, other, site) && until < in.travelMinutes(r, site, other)) {
                    return true;
                }
            }
        }
        return false;
    }
}
