import java.util.Arrays;
import java.util.Random;

/** The series of which a meeting is late or not held. */
final class LateSeries {
    private final Instance in;
    private final Board board;
    private final int[] late;
    private final int[] at;
    private int size;

    LateSeries(Instance in, Board board) {
        this.in = in;
        this.board = board;
        late = new int[in.series];
        at = new int[in.series];
        Arrays.fill(at, -1);
        for (int s = 0; s < in.series; s++) {
            look(s);
        }
    }

    int size() {
        return size;
    }

    int pick(Random random) {
        return late[random.nextInt(size)];
    }

    /** See whether a series is late now. */
    void look(int s) {
        boolean is = isLate(s);
        if (is && at[s] < 0) {
            at[s] = size;
            late[size++] = s;
        } else if (!is && at[s] >= 0) {
            int last = late[--size];
            late[at[s]] = last;
            at[last] = at[s];
            at[s] = -1;
        }
    }

    private boolean isLate(int s) {
        int last = -1;
        for (int i = 0; i < board.held(s); i++) {
            int day = board.slot(board.meeting(s, i)).day();
            if (in.nextCost(s, last, day) >= Instance.BREACH) {
                return true;
            }
            last = day;
        }
        return in.lastCost(s, last) >= Instance.BREACH;
    }
}
